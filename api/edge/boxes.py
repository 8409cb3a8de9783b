"""Which box this is, and which boxes have said that they are there."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from pydantic import ValidationError

from appliance.bus import Message
from appliance.contracts import topics
from appliance.contracts.messages import Status
from appliance.errors import NotRunning


class Boxes:
    """The boxes heard on the bus, and the one whose data folder this is.

    data: where the running appliance leaves `run/box.json`; `box_id` beside it serves when it does not run.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._lock = threading.Lock()
        self._heard: dict[str, Status] = {}

    def hear(self, message: Message) -> None:
        """Remember one status message; what cannot be read is passed over."""
        try:
            status = Status.model_validate_json(message.body)
        except ValidationError:
            return
        with self._lock:
            self._heard[topics.box_of(message.topic)] = status

    def status(self, box_id: str) -> Status | None:
        """What a box last said of itself, None when it was never heard."""
        with self._lock:
            return self._heard.get(box_id)

    def ours(self) -> str:
        """The box that commands go to; raises NotRunning when nobody knows one."""
        named = _from_file(self._data / "run" / "box.json") or _from_file(self._data / "box_id")
        if named:
            return named
        with self._lock:
            present = [box_id for box_id, status in self._heard.items() if status.is_online]
        if len(present) == 1:
            return present[0]
        raise NotRunning(
            "no box is running here" if not present else "several boxes are heard and none is named",
            "start it with `echoel up`",
        )


def _from_file(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8").strip()
        box_id = json.loads(text)["box_id"] if file.suffix == ".json" else text
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    is_word = isinstance(box_id, str) and 0 < len(box_id) <= 64 and not set(box_id) & set("/+# \n")
    return box_id if is_word else ""
