from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Made = TypeVar("Made")

def frames(
    made: type[Made],
    inputs: list[tuple[str, object, str]],
    sequence: int,
    time_s: float,
    arrival_s: float,
    values: NDArray[np.float64],
    rate_hz: float,
    has_contact: bool | None,
) -> list[Made]: ...
