"""What a file of recorded signals becomes once it is read: one channel, its rate and its values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Channel
from appliance.errors import BadRecording


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """One recorded channel, ready to be replayed or analysed.

    name: the file's name. column: the name of the column or lead that was read.
    values: shape (samples,), float64, in `unit`; NaN marks a gap.
    rate_hz: samples a second; 0 for RR intervals (one value a beat, in ms).
    unit: "mV" where the file says what its numbers mean, otherwise "a.u." (arbitrary units).
    """

    name: str
    channel: Channel
    rate_hz: float
    values: NDArray[np.float64]
    unit: str
    column: str = ""

    @property
    def duration_s(self) -> float:
        """How long the recording lasts, in seconds."""
        if self.rate_hz > 0:
            return len(self.values) / self.rate_hz
        return float(np.nansum(self.values)) / 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """One channel of an opened file, read a stretch at a time, so that a day need not fit into memory.

    count: how many samples there are. read(first, end): those from first up to end (both within 0..count),
    as in `Recording.values`. notes: what is odd about it, in sentences.
    """

    name: str
    channel: Channel
    rate_hz: float
    unit: str
    column: str
    count: int
    read: Callable[[int, int], NDArray[np.float64]]
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, recording: Recording, notes: tuple[str, ...] = ()) -> Stream:
        """Give a recording that lies in memory."""
        values = recording.values
        return cls(
            recording.name,
            recording.channel,
            recording.rate_hz,
            recording.unit,
            recording.column,
            len(values),
            lambda first, end: values[first:end],
            notes,
        )

    @property
    def duration_s(self) -> float:
        """How long the recording lasts, in seconds."""
        return self.count / self.rate_hz if self.rate_hz > 0 else self.whole().duration_s

    def whole(self) -> Recording:
        """Everything at once, checked as `finished` does. Raises BadRecording."""
        values = self.read(0, self.count)
        return finished(Recording(self.name, self.channel, self.rate_hz, values, self.unit, self.column))


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """An opened file: what its columns or leads are called, and how to get at some of them by number."""

    name: str
    labels: tuple[str, ...]
    take: Callable[[Sequence[int]], list[Stream]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the caller asked of a file; None leaves the choice to the file."""

    rate_hz: float | None = None
    column: str | None = None
    kind: Channel | None = None


# Multiply by this to reach the unit the box works in.
_SCALES: dict[Channel, tuple[str, dict[str, float]]] = {
    Channel.ECG: ("mV", {"mv": 1.0, "uv": 1e-3, "µv": 1e-3, "μv": 1e-3, "v": 1e3, "nv": 1e-6}),
    Channel.EEG: ("uV", {"mv": 1e3, "uv": 1.0, "µv": 1.0, "μv": 1.0, "v": 1e6, "nv": 1e-3}),
    Channel.SKIN: ("uS", {"us": 1.0, "µs": 1.0, "μs": 1.0, "microsiemens": 1.0, "s": 1e6, "ns": 1e-3}),
    Channel.RR: ("ms", {"ms": 1.0, "msec": 1.0, "s": 1e3, "sec": 1e3}),
}


def in_box_units(channel: Channel, values: NDArray[np.float64], unit: str) -> tuple[NDArray[np.float64], str]:
    """Bring values to the unit the box works in: ECG in mV, EEG in uV, RR in ms; others stay."""
    factor, unit = scale(channel, unit)
    return (values if factor == 1.0 else values * factor), unit


def scale(channel: Channel, unit: str) -> tuple[float, str]:
    """By what to multiply to reach the unit the box works in, and that unit; "a.u." where none is known."""
    goal, factors = _SCALES.get(channel, ("", {}))
    factor = factors.get(unit.strip().lower())
    return (1.0, unit.strip() or "a.u.") if factor is None else (factor, goal)


def finished(recording: Recording) -> Recording:
    """Check that a recording holds a signal at all, and turn infinities into gaps.

    Raises BadRecording when it is empty or nothing in it is a number.
    """
    values = recording.values
    if len(values) < 2:
        raise BadRecording(
            f"{recording.name} holds {len(values)} value(s); that is not a recording",
            "give a file with at least a few seconds of signal",
        )
    is_number = np.isfinite(values)
    if not is_number.any():
        raise BadRecording(
            f"{recording.name} holds no number in {recording.column or 'its column'}, only gaps",
            "choose another column with --channel, or another file",
        )
    if not is_number.all():
        values = np.where(is_number, values, np.nan)
    return Recording(
        recording.name,
        recording.channel,
        recording.rate_hz,
        np.ascontiguousarray(values, dtype=np.float64),
        recording.unit,
        recording.column,
    )
