import numpy as np
from numpy.typing import NDArray

class FlickerWatch:
    rate_hz: float
    def __init__(self, rate_hz: float = ...) -> None: ...
    def see(self, lanes: NDArray[np.float32], first_frame: int = ...) -> bool: ...
