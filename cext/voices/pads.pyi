import numpy as np
from numpy.typing import NDArray

from cext.parts import Voice

def saw_tables() -> NDArray[np.float32]: ...

class Pad(Voice):
    def __init__(self, rate_hz: float = ..., *, seed: int = ..., **values: float) -> None: ...

class Swell(Voice):
    def __init__(self, rate_hz: float = ..., *, seed: int = ..., **values: float) -> None: ...
