from cext.parts import Effect

class LoudnessMeter(Effect):
    def readings(self) -> dict[str, float]: ...

class TruePeakMeter(Effect):
    def readings(self) -> dict[str, float]: ...
