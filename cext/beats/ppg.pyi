from cext.beats.storm import StormHunter

class PpgDetector(StormHunter):
    def __init__(self, rate_hz: float) -> None: ...
