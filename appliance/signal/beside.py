"""What a wearer carries beside the heart's sensor: a belt, skin, movement, temperature, brain.

Each channel has one follower, made when its first frame comes and made anew when sensor, rate or number of
axes change. Lost frames reach it as NaN, and so does a sensor that says it has no contact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Channel, SensorFrame
from appliance.contracts.shapes import Rhythms
from appliance.signal.brain import Brain
from appliance.signal.brain_feedback import BrainFeedback
from appliance.signal.breath import Breath
from appliance.signal.breath_belt import BreathBelt, BreathFromMotion
from appliance.signal.motion import Motion
from appliance.signal.skin import Skin
from appliance.signal.temperature import Temperature

SILENCE_S = 3.0
# Alpha and the background on both sides of it must fit below half the rate.
SLOWEST_EEG_HZ = 80.0
# A rate beyond this is no rate of a body's signal.
FASTEST_HZ = 50_000.0
# Nor is a number beyond this one a measurement, whatever its unit.
LARGEST = 1e9
# Channels whose frames may hold several axes or sites.
WIDE = (Channel.MOTION, Channel.EEG)
# Below these rates a belt shows no breath and an accelerometer no steps.
SLOWEST_BELT_HZ = 1.0
SLOWEST_MOTION_HZ = 10.0
# A chest that walks does not show its breath.
SHAKEN = 0.5


class Follower(Protocol):
    """The face of everything that follows one channel."""

    def feed(self, values: NDArray[np.float64], end_s: float) -> None:
        """Take samples, shape (samples,) or (samples, axes), of which the last was at end_s."""
        ...


Maker = Callable[[SensorFrame, int], Follower | None]


def _belt(frame: SensorFrame, axes: int) -> Follower | None:
    return BreathBelt(frame.rate_hz) if frame.rate_hz >= SLOWEST_BELT_HZ else None


def _chest(frame: SensorFrame, axes: int) -> Follower | None:
    return BreathFromMotion(frame.rate_hz, axes) if frame.rate_hz >= SLOWEST_BELT_HZ else None


def _motion(frame: SensorFrame, axes: int) -> Follower | None:
    return Motion(frame.rate_hz, axes) if frame.rate_hz >= SLOWEST_MOTION_HZ else None


def _brain(frame: SensorFrame, axes: int) -> Follower | None:
    return Brain(frame.rate_hz, frame.unit == "uV") if frame.rate_hz >= SLOWEST_EEG_HZ else None


def _feedback(frame: SensorFrame, axes: int) -> Follower | None:
    # Thresholds of blinks and muscles are in uV, and the bands need room below half the rate.
    return BrainFeedback(frame.rate_hz) if frame.unit == "uV" and frame.rate_hz >= 100.0 else None


# In which channel each follower listens, and how it is made from the first frame and its number of axes.
MAKERS: dict[str, tuple[Channel, Maker]] = {
    "belt": (Channel.BREATH, _belt),
    "chest": (Channel.MOTION, _chest),
    "motion": (Channel.MOTION, _motion),
    "skin": (Channel.SKIN, lambda frame, axes: Skin(frame.rate_hz) if frame.rate_hz >= 2.0 else None),
    "temperature": (Channel.TEMPERATURE, lambda frame, axes: Temperature(frame.rate_hz)),
    "brain": (Channel.EEG, _brain),
    "feedback": (Channel.EEG, _feedback),
}


@dataclass(slots=True)
class _Line:
    """Who sends on a channel, in what shape, and the number of the next frame."""

    sensor_id: str
    rate_hz: float
    axes: int
    sequence: int


class Beside:
    """Frames in with `feed`; the followers are there by name, once they have been fed."""

    def __init__(self) -> None:
        self.followers: dict[str, Follower] = {}
        self._lines: dict[Channel, _Line] = {}
        self._heard_s: dict[Channel, float] = {}

    def feed(self, frame: SensorFrame) -> None:
        """Take a frame of any channel but the heart's; frames without a rate are let pass."""
        if not 0.0 < frame.rate_hz <= FASTEST_HZ or not len(frame.values):
            return
        values = np.asarray(frame.values, dtype=np.float64)
        if values.ndim > 1 and frame.channel not in WIDE:
            values = np.ascontiguousarray(values[:, 0])
        values = np.where(np.abs(values) <= LARGEST, values, np.nan)
        if frame.has_contact is False:
            values = np.full_like(values, np.nan)
        axes = 1 if values.ndim == 1 else values.shape[1]
        line = self._lines.get(frame.channel)
        if line is None or (line.sensor_id, line.rate_hz, line.axes) != (
            frame.sensor_id,
            frame.rate_hz,
            axes,
        ):
            self._lines[frame.channel] = _Line(frame.sensor_id, frame.rate_hz, axes, frame.sequence)
            self._make(frame, axes)
        elif frame.sequence != line.sequence:
            lost = np.full_like(values[:1], np.nan)
            self._give(frame.channel, lost, frame.arrival_s - len(values) / frame.rate_hz)
        self._lines[frame.channel].sequence = frame.sequence + 1
        self._give(frame.channel, values, frame.arrival_s)

    def _make(self, frame: SensorFrame, axes: int) -> None:
        for name, (channel, make) in MAKERS.items():
            if channel is frame.channel:
                self.followers.pop(name, None)
                follower = make(frame, axes)
                if follower is not None:
                    self.followers[name] = follower

    def _give(self, channel: Channel, values: NDArray[np.float64], end_s: float) -> None:
        self._heard_s[channel] = end_s
        for name, follower in self.followers.items():
            if MAKERS[name][0] is channel:
                follower.feed(values, end_s)

    def breaths(self, now_s: float | None = None) -> list[Breath]:
        """The followers that hear a breath; with now_s only those whose sensor speaks and is not shaken."""
        hearing = {name: one for name, one in self.followers.items() if isinstance(one, Breath)}
        if now_s is None:
            return list(hearing.values())
        is_shaken = (self.artefact(now_s) or 0.0) > SHAKEN
        return [
            one
            for name, one in hearing.items()
            if self._is_there(MAKERS[name][0], now_s)
            and not (is_shaken and MAKERS[name][0] is Channel.MOTION)
        ]

    def _is_there(self, channel: Channel, now_s: float) -> bool:
        return now_s - self._heard_s.get(channel, float("-inf")) <= SILENCE_S

    def artefact(self, now_s: float) -> float | None:
        """0..1, how far movement spoils the other signals now; None without an accelerometer."""
        motion = self.followers.get("motion")
        return (
            motion.artefact if isinstance(motion, Motion) and self._is_there(Channel.MOTION, now_s) else None
        )

    def figures(self, now_s: float) -> dict[str, Any]:
        """The fields of `Features` that come from beside the heart; those of silent sensors are left out."""
        found: dict[str, Any] = {"artefact": self.artefact(now_s)}
        for name, one in self.followers.items():
            if self._is_there(MAKERS[name][0], now_s):
                found |= _fields(one, self.followers)
        return found


def _fields(one: Follower, all_of_them: dict[str, Follower]) -> dict[str, Any]:
    if isinstance(one, Skin):
        return {
            "skin_level_us": one.level_us(),
            "skin_responses": one.take(),
            "skin_responses_per_min": one.responses_per_min(),
            "skin_quality": one.quality,
        }
    if isinstance(one, Temperature):
        return {"skin_temperature_c": one.now_c(), "skin_trend_c_per_min": one.trend_c_per_min()}
    if isinstance(one, Motion):
        return {"cadence_per_min": one.cadence_per_min, "posture": one.posture}
    if isinstance(one, Brain):
        feedback = all_of_them.get("feedback")
        said = feedback if isinstance(feedback, BrainFeedback) else None
        return {
            "rhythms": Rhythms(
                powers_uv2=one.powers_uv2() or {},
                shares=one.shares() or {},
                peak_alpha_hz=one.peak_alpha_hz(),
                is_rewarded=said.is_rewarded if said else False,
                reward=said.level if said else 0.0,
                is_muted=said.is_muted if said else one.quality == 0.0,
                quality=one.quality,
            )
        }
    return {}
