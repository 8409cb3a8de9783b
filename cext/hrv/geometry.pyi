import numpy as np
from numpy.typing import ArrayLike, NDArray

BIN_MS: float

def geometric(intervals_ms: ArrayLike, is_corrected: ArrayLike | None = None) -> dict[str, float | None]: ...
def triangle(values: NDArray[np.float64]) -> dict[str, float | None]: ...
