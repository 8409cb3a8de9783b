import numpy as np
from numpy.typing import NDArray

from cext.voices.ticked import Ticked

class Player(Ticked):
    def __init__(
        self,
        rate_hz: float = ...,
        *,
        sound: NDArray[np.float32] | None = ...,
        sound_rate_hz: float | None = ...,
        seed: int = ...,
        **values: float,
    ) -> None: ...

class Loop(Player): ...
class Granular(Player): ...
