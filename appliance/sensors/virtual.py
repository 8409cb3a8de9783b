"""A wearer made of equations: a sensor like any other, for trying, testing and showing the box.

It breathes, its heart follows the breath, and it calms when a slow pacer is followed. Everything it sends is
marked as simulated. The same seed and the same pacing give the same heart, however often it is asked.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Channel, SensorFrame
from appliance.contracts.settings import Settings
from appliance.sensors.physiology import (
    ECTOPIC,
    NORMAL,
    PULSE,
    PULSE_PEAK,
    Breath,
    Cycle,
    Rhythm,
    lung_volume,
)
from appliance.sensors.registry import Finding
from appliance.sensors.sensor import Identity, Paced, identity

STEP_S = 0.04
BREATH_RATE_HZ = 25.0
# McSharry's third equation returns to the baseline at 1/s.
BASELINE_RETURN_S = 1.0


@dataclass(frozen=True, slots=True)
class Dropout:
    """A stretch in which the sensor is not on the body, or not heard.

    has_contact: False sends NaN and says so (electrode off); None sends nothing at all (radio lost).
    """

    start_s: float
    length_s: float
    has_contact: bool | None = False

    def covers(self, time_s: float) -> bool:
        """Whether this moment lies in the dropout."""
        return self.start_s <= time_s < self.start_s + self.length_s


class VirtualWearer:
    """A model of a person at rest.

    seed: which person and which day. channels: what is worn: ECG (mV), PPG, RR (ms) or BREATH.
    rate_hz: samples a second of ECG and PPG. noise_mv: hiss of the electrodes; drift_mv: slow wander of
    the baseline. ectopics_per_min: how often a beat comes too early. dropouts: see `Dropout`.
    length_s: None never ends. Afterwards `beats_s`, `pulses_s`, `ectopics_s` and
    `breaths_s` (starts of inhales) hold the truth.
    """

    def __init__(
        self,
        seed: int = 1,
        channels: Sequence[Channel] = (Channel.ECG,),
        rate_hz: float = 250.0,
        *,
        resting_bpm: float = 71.0,
        breaths_per_min: float = 13.8,
        noise_mv: float = 0.01,
        drift_mv: float = 0.08,
        ectopics_per_min: float = 0.0,
        dropouts: Sequence[Dropout] = (),
        length_s: float | None = None,
    ) -> None:
        if not 50 <= rate_hz <= 4000:
            raise ValueError(f"rate_hz must be 50 to 4000, not {rate_hz}")
        self._random = np.random.default_rng(seed)
        self._identity = identity("virtual", "wearer", "Virtual wearer (simulated)", is_simulated=True)
        self._channels = tuple(channels)
        self._samples = round(rate_hz * STEP_S)
        self.rate_hz = self._samples / STEP_S
        self._breath = Breath(breaths_per_min / 60.0, rate_hz=breaths_per_min / 60.0)
        self._rhythm = Rhythm(resting_bpm)
        self._noise_mv, self._drift_mv = noise_mv, drift_mv
        self._cycle = Cycle(ectopics_per_min / resting_bpm)
        self._dropouts = list(dropouts)
        self._length_s = length_s
        self._step = 0
        self._drift, self._baseline = 0.0, 0.0
        self._decay = np.exp(-np.arange(1, self._samples + 1) * STEP_S / self._samples / BASELINE_RETURN_S)
        self._sequences = dict.fromkeys(self._channels, 0)
        self._last_angle = np.array([-1.0])
        self._rates = {
            Channel.ECG: (self.rate_hz, "mV"),
            Channel.PPG: (self.rate_hz, "a.u."),
            Channel.BREATH: (BREATH_RATE_HZ, "a.u."),
            Channel.RR: (0.0, "ms"),
        }
        unknown = [channel for channel in self._channels if channel not in self._rates]
        if unknown:
            raise ValueError(f"the virtual wearer has no {unknown[0].value} sensor")
        self.beats_s: list[float] = []
        self.pulses_s: list[float] = []
        self.ectopics_s: list[float] = []
        self.breaths_s: list[float] = []

    @property
    def identity(self) -> Identity:
        """Who this is; always marked as simulated."""
        return self._identity

    @property
    def is_finished(self) -> bool:
        """Whether its length is over; never without one."""
        return self._length_s is not None and (self._step + 1) * STEP_S > self._length_s + 1e-9

    @property
    def breath_rate_hz(self) -> float:
        """The true breath rate now."""
        return self._breath.rate_hz

    @property
    def breath_phase(self) -> float:
        """The true breath phase now, 0..1, 0 at the start of the inhale."""
        return self._breath.phase

    @property
    def calm(self) -> float:
        """How calm the wearer has become, 0..1."""
        return self._rhythm.calm

    def follow(self, pacer_phase: float | None, rate_bpm: float) -> None:
        """Show the wearer a breath pacer: its phase now (0 is the start of the inhale) and its rate.

        None lets the breath go free again. Takes effect from the next frame on.
        """
        self._breath.pacer_phase = None if pacer_phase is None else pacer_phase % 1.0
        self._breath.pacer_hz = rate_bpm / 60.0

    def drop(self, length_s: float, has_contact: bool | None = False) -> None:
        """Take the sensor off (or out of reach, with None) for a while from now."""
        self._dropouts.append(Dropout(self._step * STEP_S, length_s, has_contact))

    def take(self, until_s: float) -> list[SensorFrame]:
        """Give the frames that end at or before this moment of the wearer's time, once each."""
        frames: list[SensorFrame] = []
        while (self._step + 1) * STEP_S <= until_s + 1e-9 and not self.is_finished:
            frames.extend(self._next_frames())
        return frames

    def _next_frames(self) -> list[SensorFrame]:
        start_s = self._step * STEP_S
        random = self._random.standard_normal((3, self._samples))
        wander = self._random.standard_normal(5)
        breath = self._breath.step(STEP_S, self._samples, float(wander[0]))
        volumes = lung_volume(breath)
        bpm = self._rhythm.step(STEP_S, volumes, self._breath, (float(wander[1]), float(wander[2])))
        angles, is_ectopic, peaks = self._cycle.step(STEP_S, bpm, self._random)
        # A step's values are those at its samples' ends; taking them as sample 0, 1, ... moves time by one.
        first_s = start_s - 1.0 / self.rate_hz
        ended_ms = [self._note_beat(first_s + into_s, is_early) for into_s, is_early in peaks]
        self._note_pulse(first_s, angles)
        if breath[-1] >= 1.0:
            self.breaths_s.append(start_s + int(np.searchsorted(breath, 1.0)) / self.rate_hz)
        values: dict[Channel, NDArray[np.float64]] = {}
        for channel in self._channels:
            if channel is Channel.ECG:
                values[channel] = self._ecg(angles, is_ectopic, volumes, float(wander[3]), random[0])
            elif channel is Channel.PPG:
                values[channel] = PULSE.at(angles) + 0.15 * volumes + 0.005 * random[1]
            elif channel is Channel.BREATH:
                values[channel] = volumes[-1:] + 0.005 * wander[4:]
            elif channel is Channel.RR and ended_ms and not math.isnan(ended_ms[0]):
                values[channel] = np.array(ended_ms)
        self._step += 1
        return [frame for channel, block in values.items() if (frame := self._sent(channel, start_s, block))]

    def _ecg(
        self,
        angles: NDArray[np.float64],
        is_ectopic: NDArray[np.bool_],
        volumes: NDArray[np.float64],
        wander: float,
        hiss: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """One step of electrocardiogram in mV: beats, breath in their height, baseline and noise."""
        wave = (
            np.where(is_ectopic, ECTOPIC.at(angles), NORMAL.at(angles))
            if is_ectopic.any()
            else NORMAL.at(angles)
        )
        wave *= 1.06 - 0.12 * volumes
        keep = float(self._decay[0])
        returning = self._decay * (self._baseline + (1.0 - keep) * np.cumsum(wave / self._decay))
        self._baseline = float(returning[-1])
        before = self._drift
        self._drift += -before * STEP_S / 5.0 + self._drift_mv * math.sqrt(2.0 * STEP_S / 5.0) * wander
        drift = np.linspace(before, self._drift, self._samples + 1)[1:]
        return wave - returning + drift + 0.6 * self._drift_mv * volumes + self._noise_mv * hiss

    def _note_beat(self, beat_s: float, is_ectopic: bool) -> float:
        """Remember a true R peak; return the interval it ends in ms, NaN for the first."""
        interval_ms = (beat_s - self.beats_s[-1]) * 1000.0 if self.beats_s else math.nan
        self.beats_s.append(beat_s)
        if is_ectopic:
            self.ectopics_s.append(beat_s)
        return interval_ms

    def _note_pulse(self, first_s: float, angles: NDArray[np.float64]) -> None:
        """Remember the true top of a pulse when the beat's angle passes it."""
        passed = np.flatnonzero(
            (angles >= PULSE_PEAK) & (np.concatenate([self._last_angle, angles[:-1]]) < PULSE_PEAK)
        )
        before = np.concatenate([self._last_angle, angles])
        for i in passed:
            share = (PULSE_PEAK - before[i]) / (before[i + 1] - before[i])
            self.pulses_s.append(first_s + (float(i) + float(share)) * STEP_S / self._samples)
        self._last_angle = angles[-1:]

    def _sent(self, channel: Channel, start_s: float, values: NDArray[np.float64]) -> SensorFrame | None:
        sequence = self._sequences[channel]
        self._sequences[channel] += 1
        dropout = next((d for d in self._dropouts if d.covers(start_s)), None)
        if dropout is not None and dropout.has_contact is None:
            return None
        rate_hz, unit = self._rates[channel]
        return SensorFrame(
            sensor_id=self._identity.sensor_id,
            channel=channel,
            sequence=sequence,
            sensor_time_s=self.beats_s[-1] if channel is Channel.RR else start_s,
            arrival_s=start_s + STEP_S,
            values=values if dropout is None else np.full_like(values, np.nan),
            rate_hz=rate_hz,
            unit=unit,
            is_simulated=True,
            has_contact=dropout is None,
        )


async def find(settings: Settings, is_scan: bool) -> Finding:
    """The virtual wearer is always there; each start is another day of the same person."""
    return Finding((Paced(VirtualWearer(seed=1 + time.time_ns() % 1000)),))
