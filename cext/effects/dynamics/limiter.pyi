from cext.parts import Effect

class Limiter(Effect):
    def readings(self) -> dict[str, float]: ...
