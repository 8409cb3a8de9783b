"""Small session heads, intervals, states and frames for tests of the journal and the outbox."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from appliance.contracts import BodyState, Channel, Interval, SensorFrame
from appliance.contracts.messages import BodySession, SessionState

BEGAN_S = 1000.0


def head(name: str = "one", **changes: object) -> BodySession:
    """Return the head of a running session."""
    values: dict[str, object] = {
        "body_session_id": name,
        "protocol": "resonance_breathing",
        "sensor_id": "virtual:1",
        "is_simulated": True,
        "state": SessionState.RUNNING,
        "started_at": datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
    }
    return BodySession.model_validate(values | changes)


def intervals(count: int, first: int = 0) -> list[Interval]:
    """Return `count` intervals, one a second, from the session's second `first` on."""
    return [
        Interval(BEGAN_S + second, 800.0 + second % 50, 801.0 + second % 50)
        for second in range(first, first + count)
    ]


def state(time_s: float) -> BodyState:
    """Return a body state `time_s` after the session began."""
    return BodyState(
        BEGAN_S + time_s, heart_rate_bpm=70.0, rmssd_ms=40.0, coherence=0.5, quality=0.9, is_lost=False
    )


def frame(sequence: int, samples: int = 25, rate_hz: float = 250.0, **changes: object) -> SensorFrame:
    """Return one frame of a ramp, so that each sample is known by its number."""
    begin = sequence * samples
    values: dict[str, object] = {
        "sensor_id": "virtual:1",
        "channel": Channel.ECG,
        "sequence": sequence,
        "sensor_time_s": begin / rate_hz,
        "arrival_s": BEGAN_S + begin / rate_hz,
        "values": np.arange(begin, begin + samples, dtype=np.float64),
        "rate_hz": rate_hz,
        "unit": "mV",
    }
    return SensorFrame(**(values | changes))  # type: ignore[arg-type]
