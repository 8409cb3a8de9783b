from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cext.effects.routing import Chain as Chain
from cext.effects.routing import Mix as Mix
from cext.guard import Guard
from cext.limits import Calibration, Carried
from cext.parameters import Parameter
from cext.plans import PROTOCOL as PROTOCOL
from cext.plans import BusRow as BusRow
from cext.plans import EffectRow as EffectRow
from cext.plans import GraphPlan as GraphPlan
from cext.plans import LaneRow as LaneRow
from cext.plans import VoiceRow as VoiceRow

PARAMETERS: tuple[Parameter, ...]

class Graph:
    rate_hz: float
    guard: Guard
    parameters: tuple[Parameter, ...]
    def __init__(
        self,
        rate_hz: float = ...,
        seed: int = ...,
        plan: GraphPlan = ...,
        *,
        consent: str = ...,
        light_map: str = ...,
        calibration: Calibration | None = ...,
        carried: Carried | None = ...,
    ) -> None: ...
    @property
    def frame(self) -> int: ...
    @property
    def latency_frames(self) -> int: ...
    @property
    def is_stopped(self) -> bool: ...
    def get(self, name: str) -> float: ...
    def set(self, name: str, value: float | str) -> None: ...
    def apply(self, targets: Mapping[str, float], glide_s: float = ...) -> None: ...
    def render(self, block: NDArray[np.float32]) -> None: ...
    def stop_now(self) -> None: ...
    def release(self) -> None: ...
    def guard_report(self) -> dict[str, Any]: ...
