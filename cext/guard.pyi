from typing import Any

import numpy as np
from numpy.typing import NDArray

from cext.limits import Calibration, Carried

class Guard:
    rate_hz: float
    light_map: str
    consent: str
    def __init__(
        self,
        rate_hz: float = ...,
        consent: str = ...,
        *,
        light_map: str = ...,
        calibration: Calibration | None = ...,
        carried: Carried | None = ...,
    ) -> None: ...
    @property
    def is_stopped(self) -> bool: ...
    @property
    def latency_frames(self) -> int: ...
    def report(self) -> dict[str, Any]: ...
    def stop_now(self) -> None: ...
    def release(self) -> None: ...
    def process(self, block: NDArray[np.float32]) -> None: ...
    def hold(self, lanes: NDArray[np.float32]) -> None: ...
