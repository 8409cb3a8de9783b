import numpy as np
from numpy.typing import ArrayLike, NDArray

GRID_HZ: float
SEGMENT_S: float
BANDS_HZ: dict[str, tuple[float, float]]

def welch(
    intervals_ms: ArrayLike, times_s: ArrayLike | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None: ...
def lomb(
    intervals_ms: ArrayLike, times_s: ArrayLike | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None: ...
def frequency_domain(
    intervals_ms: ArrayLike, times_s: ArrayLike | None = None, method: str = "welch"
) -> dict[str, float | None]: ...
def bands(
    times: NDArray[np.float64], values: NDArray[np.float64], method: str = "welch"
) -> dict[str, float | None]: ...
