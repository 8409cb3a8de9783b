"""Commands from the panel: checked, carried out between two turns, answered.

An emergency stop does not wait for the turn: it reaches the engine from the bus's own thread.
"""

from __future__ import annotations

import logging
import queue
from collections import OrderedDict
from collections.abc import Callable

from pydantic import ValidationError

from appliance.bus import Bus, Message
from appliance.contracts import Command, CommandKind, topics
from appliance.contracts.messages import Ack, CommandBody
from appliance.errors import EchoelError
from appliance.sessions import protocol as protocols
from appliance.sessions.runner import Answer, Runner

REMEMBERED = 200
log = logging.getLogger(__name__)


class Commands:
    """Listens on the command topic and moves the runner.

    stop_now, release: the engine's latched emergency stop and its undoing.
    check: raises when a protocol asks for something this engine does not have. set_parameter: sets one of
    the engine's parameters by hand, raises Misused.
    """

    def __init__(
        self,
        bus: Bus,
        box_id: str,
        runner: Runner,
        default_protocol: str,
        stop_now: Callable[[], None],
        release: Callable[[], None],
        check: Callable[[protocols.Protocol], None],
        set_parameter: Callable[[str, str | float], None],
        session_id: Callable[[], str | None],
    ) -> None:
        self._bus = bus
        self._box_id = box_id
        self._runner = runner
        self._default = default_protocol
        self._stop_now = stop_now
        self._release = release
        self._check = check
        self._set = set_parameter
        self._session_id = session_id
        self._waiting: queue.SimpleQueue[Command] = queue.SimpleQueue()
        self._answered: OrderedDict[str, Ack] = OrderedDict()
        self._repeat: list[Ack] = []
        self._done: list[tuple[Command, Answer]] = []
        bus.subscribe(topics.command(box_id), self._heard)

    def _heard(self, message: Message) -> None:
        try:
            body = CommandBody.model_validate_json(message.body)
        except ValidationError as error:
            log.warning("a command that is none was ignored: %s", error.errors()[0]["msg"])
            return
        kind = CommandKind(body.kind)
        if kind is CommandKind.EMERGENCY_STOP:
            self._stop_now()
        self._waiting.put(Command(body.command_id, kind, body.asked_by, body.parameters))

    def turn(self, now_s: float) -> None:
        """Carry out what has come since the last turn; `answer` tells the askers after the loop's turn."""
        while True:
            try:
                command = self._waiting.get_nowait()
            except queue.Empty:
                return
            if command.command_id in self._answered:
                self._repeat.append(self._answered[command.command_id])
            else:
                self._done.append((command, self._carry_out(command, now_s)))

    def answer(self) -> None:
        """Tell the askers; called after the turn, so that a start can name the session it opened."""
        acks = self._repeat + [self._ack(command, answer) for command, answer in self._done]
        self._repeat.clear()
        self._done.clear()
        for ack in acks:
            self._answered[ack.command_id] = ack
            self._bus.publish(topics.ack(self._box_id), ack.model_dump_json().encode())
        while len(self._answered) > REMEMBERED:
            self._answered.popitem(last=False)

    def _ack(self, command: Command, answer: Answer) -> Ack:
        return Ack(
            command_id=command.command_id,
            is_done=answer.is_done,
            state=self._runner.state,
            body_session_id=self._session_id(),
            reason=answer.reason,
        )

    def _carry_out(self, command: Command, now_s: float) -> Answer:
        try:
            answer = self._do(command, now_s)
        except EchoelError as error:
            answer = Answer(False, f"{error}; {error.remedy}")
        log.info("%s asked for %s: %s", command.asked_by, command.kind, answer.reason or "done")
        return answer

    def _do(self, command: Command, now_s: float) -> Answer:
        if command.kind is CommandKind.START:
            chosen = protocols.load(self._library_name(command))
            self._check(chosen)
            return self._runner.start(chosen, now_s)
        if command.kind is CommandKind.SET:
            for name, value in command.parameters.items():
                self._set(name, value)
            return Answer(True)
        answer = self._runner.ask(command.kind)
        if command.kind is CommandKind.RELEASE and answer.is_done:
            self._release()
        return answer

    def _library_name(self, command: Command) -> str:
        """Only names of the library may come over the network, never paths."""
        name = str(command.parameters.get("protocol", self._default))
        return (
            name
            if name in protocols.names() or name == self._default
            else name.replace(".", "").replace("/", "")
        )
