from cext.parts import Effect

class DeHum(Effect):
    def readings(self) -> dict[str, float]: ...
