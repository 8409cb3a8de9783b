"""A new file that has no name until it is whole: what holds it may stop at any moment and nothing is left.

Linux keeps such a file until its last descriptor is closed; meanwhile it is found, by other programs too,
under /proc. Where a file cannot be without a name (on a USB stick), it stands beside as `NAME.part`.
"""

from __future__ import annotations

import os
from pathlib import Path


class Unnamed:
    """Room for one file; written at `place`, then `become` gives it its name or `leave` lets it go."""

    def __init__(self, path: Path) -> None:
        self._part = path.with_name(path.name + ".part").resolve()
        self._held = _held(self._part.parent)

    @property
    def place(self) -> Path:
        """Where it is written and read meanwhile."""
        return self._part if self._held is None else _found(self._held)

    def become(self, path: Path) -> None:
        """Give it its name, in place of what had it before. Raises OSError."""
        if self._held is not None:
            self._part.unlink(missing_ok=True)
            # Before a whole path the folder says nothing, but without it the link would not be followed.
            os.link(self.place, self._part, src_dir_fd=self._held, follow_symlinks=True)
            os.close(self._held)
            self._held = None
        self._part.replace(path)

    def leave(self) -> None:
        """Let it go; a file that got its name stays."""
        if self._held is None:
            self._part.unlink(missing_ok=True)
        else:
            os.close(self._held)
            self._held = None


def _held(folder: Path) -> int | None:
    """A descriptor of a file without a name in this folder, or nothing where there is no such thing."""
    nameless = getattr(os, "O_TMPFILE", None)
    if nameless is None:
        return None
    try:
        held = os.open(folder, nameless | os.O_RDWR, 0o666)
    except OSError:
        return None
    if _found(held).exists():
        return held
    os.close(held)
    return None


def _found(held: int) -> Path:
    return Path(f"/proc/{os.getpid()}/fd/{held}")
