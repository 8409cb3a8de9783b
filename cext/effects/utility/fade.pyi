from cext.parts import Effect

class Fade(Effect):
    def readings(self) -> dict[str, float]: ...
