"""European Data Format and its kin, the hospital's and the sleep laboratory's file: EDF, EDF+, BDF, BDF+.

Records are decoded when they are asked for, from the file mapped into memory. An interrupted recording
(EDF+D) has gaps where it was interrupted. Source: Kemp and others, Electroenceph. clin. Neurophysiol. 82
(1992) 391 and Clin. Neurophysiol. 114 (2003) 1755. Raises BadRecording.
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
from appliance.sensors.recordings.columns import channel_of
from appliance.sensors.recordings.recording import Source, Stream, Wish, scale

_BDF = b"\xffBIOSEMI"
_ONSET = re.compile(rb"([+-]\d+(?:\.\d*)?)(?:\x15\d+(?:\.\d*)?)?\x14")
LONGEST_S = 30 * 86400.0
# What a signal line holds, in order, and how many bytes each signal has of it.
_FIELDS = (
    *(("label", 16), ("transducer", 80), ("unit", 8), ("least", 8), ("most", 8)),
    *(("least_count", 8), ("most_count", 8), ("filters", 80), ("samples", 8), ("reserved", 32)),
)


@dataclass(frozen=True, slots=True)
class _Signal:
    label: str
    unit: str
    gain: float
    offset: float
    samples: int
    place: int


@dataclass(frozen=True, slots=True, eq=False)
class _File:
    """starts: the record that begins at each place on the clock, counted in records, where interrupted."""

    data: NDArray[np.uint8]
    record_s: float
    bytes_each: int
    signals: tuple[_Signal, ...]
    starts_s: NDArray[np.float64] | None


def open_source(path: Path, wish: Wish) -> Source:
    """Open a file. Raises BadRecording."""
    try:
        file = _opened(path)
    except (ValueError, IndexError, UnicodeDecodeError, OverflowError) as error:
        if isinstance(error, BadRecording):
            raise
        raise BadRecording(
            f"{path.name} is not a readable EDF file: {error}", "fetch or export it again"
        ) from error
    shown = [signal for signal in file.signals if not _is_annotation(signal)]
    if not shown:
        raise BadRecording(f"{path.name} holds no signals", "give a recording, not annotations alone")
    labels = tuple(signal.label for signal in shown)
    return Source(path.name, labels, lambda numbers: [_stream(path, file, shown[n], wish) for n in numbers])


def _is_annotation(signal: _Signal) -> bool:
    return signal.label in ("EDF Annotations", "BDF Annotations")


def _opened(path: Path) -> _File:
    if path.stat().st_size < 256:
        raise ValueError(f"it has {path.stat().st_size} bytes, fewer than a header")
    data = np.memmap(path, dtype=np.uint8, mode="r")
    head = data[:256].tobytes()
    if head[:8] != _BDF and head[:8].strip() != b"0":
        raise ValueError("it does not begin as one")
    bytes_each = 3 if head[:8] == _BDF else 2
    header_bytes, records = int(head[184:192]), int(head[236:244])
    record_s, count = float(head[244:252]), int(head[252:256])
    if count < 1 or header_bytes != 256 * (count + 1) or len(data) < header_bytes:
        raise ValueError(f"its header speaks of {count} signals")
    signals = _signals(data[256:header_bytes].tobytes(), count, bytes_each)
    if not (np.isfinite(record_s) and 0 <= record_s <= 86400):
        raise ValueError(f"its records last {record_s:g} s")
    record_bytes = sum(signal.samples for signal in signals) * bytes_each
    held = (len(data) - header_bytes) // record_bytes if record_bytes else 0
    if records < 0:  # not finished: everything that is there counts
        records = held
    if held < records or records < 1 or record_bytes < 1:
        raise BadRecording(
            f"{path.name} is cut off: {held} of {records} records of an EDF file are there",
            "fetch the file again",
        )
    table = data[header_bytes : header_bytes + records * record_bytes].reshape(records, record_bytes)
    is_interrupted = head[192:197] in (b"EDF+D", b"BDF+D")
    starts_s = _starts(table, signals, bytes_each) if is_interrupted else None
    return _File(table, record_s, bytes_each, signals, starts_s)


def _signals(text: bytes, count: int, bytes_each: int) -> tuple[_Signal, ...]:
    rows: dict[str, list[str]] = {}
    at = 0
    for field, width in _FIELDS:
        rows[field] = [
            text[at + i * width : at + (i + 1) * width].decode("latin-1").strip() for i in range(count)
        ]
        at += count * width
    signals = []
    place = 0
    for i in range(count):
        least, most = float(rows["least"][i]), float(rows["most"][i])
        low, high = int(rows["least_count"][i]), int(rows["most_count"][i])
        samples = int(rows["samples"][i])
        if samples < 0 or high == low or not np.isfinite([least, most]).all():
            raise ValueError(f"the signal {rows['label'][i]!r} has no range")
        gain = (most - least) / (high - low)
        signals.append(
            _Signal(rows["label"][i], rows["unit"][i], gain, least - gain * low, samples, place * bytes_each)
        )
        place += samples
    return tuple(signals)


def _starts(
    table: NDArray[np.uint8], signals: tuple[_Signal, ...], bytes_each: int
) -> NDArray[np.float64] | None:
    """When each record began, from the time-keeping annotation at its head; None without one."""
    keeper = next((signal for signal in signals if _is_annotation(signal)), None)
    if keeper is None:
        return None
    width = keeper.samples * bytes_each
    found = [_ONSET.match(row[keeper.place : keeper.place + width].tobytes()) for row in table]
    if not all(found):
        raise ValueError("a record does not say when it began")
    starts_s = np.array([float(one[1]) for one in found if one])
    starts_s -= starts_s[0]
    if (np.diff(starts_s) <= 0).any() or starts_s[-1] > LONGEST_S:
        raise ValueError("the times of its records do not rise")
    return starts_s


def _stream(path: Path, file: _File, signal: _Signal, wish: Wish) -> Stream:
    if signal.samples == 0 or file.record_s == 0:
        raise BadRecording(f"{path.name}: {signal.label!r} holds no samples", "choose another --channel")
    rate_hz = signal.samples / file.record_s
    if wish.rate_hz is not None and abs(wish.rate_hz - rate_hz) > 1e-6 * rate_hz:
        raise BadRecording(
            f"{path.name} says {rate_hz:g} samples a second, not {wish.rate_hz:g}", "leave out --rate"
        )
    channel = wish.kind or channel_of(signal.label) or Channel.ECG
    factor, unit = scale(channel, signal.unit)
    read = _reader(file, signal, factor)
    count = len(file.data) * signal.samples
    if file.starts_s is None:
        return Stream(path.name, channel, rate_hz, unit, signal.label, count, read)
    places = np.round(file.starts_s * rate_hz).astype(np.int64)
    whole = int(places[-1]) + signal.samples

    def with_gaps(first: int, end: int) -> NDArray[np.float64]:
        values = np.full(end - first, np.nan)
        near = int(np.searchsorted(places, first - signal.samples, side="right"))
        for record in range(near, len(places)):
            start = int(places[record])
            low, high = max(first, start), min(end, start + signal.samples)
            if start >= end:
                break
            if low < high:
                at = record * signal.samples - start
                values[low - first : high - first] = read(at + low, at + high)
        return values

    return Stream(path.name, channel, rate_hz, unit, signal.label, whole, with_gaps)


def _reader(file: _File, signal: _Signal, factor: float) -> Callable[[int, int], NDArray[np.float64]]:
    width = signal.samples * file.bytes_each

    def read(first: int, end: int) -> NDArray[np.float64]:
        record, last = first // signal.samples, -(-end // signal.samples)
        raw = np.ascontiguousarray(file.data[record:last, signal.place : signal.place + width]).reshape(-1)
        if file.bytes_each == 2:
            counts = raw.view("<i2").astype(np.float64)
        else:
            groups = raw.reshape(-1, 3).astype(np.int32)
            whole = groups[:, 0] | groups[:, 1] << 8 | groups[:, 2] << 16
            counts = (whole - ((whole >> 23) << 24)).astype(np.float64)
        counts = counts[first - record * signal.samples :][: end - first]
        return np.asarray((counts * signal.gain + signal.offset) * factor)

    return read
