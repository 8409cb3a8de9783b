class Level:
    count: int
    start: int

class Partitions:
    frames: int
    def __init__(self, frames: int) -> None: ...
