"""Beats that somebody marked: WFDB annotation files, or a column of times.

Source: WFDB Applications Guide, annot(5). Which codes are beats, and that ventricular flutter is left out
of a comparison: ANSI/AAMI EC57. Raises BadRecording.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.errors import BadRecording
from appliance.sensors.recordings import _wfdb_header, cells, table
from appliance.sensors.recordings.columns import is_time, parts

BEATS = frozenset([*range(1, 14), 25, 30, 34, 35, 38])
NOTE, FLUTTER_ON, FLUTTER_OFF = 22, 32, 33
SKIP, NUMBER, SUBTYPE, CHANNEL, TEXT = 59, 60, 61, 62, 63
_RESOLUTION = re.compile(r"time resolution:\s*([0-9.]+)")
TABLES = {".csv", ".txt", ".tsv"}


@dataclass(frozen=True, slots=True, eq=False)
class Annotated:
    """Marked beats and the spans without single beats (flutter), in seconds of the recording."""

    beats_s: NDArray[np.float64]
    flutter_s: tuple[tuple[float, float], ...] = ()


def annotated_beats(path: Path, rate_hz: float | None = None) -> Annotated:
    """Read the beats somebody marked.

    path: an annotation file (`.atr`, `.qrs`, ...), or CSV or text with a column of times in seconds, or in
    samples where a heading says so or all are whole. rate_hz: samples a second of the recording they belong
    to, where no header of the same name says it. Raises BadRecording.
    """
    try:
        if not path.is_file() or path.stat().st_size == 0:
            raise BadRecording(f"there are no annotations in {path}", "check the path")
        if path.suffix.lower() in TABLES:
            return _from_table(path, rate_hz)
        samples, codes, said_hz = _from_words(path)
        header = path.with_suffix(".hea")
        if said_hz is None and header.is_file():
            said_hz = _wfdb_header.read(header).rate_hz
    except OSError as error:
        raise BadRecording(
            f"{path} cannot be read: {error.strerror or error}", "check that the file is yours to read"
        ) from error
    hertz = said_hz or rate_hz
    if not hertz:
        raise BadRecording(
            f"{path.name} counts in samples and does not say of what rate", "fetch the .hea file too"
        )
    times_s = samples / hertz
    begun, ended = times_s[codes == FLUTTER_ON], times_s[codes == FLUTTER_OFF]
    spans = tuple((float(start_s), float(min(ended[ended >= start_s], default=np.inf))) for start_s in begun)
    return Annotated(times_s[np.isin(codes, list(BEATS))], spans)


def _from_words(path: Path) -> tuple[NDArray[np.int64], NDArray[np.int64], float | None]:
    """Sample numbers, codes, and the time resolution where a note at the beginning says one."""
    data = path.read_bytes()
    words = np.frombuffer(data[: len(data) // 2 * 2], dtype="<u2").tolist()
    samples: list[int] = []
    codes: list[int] = []
    now = place = 0
    resolution = None
    while place < len(words) and words[place]:
        code, value = words[place] >> 10, words[place] & 0x3FF
        place += 1
        if code == SKIP:
            if place + 2 > len(words):
                break
            jump = (words[place] << 16) + words[place + 1]
            now += jump - (1 << 32) if jump >> 31 else jump
            place += 2
        elif code == TEXT:
            text = data[2 * place : 2 * place + value].decode("latin-1")
            found = _RESOLUTION.search(text)
            if found and codes[-1:] == [NOTE]:
                resolution = float(found[1])
            place += (value + 1) // 2
        elif code not in (NUMBER, SUBTYPE, CHANNEL):
            if code > 49:
                raise BadRecording(f"{path.name} is no WFDB annotation file", "give an .atr file, or CSV")
            now += value
            samples.append(now)
            codes.append(code)
    if not samples or (np.diff(samples) < 0).sum() > 0.01 * len(samples) + 1:
        raise BadRecording(f"{path.name} is no WFDB annotation file", "give an .atr file, or CSV")
    return np.array(samples, dtype=np.int64), np.array(codes, dtype=np.int64), resolution or None


def _from_table(path: Path, rate_hz: float | None) -> Annotated:
    content = table.split(path)
    named = [i for i, heading in enumerate(content.headings) if is_time(heading)]
    column = named[0] if named else 0
    (times,) = cells.numbers(content, (column,))
    times = times[np.isfinite(times)]
    heading, unit = parts(content.headings[column])
    is_in_samples = "sample" in heading.lower() or (not named and bool((times == np.round(times)).all()))
    if is_in_samples:
        if not rate_hz:
            raise BadRecording(f"{path.name} counts in samples", "give the beats in seconds")
        times = times / rate_hz
    elif unit == "ms" or heading.endswith("_ms"):
        times = times / 1000.0
    if len(times) == 0 or (np.diff(times) < 0).any():
        raise BadRecording(f"{path.name} holds no times that rise", "give one beat a line, in seconds")
    return Annotated(times)
