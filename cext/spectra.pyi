import numpy as np
from numpy.typing import ArrayLike, NDArray

WINDOW_S: float
RATIO_CEILING: float

def resample(
    times_s: ArrayLike, values: ArrayLike, start_s: float, rate_hz: float, count: int
) -> NDArray[np.float64]: ...
def power(
    values: ArrayLike, rate_hz: float, first_hz: float, step_hz: float, count: int
) -> NDArray[np.float64]: ...
def coherence(
    times_s: ArrayLike,
    intervals_ms: ArrayLike,
    now_s: float,
    window_s: float = 64.0,
    least_s: float = 32.0,
    is_corrected: ArrayLike | None = None,
) -> float | None: ...
def slow_wave(
    times_s: ArrayLike, intervals_ms: ArrayLike, now_s: float, window_s: float = 64.0, least_s: float = 32.0
) -> tuple[float, float, float] | None: ...
def wave_phase(values: ArrayLike, rate_hz: float, frequency_hz: float) -> float: ...
