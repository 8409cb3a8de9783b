"""Streaming heartbeat detectors: samples flow in one by one or in chunks, beat events flow out.

`make(kind, rate_hz)` looks the detector up in a table; each is causal and gives the same events
whatever the size of the chunks. NaN is a gap; out of a gap, a flat line or pure noise no beat comes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from cext.beats.ecg import EcgDetector
from cext.beats.events import Event
from cext.beats.ppg import PpgDetector

__all__ = ["DETECTORS", "Detector", "Event", "make"]


class Detector(Protocol):
    """The face of every beat detector."""

    @property
    def latency_s(self) -> float:
        """Typical time from the peak of a beat to its confirmed event."""
        ...

    @property
    def quality(self) -> float:
        """How far the signal can be trusted now, 0..1."""
        ...

    @property
    def is_lost(self) -> bool:
        """Whether there is no usable signal at the moment: NaN, a flat line, a rail, or nothing yet."""
        ...

    def feed(self, values: ArrayLike) -> list[Event]:
        """Take the next samples (float64, any number) and return what was found in them, in order found."""
        ...

    def reset(self) -> None:
        """Forget everything; the next sample is at 0 s again."""
        ...


DETECTORS: dict[str, Callable[[float], Detector]] = {"ecg": EcgDetector, "ppg": PpgDetector}


def make(kind: str, rate_hz: float) -> Detector:
    """Give a fresh detector for one channel.

    kind: a row of `DETECTORS`. rate_hz: samples a second, 50 to 4,000 for ECG, 20 to 4,000 for PPG.
    Raises ValueError, naming what would do.
    """
    if kind not in DETECTORS:
        raise ValueError(f"there is no beat detector {kind!r}; there are: {', '.join(DETECTORS)}")
    if not np.isfinite(rate_hz):
        raise ValueError(f"the rate is {rate_hz}; give samples a second as a finite number")
    return DETECTORS[kind](float(rate_hz))
