from typing import Any

from numpy import float32
from numpy.typing import NDArray

from cext.effects.distortion._shaped import Shaped

class AmpCabinet(Shaped):
    TAKES: dict[str, str]
    def __init__(
        self, rate_hz: float = ..., impulse: NDArray[float32] | None = ..., **values: Any
    ) -> None: ...
    def take(self, name: str, sound: NDArray[float32]) -> None: ...
