import numpy as np
from numpy.typing import NDArray

NUMBER: int
OFF: int
TEXT: int
NOISE: int
LONG: int
HUGE: int

def lines(
    data: bytes, longest: int
) -> tuple[NDArray[np.uint8], NDArray[np.float64], NDArray[np.uint8], NDArray[np.uint16]]: ...
