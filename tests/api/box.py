"""A box as the API sees it on the bus: it says that it is there, obeys, and can be told to behave badly."""

from __future__ import annotations

from appliance.bus import Bus, Message
from appliance.contracts import topics
from appliance.contracts.messages import Ack, CommandBody, Status

NAME = "box-1"


class Box:
    """Answers commands on a bus; `is_mute` keeps it from answering, `reason` lets it decline."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.heard: list[CommandBody] = []
        self.is_mute = False
        self.reason: str | None = None
        bus.subscribe(topics.command(NAME), self._obey)

    def say_status(self, is_online: bool = True) -> None:
        status = Status(is_online=is_online, runner="idle")
        self.bus.publish(topics.status(NAME), status.model_dump_json().encode(), retain=True)

    def _obey(self, message: Message) -> None:
        command = CommandBody.model_validate_json(message.body)
        self.heard.append(command)
        if self.is_mute:
            return
        ack = Ack(
            command_id=command.command_id,
            is_done=self.reason is None,
            state="running" if self.reason is None else "idle",
            reason=self.reason,
        )
        self.bus.publish(topics.ack(NAME), ack.model_dump_json().encode())
