"""What a WFDB header says: rate, length, leads, and the segments of a record that has several.

Source: WFDB Applications Guide, header(5). Raises BadRecording for what cannot be read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from appliance.errors import BadRecording
from appliance.sensors.recordings._wfdb_formats import FORMATS

DEFAULT_RATE_HZ = 250.0
DEFAULT_GAIN = 200.0
MOST_FRAMES = 1 << 40

_FORMAT = re.compile(r"(?P<format>\d+)(?:x(?P<per_frame>\d+))?(?::(?P<skew>\d+))?(?:\+(?P<offset>\d+))?\Z")
_GAIN = re.compile(r"(?P<gain>[-+0-9.eE]+)(?:\((?P<baseline>-?\d+)\))?(?:/(?P<unit>\S+))?\Z")
# Nothing is recorded in a segment of this name.
NO_SEGMENT = "~"


@dataclass(frozen=True, slots=True)
class Lead:
    """One signal line of a header; the file "~" of a layout holds nothing."""

    file: str
    format: int
    per_frame: int
    skew: int
    offset: int
    gain: float
    baseline: int
    unit: str
    name: str


@dataclass(frozen=True, slots=True)
class Header:
    """A record's header; frames is 0 when the header leaves the length to the file.

    segments: (name, frames) in order where the record is made of others, else empty.
    """

    file: Path
    rate_hz: float
    frames: int
    leads: tuple[Lead, ...]
    segments: tuple[tuple[str, int], ...] = ()


def read(file: Path) -> Header:
    """Read one header file. Raises BadRecording."""
    text = file.read_text(encoding="latin-1")
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    segments: tuple[tuple[str, int], ...] = ()
    leads: tuple[Lead, ...] = ()
    try:
        record = lines[0]
        count = int(record[1])
        rate_hz = float(record[2].partition("/")[0].partition("(")[0]) if len(record) > 2 else DEFAULT_RATE_HZ
        frames = int(record[3]) if len(record) > 3 else 0
        _, slash, parts = record[0].partition("/")
        if slash:
            wanted = int(parts)
            segments = tuple((line[0], int(line[1])) for line in lines[1 : 1 + wanted])
            if len(segments) != wanted or not segments or min(length for _, length in segments) < 0:
                raise BadRecording(
                    f"{file.name} announces {wanted} segments and lists {len(segments)}", "fetch it again"
                )
        else:
            leads = tuple(_lead(file, line) for line in lines[1 : 1 + count])
    except (IndexError, ValueError) as error:
        if isinstance(error, BadRecording):
            raise
        raise BadRecording(
            f"{file.name} is not a WFDB header: {error}", "fetch the .hea file again"
        ) from error
    if not slash and (len(leads) != count or not leads):
        raise BadRecording(
            f"{file.name} announces {count} signals and describes {len(leads)}", "fetch it again"
        )
    if not (np.isfinite(rate_hz) and 0 < rate_hz <= 1e6) or not 0 <= frames <= MOST_FRAMES:
        raise BadRecording(
            f"{file.name} says {rate_hz:g} samples a second", "correct the first line of the header"
        )
    return Header(file, rate_hz, frames, leads, segments)


def _lead(file: Path, line: list[str]) -> Lead:
    layout = _FORMAT.match(line[1])
    scale = _GAIN.match(line[2]) if len(line) > 2 else None
    if layout is None or (len(line) > 2 and scale is None) or layout["per_frame"] == "0":
        raise BadRecording(
            f"{file.name} has a signal line that cannot be read: {' '.join(line)[:60]!r}", "fetch it again"
        )
    number = int(layout["format"])
    if number not in FORMATS and line[0] != NO_SEGMENT:
        known = ", ".join(map(str, FORMATS))
        raise BadRecording(
            f"{file.name} uses the WFDB format {number}",
            f"convert it with `xform` of the WFDB tools to one of {known}",
        )
    gain = float(scale["gain"]) if scale else 0.0
    zero = int(line[4]) if len(line) > 4 else 0
    return Lead(
        file=line[0],
        format=number,
        per_frame=int(layout["per_frame"] or 1),
        skew=int(layout["skew"] or 0),
        offset=int(layout["offset"] or 0),
        gain=gain if gain and np.isfinite(gain) else DEFAULT_GAIN,
        baseline=int(scale["baseline"]) if scale and scale["baseline"] else zero,
        unit=(scale["unit"] if scale else None) or "mV",
        name=" ".join(line[8:]) or f"{line[0]} {number}",
    )
