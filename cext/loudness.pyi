from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

WEIGHTS: dict[int, tuple[float, ...]]

class Meter:
    rate_hz: float
    channels: int
    frames: int
    momentary_max: float
    short_max: float
    def __init__(
        self,
        rate_hz: float = ...,
        channels: int = ...,
        weights: Sequence[float] | None = ...,
        has_peaks: bool = ...,
    ) -> None: ...
    def reset(self) -> None: ...
    def feed(self, block: NDArray[np.float32]) -> None: ...
    @property
    def momentary_lufs(self) -> float: ...
    @property
    def short_lufs(self) -> float: ...
    @property
    def integrated_lufs(self) -> float: ...
    @property
    def range_lu(self) -> float: ...
    @property
    def peak_dbfs(self) -> float: ...
    @property
    def true_peak_dbtp(self) -> float: ...
