from cext.beats.storm import StormHunter

class EcgDetector(StormHunter):
    def __init__(self, rate_hz: float) -> None: ...
