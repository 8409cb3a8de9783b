from cext.parts import Effect

class DynamicEq(Effect):
    def readings(self) -> dict[str, float]: ...
