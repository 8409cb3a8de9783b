from typing import ClassVar

from cext.voices.struck import Struck

class Modal(Struck):
    MODES: ClassVar[tuple[tuple[float, float, float], ...]]

class Bowl(Modal): ...
class Bell(Modal): ...
