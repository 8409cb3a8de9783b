class Rolling:
    total: float

class Allowance: ...
