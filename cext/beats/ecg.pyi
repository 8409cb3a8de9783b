from cext.beats.hunter import BeatHunter

class EcgDetector(BeatHunter):
    def __init__(self, rate_hz: float) -> None: ...
