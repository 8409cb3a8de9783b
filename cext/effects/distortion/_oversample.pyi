from numpy import float32
from numpy.typing import NDArray

class Oversampler:
    factor: int
    latency_frames: int
    def __init__(self, factor: int) -> None: ...
    def there_and_back(self, block: NDArray[float32]) -> None: ...
