"""Which of the two code folders runs, and how a new one earns its place.

`/a` and `/b` hold the code; the state stands twice, see `disk.Twin`. A new folder is *pending*: it may start
`TRIES` times, counted before it is let in, and stays when it has proved itself; otherwise the old is back.
"""

from firmware.disk import Twin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware.disk import Disk

TRIES = 3
_FOLDERS = ("a", "b")


class Slots:
    """The state of the two folders. Invariant: whatever step is cut short, `choose` finds a whole folder."""

    def __init__(self, disk: "Disk") -> None:
        self._disk = disk
        self._twin = Twin(disk, "/boot")

    def _state(self) -> "dict[str, Any]":
        first = "a" if self._is_whole("a") or not self._is_whole("b") else "b"
        state = self._twin.load() or {}
        known: dict[str, Any] = {"active": first, "pending": "", "tries": 0, "update": 0}
        known.update(state)
        return known

    def _is_whole(self, folder: str) -> bool:
        names = self._disk.names("/" + folder + "/firmware")
        return "main.mpy" in names or "main.py" in names

    def choose(self) -> str:
        """Say which folder to start now; counts a pending one's try before it is let in."""
        state = self._state()
        pending = state["pending"]
        if not pending:
            active: str = state["active"]
            return active if self._is_whole(active) else _other(active)
        if state["tries"] > 0 and self._is_whole(pending):
            state["tries"] -= 1
            self._twin.store(state)
            return str(pending)
        state["pending"] = ""
        self._twin.store(state)
        return str(state["active"])

    def is_on_trial(self) -> bool:
        """Whether the running folder has yet to prove itself."""
        return bool(self._state()["pending"])

    def update_number(self) -> int:
        """The number of the newest update that was ever proved."""
        return int(self._state()["update"])

    def free_folder(self) -> str:
        """The folder that is not in use, for an update to go into."""
        return _other(str(self._state()["active"]))

    def stage(self, number: int) -> None:
        """Let the free folder, now whole and checked, start next."""
        state = self._state()
        state["pending"] = _other(str(state["active"]))
        state["tries"] = TRIES
        state["staged"] = number
        self._twin.store(state)

    def commit(self) -> None:
        """The pending folder has proved itself: it is the active one from now on."""
        state = self._state()
        if state["pending"]:
            state["active"] = state["pending"]
            state["update"] = state.get("staged", state["update"])
            state["pending"] = ""
            state["tries"] = 0
            self._twin.store(state)


def _other(folder: str) -> str:
    return _FOLDERS[1 - _FOLDERS.index(folder)]
