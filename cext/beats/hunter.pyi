from cext.beats.intake import Intake

class BeatHunter(Intake):
    @property
    def quality(self) -> float: ...
    @property
    def is_lost(self) -> bool: ...
