"""The state machine of a body session: commands and time move it, nothing else.

    idle --start--> running <--pause/resume--> paused
      ^                |  stop, or its length is over (both states)
      |                v
      +--faded out-- stopping        emergency_stop from anywhere -> emergency --release--> idle

Invariant: only `release`, asked for by a person, leaves `emergency`; nothing resumes by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from appliance.contracts import CommandKind
from appliance.contracts.messages import SessionState
from appliance.sessions.pacer import Pacer
from appliance.sessions.protocol import Protocol

PAUSE_FADE_S = 1.5


class State(StrEnum):
    """Where the box stands."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command; `reason` says why it was not done and what to do."""

    is_done: bool
    reason: str | None = None


class Runner:
    """Moves one session at a time through its states.

    Times are seconds of signal time, from the loop's clock.
    """

    def __init__(self) -> None:
        self.state = State.IDLE
        self.protocol: Protocol | None = None
        self.pacer: Pacer | None = None
        self.elapsed_s = 0.0
        self.outcome: SessionState | None = None
        self._now_s = 0.0
        self._gain = 0.0

    @property
    def gain(self) -> float:
        """How far the session is faded in, 0..1; multiplies sound, light and touch."""
        return self._gain

    @property
    def is_active(self) -> bool:
        """Whether a session is open: running, paused or fading out."""
        return self.state in (State.RUNNING, State.PAUSED, State.STOPPING)

    @property
    def pacer_phase(self) -> float | None:
        """Phase of the guide, None when none runs."""
        if self.pacer is None or self.state not in (State.RUNNING, State.STOPPING):
            return None
        return self.pacer.phase(self.elapsed_s)

    def start(self, protocol: Protocol, now_s: float) -> Answer:
        """Begin a session with this protocol."""
        refusal = self._refuse({State.IDLE: ""}, "start")
        if refusal is not None:
            return refusal
        self.protocol = protocol
        self.pacer = Pacer(protocol.pacer.inhale_s, protocol.pacer.exhale_s)
        self.elapsed_s = 0.0
        self.outcome = None
        self._now_s = now_s
        self._gain = 0.0
        self.state = State.RUNNING
        return Answer(True)

    def ask(self, kind: CommandKind) -> Answer:
        """Carry out pause, resume, stop, emergency_stop or release."""
        if kind is CommandKind.EMERGENCY_STOP:
            if self.is_active:
                self.outcome = SessionState.STOPPED
            self.state = State.EMERGENCY
            self._gain = 0.0
            return Answer(True)
        allowed = {
            CommandKind.PAUSE: {State.RUNNING: State.PAUSED, State.PAUSED: State.PAUSED},
            CommandKind.RESUME: {State.PAUSED: State.RUNNING, State.RUNNING: State.RUNNING},
            CommandKind.STOP: {
                State.RUNNING: State.STOPPING,
                State.PAUSED: State.STOPPING,
                State.STOPPING: State.STOPPING,
                State.IDLE: State.IDLE,
            },
            CommandKind.RELEASE: {State.EMERGENCY: State.IDLE, State.IDLE: State.IDLE},
        }.get(kind)
        if allowed is None:
            return Answer(
                False, f"{kind} is not for the session; ask for start, pause, resume, stop or release"
            )
        refusal = self._refuse(dict(allowed), kind)
        if refusal is not None:
            return refusal
        if kind is CommandKind.STOP and self.is_active and self.outcome is None:
            self.outcome = SessionState.STOPPED
        self.state = allowed[self.state]
        return Answer(True)

    def advance(self, now_s: float) -> None:
        """Let time pass: the session clock, the fades, the end."""
        step_s = max(0.0, now_s - self._now_s)
        self._now_s = now_s
        if self.protocol is None:
            return
        if self.state in (State.RUNNING, State.STOPPING):
            self.elapsed_s += step_s
        if self.state is State.RUNNING:
            self._fade(step_s, self.protocol.fade_in_s)
            if self.elapsed_s >= self.protocol.length_s:
                self.finish()
        elif self.state is State.PAUSED:
            self._fade(step_s, -PAUSE_FADE_S)
        elif self.state is State.STOPPING:
            self._fade(step_s, -self.protocol.fade_out_s)
            if self._gain <= 0.0:
                self.state = State.IDLE

    def finish(self) -> None:
        """The protocol or its recording is over: fade out, and count it as finished."""
        if self.state in (State.RUNNING, State.PAUSED):
            self.outcome = SessionState.FINISHED
            self.state = State.STOPPING

    def _fade(self, step_s: float, span_s: float) -> None:
        change = step_s / span_s if span_s else 1.0
        self._gain = min(1.0, max(0.0, self._gain + change))

    def _refuse(self, allowed: dict[State, State | str], kind: str) -> Answer | None:
        if self.state in allowed:
            return None
        remedy = {
            State.IDLE: "nothing is running; press Start first",
            State.RUNNING: "a session is running; stop it first",
            State.PAUSED: "a session is paused; stop it first",
            State.STOPPING: "the last session is fading out; wait a moment",
            State.EMERGENCY: "everything was stopped; release the stop first",
        }[self.state]
        return Answer(False, f"cannot {kind} now: {remedy}")
