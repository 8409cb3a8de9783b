"""The files of a board, in the few steps that a power cut can fall between; and state that survives one."""

import binascii
import json
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Disk:
    """The file system under one folder; on a board that is the root.

    Every method is one step or, for `write`, three: a cut leaves an empty, a short or the whole file.
    """

    def __init__(self, root: str = "") -> None:
        self._root = root

    def read(self, path: str) -> "bytes | None":
        """Give a whole file; None when it is not there."""
        try:
            with open(self._root + path, "rb") as file:  # noqa: PTH123  MicroPython has no pathlib
                return file.read()
        except OSError:
            return None

    def write(self, path: str, data: bytes) -> None:
        """Make a file, or make it anew."""
        self._put(path, data, "wb")

    def append(self, path: str, data: bytes) -> None:
        """Add to the end of a file."""
        self._put(path, data, "ab")

    def _put(self, path: str, data: bytes, mode: str) -> None:
        with open(self._root + path, mode) as file:  # noqa: PTH123  MicroPython has no pathlib
            file.write(data)
        # A board's `sync` writes its caches out; desks have their own ideas and need none here.
        sync = getattr(os, "sync", None)
        if sync is not None:
            sync()

    def names(self, folder: str) -> "list[str]":
        """What is in a folder; nothing when it is not there."""
        try:
            return sorted(os.listdir(self._root + folder))  # noqa: PTH208  MicroPython has no pathlib
        except OSError:
            return []

    def is_folder(self, path: str) -> bool:
        """Whether this is there and a folder."""
        try:
            return os.stat(self._root + path)[0] & 0x4000 != 0  # noqa: PTH116  MicroPython has no pathlib
        except OSError:
            return False

    def remove(self, path: str) -> None:
        """Remove a file or an empty folder."""
        if self.is_folder(path):
            os.rmdir(self._root + path)  # noqa: PTH106  MicroPython has no pathlib
        else:
            os.remove(self._root + path)  # noqa: PTH107  MicroPython has no pathlib

    def make_folder(self, path: str) -> None:
        """Make a folder unless it is there."""
        if not self.is_folder(path):
            os.mkdir(self._root + path)  # noqa: PTH102  MicroPython has no pathlib

    def clear(self, folder: str) -> None:
        """Remove everything inside a folder."""
        for name in self.names(folder):
            path = folder + "/" + name
            if self.is_folder(path):
                self.clear(path)
            self.remove(path)


class Twin:
    """A small state in two files of which one is always whole: `NAME0.json` and `NAME1.json`.

    The higher generation with a right CRC is the truth; a new one is written over the other file.
    """

    def __init__(self, disk: Disk, name: str) -> None:
        self._disk = disk
        self._paths = (name + "0.json", name + "1.json")

    def load(self) -> "dict[str, Any] | None":
        """Give the newest whole state; None when there never was one."""
        return self._newest()[1]

    def store(self, state: "dict[str, Any]") -> None:
        """Make this the state; cut short at any step, the old one stays."""
        generation, _, place = self._newest()
        text = json.dumps(state)
        body = str(generation + 1) + " " + text
        crc = "%08x" % (binascii.crc32(body.encode()) & 0xFFFFFFFF)
        self._disk.write(self._paths[1 - place], (crc + " " + body).encode())

    def _newest(self) -> "tuple[int, dict[str, Any] | None, int]":
        """Give the newest generation, its state and its place."""
        best: tuple[int, dict[str, Any] | None, int] = (0, None, 1)
        for place in (0, 1):
            found = _read(self._disk.read(self._paths[place]))
            if found is not None and found[0] > best[0]:
                best = (found[0], found[1], place)
        return best


def _read(data: "bytes | None") -> "tuple[int, dict[str, Any]] | None":
    if not data or len(data) < 12:
        return None
    try:
        body = data[9:]
        if int(data[:8].decode(), 16) != binascii.crc32(body) & 0xFFFFFFFF:
            return None
        generation, _, text = body.decode().partition(" ")
        state = json.loads(text)
        return (int(generation), state) if isinstance(state, dict) else None
    except (ValueError, UnicodeError):
        return None
