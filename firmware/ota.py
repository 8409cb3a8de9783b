"""An update received over any link: into the free code folder, checked, and only then let to start.

The box has checked who made the update; its frames carry the wearable's own key, and its number must grow.
A manifest comes first, `{"version": "1.1.0", "files": [["firmware/main.mpy", 5120, "sha256 in hex"]]}`,
then every file in its order, as one row of bytes. Cut at any step, the old code is untouched.
"""

import binascii
import hashlib
import json

from firmware import commands

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from firmware.disk import Disk
    from firmware.slots import Slots

LARGEST_MANIFEST = 8192
LARGEST_UPDATE = 400_000
_BLOCK = 1024
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789_./"


class Receiver:
    """Takes one update at a time.

    is_strong: whether the battery has enough for it. Every method gives a place in `commands.REASONS`.
    """

    def __init__(self, disk: "Disk", slots: "Slots", is_strong: "Callable[[], bool]") -> None:
        self._disk = disk
        self._slots = slots
        self._is_strong = is_strong
        self._number = 0
        self._forget()

    def _forget(self) -> None:
        self._manifest_size = 0
        self._manifest = bytearray()
        self._files: list[tuple[str, int, str]] = []
        self._at = 0
        self._left = 0
        self._buffer = bytearray()
        self._digest = b""
        self.offset = 0

    def begin(self, number: int, size: int, digest: bytes) -> int:
        """Begin anew: empty the free folder."""
        if not self._is_strong():
            return commands.LOW_BATTERY
        if self._slots.is_on_trial():
            return commands.ON_TRIAL
        if number <= self._slots.update_number():
            return commands.OLD
        if not 0 < size <= LARGEST_MANIFEST:
            return commands.BAD_MANIFEST
        self._forget()
        folder = "/" + self._slots.free_folder()
        self._disk.make_folder(folder)
        self._disk.clear(folder)
        self._folder = folder + "/"
        self._number, self._manifest_size, self._digest = number, size, digest
        return commands.OK

    def data(self, offset: int, piece: bytes) -> int:
        """Take the next piece; `offset` then says which one is wanted."""
        if not self._manifest_size:
            return commands.INCOMPLETE
        if offset != self.offset:
            return commands.MISPLACED
        taken = 0
        while taken < len(piece):
            if len(self._manifest) < self._manifest_size:
                room = self._manifest_size - len(self._manifest)
                self._manifest += piece[taken : taken + room]
                taken += room
                reason = self._read_manifest() if len(self._manifest) == self._manifest_size else commands.OK
            elif self._at < len(self._files):
                fitting = piece[taken : taken + self._left]
                taken += len(fitting)
                reason = self._fill(fitting)
            else:
                reason = commands.BAD_MANIFEST
            if reason != commands.OK:
                self._forget()
                return reason
        self.offset += len(piece)
        return commands.OK

    def _read_manifest(self) -> int:
        if hashlib.sha256(bytes(self._manifest)).digest() != self._digest:
            return commands.DAMAGED_MANIFEST
        try:
            for path, size, digest in json.loads(self._manifest.decode())["files"]:
                if not _is_sound(path) or not isinstance(size, int) or size < 0 or len(digest) != 64:
                    return commands.BAD_MANIFEST
                self._files.append((path, size, digest))
        except (ValueError, UnicodeError, KeyError, TypeError):
            return commands.BAD_MANIFEST
        if not self._files or sum([row[1] for row in self._files]) > LARGEST_UPDATE:
            return commands.FULL if self._files else commands.BAD_MANIFEST
        self._at = -1
        return self._next_file()

    def _next_file(self) -> int:
        """Make the next file that has bytes; empty ones are made on the way."""
        self._at += 1
        if self._at == len(self._files):
            return commands.OK
        path, self._left, _ = self._files[self._at]
        folder = self._folder[:-1]
        for name in path.split("/")[:-1]:
            folder += "/" + name
            self._disk.make_folder(folder)
        self._disk.write(self._folder + path, b"")
        return commands.OK if self._left else self._close_file()

    def _fill(self, piece: bytes) -> int:
        self._buffer += piece
        self._left -= len(piece)
        if len(self._buffer) >= _BLOCK or not self._left:
            self._disk.append(self._folder + self._files[self._at][0], bytes(self._buffer))
            self._buffer = bytearray()
        return commands.OK if self._left else self._close_file()

    def _close_file(self) -> int:
        reason = self._checked(self._at)
        return reason if reason != commands.OK else self._next_file()

    def _checked(self, at: int) -> int:
        """Read a file back, as it came to lie on the flash."""
        path, size, digest = self._files[at]
        data = self._disk.read(self._folder + path)
        if data is None or len(data) != size:
            return commands.DAMAGED_FILE
        found = binascii.hexlify(hashlib.sha256(data).digest()).decode()
        return commands.OK if found == digest else commands.DAMAGED_FILE

    def end(self) -> int:
        """Check every file once more, and let the folder start at the next reset."""
        if not self._files or self._at < len(self._files):
            return commands.INCOMPLETE
        for at in range(len(self._files)):
            reason = self._checked(at)
            if reason != commands.OK:
                self._forget()
                return reason
        self._slots.stage(self._number)
        self._forget()
        return commands.OK


def _is_sound(path: object) -> bool:
    """Whether a path of a manifest stays inside its folder."""
    return (
        isinstance(path, str)
        and 0 < len(path) <= 64
        and all(letter in _LETTERS for letter in path)
        and ".." not in path
        and path[0] != "/"
        and "//" not in path
        and path[-1] != "/"
    )
