import numpy as np
from numpy.typing import NDArray

def whole(
    data: bytes, first: int, size: int, channels: int, scale: float = 1.0
) -> NDArray[np.float64] | None: ...
def packed(
    data: bytes, first: int, bits: int, channels: int, scale: float = 1.0
) -> NDArray[np.float64] | None: ...
def ganglion(data: bytes, bits: int, before: NDArray[np.int32]) -> NDArray[np.int32] | None: ...
