import numpy as np
from numpy.typing import NDArray

KINDS: tuple[str, ...]

class Strict:
    rate_hz: float
    block_frames: int
    def __init__(
        self,
        begin_ms: NDArray[np.int64],
        length_ms: NDArray[np.int64],
        kinds: NDArray[np.int32],
        tables: NDArray[np.int32],
        values: NDArray[np.float64],
        waves: NDArray[np.float64],
        gains: NDArray[np.float64],
        head: int,
        start_ms: int,
        rate_hz: float = ...,
        updates_hz: float = ...,
        speed: float = ...,
    ) -> None: ...
    @property
    def clock_ms(self) -> int: ...
    def render(self, block: NDArray[np.int16]) -> None: ...
