import numpy as np
from numpy.typing import NDArray

from cext.effects.reverbs.tail import Tail

class Convolution(Tail):
    TAKES: dict[str, str]
    impulse_frames: int
    def take(self, name: str, sound: NDArray[np.float32]) -> None: ...

def hall(rate_hz: float) -> NDArray[np.float32]: ...
