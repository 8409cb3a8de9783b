"""Commands go out to a box, its answer comes back; each pair is joined by the command's id."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app
from pydantic import ValidationError

from api.edge.boxes import Boxes
from appliance.bus import Bus, Message
from appliance.contracts import topics
from appliance.contracts.messages import Ack, CommandBody
from appliance.errors import BusUnreachable, NotRunning

if TYPE_CHECKING:
    from api.kernel.kernel import Kernel

NAME = "echoel.switchboard"
PATIENCE_S = 2.0
_REMEDY = "start the box with `echoel up`, or see `echoel doctor`"


class Switchboard:
    """Sends commands and waits for the box to say what became of them."""

    def __init__(self, bus: Bus | None, boxes: Boxes) -> None:
        self.boxes = boxes
        self.bus = bus
        self._lock = threading.Lock()
        self._waiting: dict[str, tuple[threading.Event, list[Ack]]] = {}
        if bus is not None:
            bus.subscribe(topics.ALL_ACKS, self._hear)
            bus.subscribe(topics.ALL_STATUS, boxes.hear)

    def ask(self, command: CommandBody, patience_s: float = PATIENCE_S) -> Ack:
        """Send one command and wait for its answer; raises BusUnreachable or NotRunning.

        Sent even to a box that is thought to be away: an emergency stop is never held back by a guess.
        """
        if self.bus is None or not self.bus.is_connected:
            raise BusUnreachable("the broker that leads to the box cannot be reached", _REMEDY)
        box_id = self.boxes.ours()
        heard, answers = threading.Event(), list[Ack]()
        with self._lock:
            # A second asker with the same id shares the box's one answer.
            heard, answers = self._waiting.setdefault(command.command_id, (heard, answers))
        try:
            if not self.bus.publish(topics.command(box_id), command.model_dump_json().encode()):
                raise BusUnreachable("the connection to the box was lost just now", "try again")
            if not heard.wait(patience_s):
                raise NotRunning(f"the box {box_id} did not answer within {patience_s:g} s", _REMEDY)
            return answers[0]
        finally:
            with self._lock:
                self._waiting.pop(command.command_id, None)

    def _hear(self, message: Message) -> None:
        try:
            ack = Ack.model_validate_json(message.body)
        except ValidationError:
            return
        with self._lock:
            waiting = self._waiting.get(ack.command_id)
        if waiting is not None:
            waiting[1].append(ack)
            waiting[0].set()


def mount(app: Flask, kernel: Kernel) -> None:
    """Give this app a switchboard on its bus."""
    app.extensions[NAME] = Switchboard(kernel.bus, Boxes(kernel.settings.data))


def switchboard() -> Switchboard:
    """The switchboard of the app that answers this request."""
    return cast("Switchboard", current_app.extensions[NAME])
