import numpy as np
from numpy.typing import NDArray

KINDS: tuple[str, ...]
COLUMNS: tuple[str, ...]
TABLE_SIZE: int

class Schedule:
    rate_hz: float
    frame: int
    def __init__(
        self,
        rows: NDArray[np.float64],
        first_rows: NDArray[np.int64],
        tables: NDArray[np.float64],
        rate_hz: float = ...,
        seed: int = ...,
    ) -> None: ...
    def render(self, block: NDArray[np.float32]) -> None: ...
