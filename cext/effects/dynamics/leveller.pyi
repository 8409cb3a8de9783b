from cext.parts import Effect

class Leveller(Effect):
    def readings(self) -> dict[str, float]: ...
