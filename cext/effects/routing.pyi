from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from cext.parts import Effect, Part, Voice

class Align(Effect):
    def __init__(self, rate_hz: float = ..., frames: int = ...) -> None: ...

class Send(Part):
    def __init__(
        self, rate_hz: float, source: NDArray[np.float32], delay_frames: int = ..., **values: float
    ) -> None: ...

class MidSide(Effect):
    effect: Effect
    channels: str
    def __init__(self, effect: Effect, channels: str = ...) -> None: ...

class Chain(Effect):
    effects: tuple[Effect, ...]
    def __init__(self, effects: Iterable[Effect]) -> None: ...

class Mix(Voice):
    voices: tuple[Voice, ...]
    def __init__(self, voices: Iterable[Voice]) -> None: ...
