import numpy as np
from numpy.typing import NDArray

class Drive:
    bits: int
    gamma: float
    def __init__(self, bits: int = ..., gamma: float = ..., seed: int = ...) -> None: ...
    def codes(self, lanes: NDArray[np.float32], out: NDArray[np.uint16]) -> None: ...
