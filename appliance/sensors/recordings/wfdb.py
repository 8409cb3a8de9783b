"""PhysioNet's waveform records: a `.hea` header and its signal files, of one segment or of several.

Samples are decoded when they are asked for, from the file mapped into memory, so that a record of a day
takes no more room than a minute. Source: WFDB Applications Guide, header(5) and signal(5). Raises
BadRecording for what is cut off or unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Channel
from appliance.errors import BadRecording
from appliance.sensors.recordings import _wfdb_header
from appliance.sensors.recordings._wfdb_formats import FORMATS
from appliance.sensors.recordings._wfdb_header import NO_SEGMENT, Header, Lead
from appliance.sensors.recordings.columns import channel_of
from appliance.sensors.recordings.recording import Source, Stream, Wish, scale

Reader = Callable[[int, int], NDArray[np.float64]]


def open_source(path: Path, wish: Wish) -> Source:
    """Open a record. Raises BadRecording."""
    file = path.with_suffix(".hea")
    if not file.exists():
        raise BadRecording(
            f"{path.name} has no header {file.name} beside it",
            "fetch the .hea file too, or export the numbers as CSV",
        )
    header = _wfdb_header.read(file)
    if not header.segments:
        labels = tuple(lead.name for lead in header.leads)
        return Source(path.name, labels, lambda numbers: [_stream(path, header, n, wish) for n in numbers])
    parts = [_segment(file, name) for name, _ in header.segments]
    labels = next((tuple(lead.name for lead in part.leads) for part in parts if part is not None), ())
    return Source(
        path.name, labels, lambda numbers: [_joined(path, header, parts, labels[n], wish) for n in numbers]
    )


def _segment(file: Path, name: str) -> Header | None:
    if name == NO_SEGMENT:
        return None
    header = file.with_name(Path(name).name + ".hea")
    if not header.is_file():
        raise BadRecording(
            f"{file.name} names the segment {name}, which is not beside it", "fetch that file too"
        )
    found = _wfdb_header.read(header)
    if found.segments:
        raise BadRecording(f"{header.name} is made of segments itself", "name one of its segments")
    return found


def _stream(path: Path, header: Header, number: int, wish: Wish) -> Stream:
    lead = header.leads[number]
    rate_hz = header.rate_hz * lead.per_frame
    _check_rate(path, rate_hz, wish)
    channel = wish.kind or channel_of(lead.name) or Channel.ECG
    factor, unit = scale(channel, lead.unit)
    frames, read = _lead_reader(header, number, factor)
    return Stream(path.name, channel, rate_hz, unit, lead.name, frames * lead.per_frame, read)


def _joined(path: Path, whole: Header, parts: Sequence[Header | None], label: str, wish: Wish) -> Stream:
    """One lead through all segments; where a segment has no such lead there is a gap."""
    found = [_number_of(part, label) for part in parts]
    lead = next(p.leads[n] for p, n in zip(parts, found, strict=True) if p is not None and n is not None)
    rate_hz = whole.rate_hz * lead.per_frame
    _check_rate(path, rate_hz, wish)
    channel = wish.kind or channel_of(lead.name) or Channel.ECG
    unit = scale(channel, lead.unit)[1]
    pieces: list[tuple[int, Reader | None]] = []
    for part, number, (_, frames) in zip(parts, found, whole.segments, strict=True):
        read = None
        if part is not None and number is not None and part.leads[number].file != NO_SEGMENT and frames:
            own = part.leads[number]
            held, read = _lead_reader(part, number, scale(channel, own.unit)[0])
            if held < frames or own.per_frame != lead.per_frame:
                raise BadRecording(
                    f"{part.file.name} holds {held} of the {frames} frames that {whole.file.name} speaks of",
                    "fetch the record again",
                )
        pieces.append((frames * lead.per_frame, read))
    count = sum(length for length, _ in pieces)

    def joined(first: int, end: int) -> NDArray[np.float64]:
        values = np.full(end - first, np.nan)
        start = 0
        for length, read in pieces:
            low, high = max(first, start), min(end, start + length)
            if read is not None and low < high:
                values[low - first : high - first] = read(low - start, high - start)
            start += length
        return values

    return Stream(path.name, channel, rate_hz, unit, lead.name, count, joined)


def _number_of(part: Header | None, label: str) -> int | None:
    if part is None:
        return None
    return next((n for n, lead in enumerate(part.leads) if lead.name == label), None)


def _check_rate(path: Path, rate_hz: float, wish: Wish) -> None:
    if wish.rate_hz is not None and abs(wish.rate_hz - rate_hz) > 1e-6 * rate_hz:
        raise BadRecording(
            f"{path.name} says {rate_hz:g} samples a second, not {wish.rate_hz:g}", "leave out --rate"
        )


def _lead_reader(header: Header, number: int, factor: float) -> tuple[int, Reader]:
    """The frames of a record, and how to read samples of one lead in physical units; lost ones are NaN."""
    lead = header.leads[number]
    together = [other for other in header.leads if other.file == lead.file]
    # Signals that share a file are interleaved frame by frame, each with its own count a frame.
    before = sum(other.per_frame for other in header.leads[:number] if other.file == lead.file)
    width = sum(other.per_frame for other in together)
    data = _mapped(header, lead)[max(other.offset for other in together) :]
    layout = FORMATS[lead.format]
    held = len(data) // layout.group_bytes * layout.group_samples
    # A last group that is not whole still holds its first samples.
    left = len(data) % layout.group_bytes
    held += min(layout.group_samples - 1, left // 2) if layout.group_samples > 1 else 0
    if held < max(header.frames * width, width):
        raise BadRecording(
            f"{lead.file} is cut off: {held // width / header.rate_hz:.1f} s of "
            f"{header.frames / header.rate_hz:.1f} s are there",
            "fetch the file again",
        )
    frames = header.frames or held // width
    each = lead.per_frame
    shift = lead.skew * each

    def counts(first: int, end: int) -> NDArray[np.float64]:
        frame, last = first // each, -(-end // each)
        group = frame * width // layout.group_samples
        groups = -(-last * width // layout.group_samples) - group
        raw = np.zeros((groups, layout.group_bytes), dtype=np.uint8)
        taken = data[group * layout.group_bytes : (group + groups) * layout.group_bytes]
        raw.reshape(-1)[: len(taken)] = taken
        samples = layout.decode(raw)[frame * width - group * layout.group_samples :][: (last - frame) * width]
        own = samples.reshape(-1, width)[:, before : before + each].reshape(-1)
        own = own[first - frame * each : end - frame * each]
        return np.where(own == layout.lost, np.nan, (own - float(lead.baseline)) * (factor / lead.gain))

    def read(first: int, end: int) -> NDArray[np.float64]:
        """With the lead's delay against the others taken out."""
        stop = max(first, min(end, frames * each - shift))
        values = counts(first + shift, stop + shift) if stop > first else np.empty(0)
        return np.concatenate([values, np.full(end - first - len(values), np.nan)])

    return frames, read


def _mapped(header: Header, lead: Lead) -> NDArray[np.uint8]:
    file = header.file.parent / Path(lead.file).name
    if not file.is_file():
        raise BadRecording(
            f"{header.file.name} names {lead.file}, which is not beside it", "fetch that file too"
        )
    if file.stat().st_size == 0:
        return np.empty(0, dtype=np.uint8)
    return np.memmap(file, dtype=np.uint8, mode="r")
