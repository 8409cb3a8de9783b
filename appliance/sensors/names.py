"""The sensors this box knows: what they are called, what they are paired for, how they did when last tried.

One file, `sensors.json` in the data folder, written whole beside itself and put in its place, so that a power
cut leaves the old one or the new one. Keys of wearables are not in it, only the paths of their files.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from appliance.errors import Misused, StorageBroken, StorageFull

FILE = "sensors.json"
VERSION = 1
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Known:
    """One sensor.

    name: given by people; empty uses its own. address: how its link finds it. is_paired: whether this box
    connects to it. streams: channels to start where it has several. key_id, key_file: of a wearable.
    battery_percent, quality (0..1), tested_at (ISO 8601, UTC): from the last pairing or test.
    """

    sensor_id: str
    kind: str
    address: str
    own_name: str = ""
    name: str = ""
    is_paired: bool = False
    streams: tuple[str, ...] = ()
    key_id: int = 0
    key_file: str = ""
    battery_percent: int | None = None
    quality: float | None = None
    tested_at: str = ""


class Names:
    """The file of one data folder."""

    def __init__(self, data: Path) -> None:
        self._file = data / FILE

    def all(self) -> list[Known]:
        """Every known sensor. Raises StorageBroken when the file is not ours."""
        try:
            told = json.loads(self._file.read_text(encoding="utf-8"))
            if told["version"] != VERSION:
                raise ValueError(f"version {told['version']}")
            return [_row(row) for row in told["sensors"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise StorageBroken(
                f"{self._file} cannot be read: {error}",
                "move it away and pair the sensors again: echoel sensors pair",
            ) from error

    def get(self, sensor_id: str) -> Known | None:
        """The row of one sensor."""
        return next((row for row in self.all() if row.sensor_id == sensor_id), None)

    def change(self, sensor_id: str, made: Callable[[Known | None], Known | None]) -> Known | None:
        """Replace one row by what `made` makes of it (None: no row) and give that. Raises StorageFull."""
        with self._locked():
            rows = self.all()
            before = next((row for row in rows if row.sensor_id == sensor_id), None)
            after = made(before)
            if after != before:
                kept = [row for row in rows if row.sensor_id != sensor_id]
                self._write([*kept, after] if after is not None else kept)
            return after

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let two verbs at once change two rows, not one file."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._file.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise _full(self._file, error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _write(self, rows: Sequence[Known]) -> None:
        ordered = sorted(rows, key=lambda row: row.sensor_id)
        told = {"version": VERSION, "sensors": [asdict(row) for row in ordered]}
        beside = self._file.with_suffix(".new")
        try:
            with os.fdopen(os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
                file.write(json.dumps(told, indent=2).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, self._file)  # noqa: PTH105  (seen by the test that cuts at every step)
            folder = os.open(self._file.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            with suppress(OSError):
                beside.unlink()
            raise _full(self._file, error) from error


def _full(file: Path, error: OSError) -> StorageFull:
    return StorageFull(
        f"{file} cannot be written: {error.strerror}", "make room, or check who owns the folder"
    )


def _row(row: dict[str, Any]) -> Known:
    known = {field.name for field in fields(Known)}
    given = {key: value for key, value in row.items() if key in known}
    given["streams"] = tuple(given.get("streams", ()))
    made = Known(**given)
    if not all(isinstance(text, str) for text in (made.sensor_id, made.kind, made.address, made.name)):
        raise TypeError("a row holds something else than text")
    return made


def checked_name(name: str) -> str:
    """Give a name that fits on one line. Raises Misused."""
    clean = " ".join(name.split())
    if not clean or len(clean) > LONGEST_NAME or not clean.isprintable():
        raise Misused(
            f"a sensor cannot be called {name[:LONGEST_NAME]!r}", f"choose 1 to {LONGEST_NAME} characters"
        )
    return clean
