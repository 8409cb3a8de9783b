"""The one door to recorded files: looks at the name and the first bytes, and calls the right reader."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from appliance.contracts import Channel
from appliance.errors import BadRecording
from appliance.sensors.recordings.columns import choose, known
from appliance.sensors.recordings.recording import Recording, Source, Stream, Wish

Result = TypeVar("Result")
Opener = Callable[[Path, Wish], Source]

# Suffix -> the module here whose `open_source` understands it; anything else is tried as text.
SUFFIXES: dict[str, str] = {
    ".hea": "wfdb",
    ".dat": "wfdb",
    ".mat": "wfdb",
    ".edf": "edf",
    ".rec": "edf",
    ".bdf": "edf",
    ".hrm": "polar",
}
HIGHEST_RATE_HZ = 1_000_000.0


def load(
    path: str | os.PathLike[str],
    rate_hz: float | None = None,
    column: str | None = None,
    kind: str | None = None,
) -> Recording:
    """Read one heart, breath or other signal from a file.

    rate_hz: samples a second, where the file does not say. column: name of the column or lead (or its
    number from 1), where the file has several. kind: "ecg", "ppg", "rr", ..., where names do not tell.
    Raises BadRecording, which names what is wrong and what to do.
    """
    source, wish = _source(path, rate_hz, column, kind)
    (stream,) = _guarded(
        path, lambda: source.take([choose(source.labels, wish.column, wish.kind, source.name)])
    )
    return _guarded(path, stream.whole)


def load_all(
    path: str | os.PathLike[str],
    rate_hz: float | None = None,
    columns: Sequence[str] = (),
    kind: str | None = None,
) -> list[Stream]:
    """Open all signals of a file that mean something here, the heart first, read a stretch at a time.

    columns: take these alone, each by name or number. kind: what the one signal is, or which of several is
    wanted. Every Stream has at least two samples. Raises BadRecording as `load` does.
    """
    source, wish = _source(path, rate_hz, columns[0] if columns else None, kind)
    if columns:
        numbers = [choose(source.labels, column, None, source.name) for column in columns]
        numbers = list(dict.fromkeys(numbers))
        if wish.kind is not None and len(numbers) > 1:
            raise BadRecording(
                "--kind says what one signal is, and several were named", "leave out --kind, or name one"
            )
    elif wish.kind is not None:
        numbers = [choose(source.labels, None, wish.kind, source.name)]
    else:
        numbers = known(source.labels) or [choose(source.labels, None, None, source.name)]
    streams = _guarded(path, lambda: source.take(numbers))
    for stream in streams:
        if stream.count < 2:
            stream.whole()  # says what is wrong
    return streams


def _source(
    path: str | os.PathLike[str], rate_hz: float | None, column: str | None, kind: str | None
) -> tuple[Source, Wish]:
    file = _existing(Path(path))
    wish = Wish(_checked_rate(rate_hz), column, _checked_kind(kind))
    module = import_module(f"appliance.sensors.recordings.{SUFFIXES.get(file.suffix.lower(), 'text')}")
    opener: Opener = module.open_source
    return _guarded(file, lambda: opener(file, wish)), wish


def _guarded(file: str | os.PathLike[str], work: Callable[[], Result]) -> Result:
    """Do it, and say what a fault of the disk or the memory means."""
    try:
        return work()
    except OSError as error:
        raise BadRecording(
            f"{file} cannot be read: {error.strerror or error}", "check that the file is yours to read"
        ) from error
    except MemoryError as error:
        raise BadRecording(
            f"{file} is too large for this machine's memory", "cut it into shorter files"
        ) from error


def _existing(path: Path) -> Path:
    try:
        if not path.exists() and not path.suffix and path.with_suffix(".hea").exists():
            return path.with_suffix(".hea")  # a WFDB record is often named without its suffix
        if not path.exists():
            raise BadRecording(f"there is no file {path}", _nearest(path))
        if path.is_dir():
            raise BadRecording(f"{path} is a folder, not a recording", _inside(path))
        if not path.is_file():
            raise BadRecording(f"{path} is a device or a pipe, not a file", "give a file that lies on disk")
        if path.stat().st_size == 0:
            raise BadRecording(f"{path} is empty", "give a file with a recording in it")
    except (OSError, ValueError) as error:
        if isinstance(error, BadRecording):
            raise
        raise BadRecording(
            f"{path} cannot be opened: {error}", "check the path and its permissions"
        ) from error
    return path


def _nearest(path: Path) -> str:
    if not path.parent.is_dir():
        return f"the folder {path.parent} does not exist either; check the path"
    names = [entry.name for entry in path.parent.iterdir() if entry.is_file()]
    near = get_close_matches(path.name, names, n=1)
    return f"did you mean {path.parent / near[0]}?" if near else "check the path"


def _inside(folder: Path) -> str:
    known = {*SUFFIXES, ".csv", ".txt", ".tsv"} - {".dat"}
    names = sorted(entry.name for entry in folder.iterdir() if entry.suffix.lower() in known)
    return f"name one file in it, such as {folder / names[0]}" if names else "name one file"


def _checked_rate(rate_hz: float | None) -> float | None:
    if rate_hz is None:
        return None
    if not math.isfinite(rate_hz) or not 0 < rate_hz <= HIGHEST_RATE_HZ:
        raise BadRecording(
            f"a rate of {rate_hz:g} samples a second cannot be",
            "give --rate the samples a second, such as 250",
        )
    return float(rate_hz)


def _checked_kind(kind: str | None) -> Channel | None:
    if kind is None:
        return None
    try:
        return Channel(kind.lower())
    except ValueError:
        known = ", ".join(channel.value for channel in Channel)
        raise BadRecording(f"there is no kind of signal {kind!r}", f"choose one of: {known}") from None
