import numpy as np
from numpy.typing import NDArray

class ThinkGear:
    poor_signal: int
    attention: int
    meditation: int
    blink: int
    @property
    def bands(self) -> tuple[int, ...]: ...
    @property
    def dropped(self) -> dict[str, int]: ...
    def restart(self) -> None: ...
    def feed(self, data: bytes) -> tuple[NDArray[np.float64], NDArray[np.int16]]: ...
