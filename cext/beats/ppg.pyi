from cext.beats.hunter import BeatHunter

class PpgDetector(BeatHunter):
    def __init__(self, rate_hz: float) -> None: ...
