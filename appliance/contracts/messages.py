"""Message bodies: what is inside an MQTT message, the same shapes on both sides.

All are JSON. Unknown keys are refused on the way in, NaN never leaves.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Finite = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Identifier = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]


class Body(BaseModel):
    """The habits every message body shares."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SessionState(StrEnum):
    """Where a body session stands."""

    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"


class Summary(Body):
    """One body session in figures; None means not enough good signal, not zero."""

    beats: int = Field(0, ge=0, description="Heartbeats found, artefacts included")
    duration_s: Finite = Field(0.0, ge=0, description="Length in seconds of signal time, pauses left out")
    mean_hr_bpm: Finite | None = Field(None, description="Mean heart rate, beats a minute")
    rmssd_ms: Finite | None = Field(None, description="RMSSD of corrected intervals, milliseconds")
    sdnn_ms: Finite | None = Field(None, description="SDNN of corrected intervals, milliseconds")
    pnn50: Share | None = Field(None, description="Share of successive differences above 50 ms, 0..1")
    coherence: Share | None = Field(None, description="Mean coherence, 0..1")
    breath_rate_bpm: Finite | None = Field(None, description="Mean breath rate, breaths a minute")
    quality: Share = Field(0.0, description="Mean signal quality, 0..1")


class BodySession(Body):
    """The head of a body session; sent at its start, on every change of state and at its end."""

    body_session_id: Identifier
    protocol: str = Field(max_length=80)
    sensor_id: str = Field(max_length=120)
    is_simulated: bool
    state: SessionState
    started_at: datetime
    ended_at: datetime | None = None
    summary: Summary = Field(default_factory=Summary)


class IntervalRow(Body):
    """One corrected RR interval of a body session."""

    number: int = Field(ge=0, description="Counts the intervals of the session from 0, without gaps")
    time_s: Finite = Field(description="End of the interval, seconds since the session began")
    raw_ms: Finite
    rr_ms: Finite
    kind: str = Field(max_length=12)


class Intervals(Body):
    """A few seconds of RR intervals."""

    body_session_id: Identifier
    rows: list[IntervalRow] = Field(max_length=2000)


class StateRow(Body):
    """The body state at one moment."""

    number: int = Field(ge=0)
    time_s: Finite
    heart_rate_bpm: Finite | None = None
    rmssd_ms: Finite | None = None
    coherence: Share | None = None
    breath_rate_bpm: Finite | None = None
    quality: Share = 0.0


class States(Body):
    """A few seconds of body states, one a second."""

    body_session_id: Identifier
    rows: list[StateRow] = Field(max_length=2000)


class Device(Body):
    """A sensor or the box itself, as last seen."""

    device_id: Identifier
    kind: str = Field(max_length=40)
    name: str = Field(max_length=120)
    is_simulated: bool = False
    state: str = Field(max_length=40)
    seen_at: datetime


Stream = Literal["sessions", "intervals", "states", "devices"]
STREAM_BODIES: dict[str, type[Body]] = {
    "sessions": BodySession,
    "intervals": Intervals,
    "states": States,
    "devices": Device,
}


class Report(Body):
    """One row of the outbox on its way; (box, stream, sequence) is its idempotency key."""

    stream: Stream
    sequence: int = Field(ge=1, description="Counts the rows of this stream from 1, without gaps")
    body: dict[str, object]


class Rejection(Body):
    """A row that can never be stored, and why; the stream goes on without it."""

    sequence: int
    reason: str = Field(max_length=500)


class Receipt(Body):
    """What the API has committed: every row of the stream below `next_sequence`. Cumulative."""

    stream: Stream
    next_sequence: int = Field(ge=1)
    rejected: list[Rejection] = Field(default_factory=list, max_length=200)


class CommandBody(Body):
    """A `Command` on the wire."""

    command_id: Identifier
    kind: Literal["start", "pause", "resume", "stop", "set", "emergency_stop", "release"]
    asked_by: str = Field(max_length=120)
    parameters: dict[str, str | Finite] = Field(default_factory=dict, max_length=20)


class Ack(Body):
    """The box's answer to one command."""

    command_id: Identifier
    is_done: bool
    state: str = Field(description="The state of the session runner after the command")
    body_session_id: str | None = None
    reason: str | None = Field(None, description="Why it was not done, and what to do")


class Live(Body):
    """A tenth of a second for the panel."""

    time_s: Finite
    wall: datetime
    runner: str = Field(description="idle, running, paused, stopping or emergency")
    body_session_id: str | None = None
    protocol: str | None = None
    elapsed_s: Finite = 0.0
    length_s: Finite | None = None
    sensor: str = Field("", description="Name of the connected sensor, empty when none is")
    sensor_state: str = "absent"
    is_simulated: bool = False
    heart_rate_bpm: Finite | None = None
    rmssd_ms: Finite | None = None
    coherence: Share | None = None
    coherence_level: str | None = Field(None, description="low, medium or high by the settings")
    coherence_points: int = Field(0, ge=0, description="Gathered by levels, every five seconds")
    breath_rate_bpm: Finite | None = None
    breath_phase: Share | None = None
    pacer_phase: Share | None = None
    inhale_share: Share = 0.4
    quality: Share = 0.0
    is_lost: bool = True
    stale: list[str] = Field(default_factory=list)
    wave: list[Finite] = Field(default_factory=list, description="Heart trace since the last message")
    wave_rate_hz: Finite = 0.0
    beats_s: list[Finite] = Field(default_factory=list, description="Beats since the last message")
    level_db: Finite = Field(-120.0, description="Loudest sample of the sound lanes, dBFS")
    light: Share = Field(0.0, description="Mean of the light lanes")
    vibration: Share = Field(0.0, description="Loudest sample of the vibration lanes")
    guard: str = Field("", description="What the guard is limiting, empty when nothing")


class Status(Body):
    """Is the box there, and in what condition."""

    is_online: bool
    version: str = ""
    runner: str = ""
    sink: str = Field("", description="Where sound goes: alsa, jack, timer or stepped")
    at: datetime | None = None
