"""PhysioNet's waveform records: a `.hea` header and `.dat` files in the formats 16 and 212.

Source: WFDB Applications Guide, header(5) and signal(5). Raises BadRecording for what is cut off or unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Channel
from appliance.errors import BadRecording
from appliance.sensors.recordings.columns import channel_of, choose
from appliance.sensors.recordings.recording import Recording, Wish, in_box_units

DEFAULT_RATE_HZ = 250.0
DEFAULT_GAIN = 200.0

_FORMAT = re.compile(r"(?P<format>\d+)(?:x(?P<per_frame>\d+))?(?::(?P<skew>\d+))?(?:\+(?P<offset>\d+))?\Z")
_GAIN = re.compile(r"(?P<gain>[-+0-9.eE]+)(?:\((?P<baseline>-?\d+)\))?(?:/(?P<unit>\S+))?\Z")


@dataclass(frozen=True, slots=True)
class Lead:
    """One signal line of a header."""

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
    """A record's header; frames is 0 when the header leaves the length to the file."""

    rate_hz: float
    frames: int
    leads: tuple[Lead, ...]


def read(path: Path, wish: Wish) -> Recording:
    """Read one lead of a record, in physical units. Raises BadRecording."""
    file = path.with_suffix(".hea")
    if not file.exists():
        raise BadRecording(
            f"{path.name} has no header {file.name} beside it",
            "fetch the .hea file too, or export the numbers as CSV",
        )
    header = _header(file)
    number = choose([lead.name for lead in header.leads], wish.column, wish.kind, path.name)
    lead = header.leads[number]
    rate_hz = header.rate_hz * lead.per_frame
    if wish.rate_hz is not None and abs(wish.rate_hz - rate_hz) > 1e-6 * rate_hz:
        raise BadRecording(
            f"{path.name} says {rate_hz:g} samples a second, not {wish.rate_hz:g}", "leave out --rate"
        )
    values = (_counts(file, header, number) - lead.baseline) / lead.gain
    channel = wish.kind or channel_of(lead.name) or Channel.ECG
    values, unit = in_box_units(channel, values, lead.unit)
    return Recording(path.name, channel, rate_hz, values, unit, lead.name)


def _header(file: Path) -> Header:
    text = file.read_text(encoding="latin-1")
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    try:
        record = lines[0]
        if "/" in record[0]:
            raise BadRecording(
                f"{file.name} is a record of several segments",
                "name one of its segments, listed in the header",
            )
        count = int(record[1])
        rate_hz = float(record[2].partition("/")[0]) if len(record) > 2 else DEFAULT_RATE_HZ
        frames = int(record[3]) if len(record) > 3 else 0
        leads = tuple(_lead(file, line) for line in lines[1 : 1 + count])
    except (IndexError, ValueError) as error:
        if isinstance(error, BadRecording):
            raise
        raise BadRecording(
            f"{file.name} is not a WFDB header: {error}", "fetch the .hea file again"
        ) from error
    if len(leads) != count or not leads:
        raise BadRecording(
            f"{file.name} announces {count} signals and describes {len(leads)}", "fetch it again"
        )
    if not (np.isfinite(rate_hz) and rate_hz > 0) or frames < 0:
        raise BadRecording(
            f"{file.name} says {rate_hz:g} samples a second", "correct the first line of the header"
        )
    return Header(rate_hz, frames, leads)


def _lead(file: Path, line: list[str]) -> Lead:
    layout = _FORMAT.match(line[1])
    scale = _GAIN.match(line[2]) if len(line) > 2 else None
    if layout is None or (len(line) > 2 and scale is None):
        raise BadRecording(
            f"{file.name} has a signal line that cannot be read: {' '.join(line)[:60]!r}", "fetch it again"
        )
    number = int(layout["format"])
    if number not in FORMATS or layout["per_frame"] == "0":
        raise BadRecording(
            f"{file.name} uses the WFDB format {number}",
            "convert it to format 16 or 212 with `xform` of the WFDB tools",
        )
    gain = float(scale["gain"]) if scale else 0.0
    zero = int(line[4]) if len(line) > 4 else 0
    return Lead(
        file=line[0],
        format=number,
        per_frame=int(layout["per_frame"] or 1),
        skew=int(layout["skew"] or 0),
        offset=int(layout["offset"] or 0),
        gain=gain or DEFAULT_GAIN,
        baseline=int(scale["baseline"]) if scale and scale["baseline"] else zero,
        unit=(scale["unit"] if scale else None) or "mV",
        name=" ".join(line[8:]) or f"{line[0]} {number}",
    )


def _counts(header_file: Path, header: Header, number: int) -> NDArray[np.float64]:
    """The raw counts of one lead; lost samples are NaN."""
    lead = header.leads[number]
    together = [other for other in header.leads if other.file == lead.file]
    # Signals that share a file are interleaved frame by frame, each with its own count a frame.
    before = sum(other.per_frame for other in header.leads[:number] if other.file == lead.file)
    width = sum(other.per_frame for other in together)
    file = header_file.parent / Path(lead.file).name
    if not file.is_file():
        raise BadRecording(
            f"{header_file.name} names {lead.file}, which is not beside it", "fetch that file too"
        )
    data = np.fromfile(file, dtype=np.uint8)[max(other.offset for other in together) :]
    layout = FORMATS[lead.format]
    needed = header.frames * width
    held = 8 * len(data) // layout.bits
    if held < max(needed, width):
        raise BadRecording(
            f"{file.name} is cut off: {held // width / header.rate_hz:.1f} s of "
            f"{header.frames / header.rate_hz:.1f} s are there",
            "fetch the file again",
        )
    frames = header.frames or held // width
    samples = layout.decode(data, frames * width).reshape(frames, width)
    values = samples[:, before : before + lead.per_frame].reshape(-1).astype(np.float64)
    values[values == layout.lost] = np.nan
    if lead.skew:
        shift = lead.skew * lead.per_frame
        values = np.concatenate([values[shift:], np.full(min(shift, len(values)), np.nan)])
    return values


def _decode_16(data: NDArray[np.uint8], count: int) -> NDArray[np.int16]:
    """Format 16: two bytes a sample, little-endian."""
    return data[: 2 * count].view("<i2")


def _decode_212(data: NDArray[np.uint8], count: int) -> NDArray[np.int16]:
    """Format 212: two samples of 12 bits in three bytes; the middle byte holds both high nibbles."""
    pairs = -(-count // 2)
    groups = np.zeros((pairs, 3), dtype=np.uint8)
    groups.reshape(-1)[: min(3 * pairs, len(data))] = data[: 3 * pairs]
    low, middle, high = (groups[:, i].astype(np.int16) for i in range(3))
    samples = np.empty(2 * pairs, dtype=np.int16)
    samples[0::2] = low | ((middle & 0x0F) << 8)
    samples[1::2] = high | ((middle & 0xF0) << 4)
    samples -= (samples > 2047).astype(np.int16) * 4096
    return samples[:count]


@dataclass(frozen=True, slots=True)
class Format:
    """How samples lie in a file. lost: the count that stands for a missing sample."""

    decode: Callable[[NDArray[np.uint8], int], NDArray[np.int16]]
    lost: int
    bits: int


FORMATS: dict[int, Format] = {16: Format(_decode_16, -32768, 16), 212: Format(_decode_212, -2048, 12)}
