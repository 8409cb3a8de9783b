"""Keeps a body session: hands what each turn found to the journal, which reports it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace

from appliance.clock import Clock
from appliance.contracts import BodyState, Features, SensorFrame
from appliance.contracts.messages import BodySession, SessionState
from appliance.journal import Journal
from appliance.sessions.figures import Figures
from appliance.sessions.runner import Runner, State

STATE_EVERY_S = 0.25
HEAD_EVERY_S = 10.0


class Keeper:
    """Opens, fills and closes one body session at a time.

    tell: called with one line for the person when a session begins or ends.
    """

    def __init__(self, journal: Journal, clock: Clock, tell: Callable[[str], None]) -> None:
        self._journal = journal
        self._clock = clock
        self._tell = tell
        self._figures = Figures()
        self._head: BodySession | None = None
        self._began_s = 0.0
        self._next_state_s = 0.0
        self._next_head_s = 0.0
        self._was = State.IDLE
        self.sensor_id = ""
        self.ended = 0

    @property
    def body_session_id(self) -> str | None:
        """The open session, None when there is none."""
        return None if self._head is None else self._head.body_session_id

    def frame(self, frame: SensorFrame) -> None:
        """Keep raw samples while a session is open."""
        self.sensor_id = frame.sensor_id
        if self._head is not None:
            self._journal.add_frame(self._head.body_session_id, frame)

    def turn(self, features: Features, state: BodyState, runner: Runner) -> None:
        """Take in one turn of the loop."""
        if runner.is_active and self._head is None:
            self._open(state, runner)
        if self._head is None:
            self._was = runner.state
            return
        self._keep(_since(features, self._began_s), state)
        if not runner.is_active:
            self._close(runner)
        elif runner.state is not self._was:
            self._journal.add_event(self._head.body_session_id, str(runner.state))
            self._renew_head(state, runner)
        elif state.time_s >= self._next_head_s:
            self._renew_head(state, runner)
        self._was = runner.state

    def _open(self, state: BodyState, runner: Runner) -> None:
        assert runner.protocol is not None
        now = self._clock.wall()
        self._figures = Figures()
        self._began_s = self._next_state_s = state.time_s
        self._next_head_s = state.time_s + HEAD_EVERY_S
        self._head = BodySession(
            body_session_id=f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
            protocol=runner.protocol.id,
            sensor_id=self.sensor_id,
            is_simulated=state.is_simulated,
            state=SessionState.RUNNING,
            started_at=now,
        )
        self._journal.open_session(self._head)
        self._was = runner.state
        source = " (simulated)" if state.is_simulated else ""
        self._tell(f"Session {self._head.body_session_id} began: {runner.protocol.title}{source}")

    def _keep(self, features: Features, state: BodyState) -> None:
        assert self._head is not None
        name = self._head.body_session_id
        self._figures.add(features, state)
        if features.intervals:
            self._journal.add_intervals(name, features.intervals, self._began_s)
        if state.time_s >= self._next_state_s:
            self._journal.add_state(name, state, self._began_s)
            self._next_state_s += STATE_EVERY_S * max(
                1.0, (state.time_s - self._next_state_s) // STATE_EVERY_S
            )

    def _renew_head(self, state: BodyState, runner: Runner) -> None:
        """Report the figures so far: a list of sessions shows them while one still runs."""
        assert self._head is not None
        shown = SessionState.PAUSED if runner.state is State.PAUSED else SessionState.RUNNING
        summary = self._figures.summary(runner.elapsed_s)
        self._head = self._head.model_copy(update={"state": shown, "summary": summary})
        self._journal.update_session(self._head)
        self._next_head_s = state.time_s + HEAD_EVERY_S

    def _close(self, runner: Runner) -> None:
        assert self._head is not None
        done = self._head.model_copy(
            update={
                "state": runner.outcome or SessionState.STOPPED,
                "ended_at": self._clock.wall(),
                "summary": self._figures.summary(runner.elapsed_s),
            }
        )
        self._journal.close_session(done)
        self._head = None
        self.ended += 1
        self._tell(f"Session {done.body_session_id} {done.state}: {_spoken(done)}")


def _since(features: Features, began_s: float) -> Features:
    """Leave out what was before the session: a detector tells of beats a moment after they were."""
    return replace(
        features,
        beats=tuple(beat for beat in features.beats if beat.time_s >= began_s),
        intervals=tuple(row for row in features.intervals if row.time_s - row.raw_ms / 1000 >= began_s),
    )


def _spoken(session: BodySession) -> str:
    """Say the figures of a session in one line."""
    summary = session.summary
    parts = [f"{summary.duration_s / 60:.1f} min", f"{summary.beats} beats"]
    if summary.mean_hr_bpm is not None:
        parts.append(f"{summary.mean_hr_bpm:.0f} a minute")
    if summary.rmssd_ms is not None:
        parts.append(f"RMSSD {summary.rmssd_ms:.0f} ms")
    if summary.coherence is not None:
        parts.append(f"coherence {summary.coherence:.2f}")
    return ", ".join(parts)
