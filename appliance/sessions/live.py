"""A tenth of a second for the panel: gathers what the turns found and sends it on."""

from __future__ import annotations

import time
from collections.abc import Callable

from appliance.bus import Bus
from appliance.clock import Clock
from appliance.contracts import BodyState, Features, topics
from appliance.contracts.messages import Live
from appliance.sessions.keeper import Keeper
from appliance.sessions.runner import Runner
from appliance.state.coherence import CoherenceLevel

EVERY_S = 0.1
MOST_WAVE_SAMPLES = 400


class LiveView:
    """Publishes `messages.Live` ten times a second of wall time, also when replay runs faster.

    sensor: returns (name, state) of the connected sensor; meters: returns (level_db, light,
    vibration, guard); levels: what coherence is called.
    """

    def __init__(
        self,
        bus: Bus,
        box_id: str,
        clock: Clock,
        keeper: Keeper,
        sensor: Callable[[], tuple[str, str]],
        meters: Callable[[], tuple[float, float, float, str]],
        levels: CoherenceLevel,
    ) -> None:
        self._bus = bus
        self._topic = topics.live(box_id)
        self._clock = clock
        self._keeper = keeper
        self._sensor = sensor
        self._meters = meters
        self._levels = levels
        self._body_session_id: str | None = None
        self._wave: list[float] = []
        self._wave_rate_hz = 0.0
        self._beats_s: list[float] = []
        self._next_s = 0.0

    def turn(self, features: Features, state: BodyState, runner: Runner) -> None:
        """Gather, and send when a tenth of a second is over."""
        self._wave.extend(features.wave)
        self._wave_rate_hz = features.wave_rate_hz or self._wave_rate_hz
        self._beats_s.extend(beat.time_s for beat in features.beats)
        if self._keeper.body_session_id != self._body_session_id:
            self._body_session_id = self._keeper.body_session_id
            self._levels.begin()
        is_known = not state.is_lost and "coherence" not in state.stale
        self._levels.update(state.coherence if is_known else None, state.time_s)
        now_s = time.monotonic()
        if now_s < self._next_s:
            return
        self._next_s = max(self._next_s + EVERY_S, now_s)
        if self._bus.is_connected:
            body = self._message(features, state, runner).model_dump_json().encode()
            self._bus.publish(self._topic, body, qos=0)
        self._wave.clear()
        self._beats_s.clear()

    def _message(self, features: Features, state: BodyState, runner: Runner) -> Live:
        name, sensor_state = self._sensor()
        level_db, light, vibration, guard = self._meters()
        protocol, pacer = runner.protocol, runner.pacer
        is_active = runner.is_active
        return Live(
            time_s=state.time_s,
            wall=self._clock.wall(),
            runner=runner.state,
            body_session_id=self._keeper.body_session_id,
            protocol=protocol.id if protocol is not None and is_active else None,
            elapsed_s=runner.elapsed_s if is_active else 0.0,
            length_s=protocol.length_s if protocol is not None and is_active else None,
            sensor=name,
            sensor_state=sensor_state,
            is_simulated=state.is_simulated,
            heart_rate_bpm=state.heart_rate_bpm,
            rmssd_ms=state.rmssd_ms,
            coherence=state.coherence,
            coherence_level=self._levels.standing.level if self._levels.standing else None,
            coherence_points=self._levels.points,
            breath_rate_bpm=state.breath_rate_bpm,
            breath_phase=state.breath_phase,
            pacer_phase=runner.pacer_phase,
            inhale_share=pacer.inhale_share if pacer is not None else 0.4,
            quality=state.quality,
            is_lost=state.is_lost,
            stale=sorted(state.stale),
            wave=[value for value in self._wave[-MOST_WAVE_SAMPLES:] if value == value],
            wave_rate_hz=self._wave_rate_hz,
            beats_s=self._beats_s[-20:],
            level_db=level_db,
            light=light,
            vibration=vibration,
            guard=guard,
        )
