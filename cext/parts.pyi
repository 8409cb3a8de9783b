from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from cext.parameters import Parameter

class Part:
    PARAMETERS: ClassVar[tuple[Parameter, ...]]
    rate_hz: float
    parameters: tuple[Parameter, ...]
    def __init__(self, rate_hz: float = ..., **values: Any) -> None: ...
    def set(self, name: str, value: float | str) -> None: ...
    def get(self, name: str) -> float: ...
    def reset(self) -> None: ...

class Voice(Part):
    def render(self, block: NDArray[np.float32]) -> None: ...

class Effect(Part):
    SOURCE: ClassVar[str]
    NEUTRAL: ClassVar[dict[str, float | str] | None]
    SHARED: ClassVar[tuple[Parameter, ...]]
    SPREADS: ClassVar[bool]
    latency_frames: int
    def lock(self) -> None: ...
    def process(self, block: NDArray[np.float32]) -> None: ...
