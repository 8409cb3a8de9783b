import numpy as np
from numpy.typing import NDArray

def resample(sound: NDArray[np.float32], rate_in_hz: int, rate_out_hz: int) -> NDArray[np.float32]: ...
