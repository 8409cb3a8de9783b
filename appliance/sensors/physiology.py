"""The model wearer's body: breath, the heart's rhythm that follows it, and the shape of each beat.

Beat shape: McSharry, Clifford, Tarassenko and Smith, IEEE Trans. Biomed. Eng. 50 (2003) 289, table I, in
the form that integrates their third equation exactly (a sum of Gaussians of the cardiac phase, and a slow
return to the baseline). Rhythm: respiratory sinus arrhythmia that grows near 0.1 Hz, where breath and the
baroreflex resonate (Vaschillo, Lehrer et al., Appl. Psychophysiol. Biofeedback 27 (2002) 1), and the
baroreflex's own wave at 0.1 Hz.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

INHALE_SHARE = 0.4
RESONANCE_HZ = 0.1


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of beat: where on the circle its waves lie, how wide and how high.

    angles: radians, R at 0. widths: radians. heights: mV.
    """

    angles: NDArray[np.float64]
    widths: NDArray[np.float64]
    heights: NDArray[np.float64]

    def at(self, angles: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the beat's height in mV at each angle; shape (samples,)."""
        away = (angles[:, None] - self.angles + math.pi) % (2 * math.pi) - math.pi
        return np.asarray(np.exp(-0.5 * (away / self.widths) ** 2) @ self.heights)


# P, Q, R, S, T of table I; the height of a wave is its a_i b_i^2, scaled so that R is about 1 mV.
_A = np.array([1.2, -5.0, 30.0, -7.5, 0.75])
_B = np.array([0.25, 0.1, 0.1, 0.1, 0.4])
NORMAL = Shape(np.array([-math.pi / 3, -math.pi / 12, 0.0, math.pi / 12, math.pi / 2]), _B, 3.6 * _A * _B**2)
# A ventricular beat: no P wave, wide and tall, its T wave upside down.
ECTOPIC = Shape(
    np.array([-0.35, 0.0, 0.45, 1.7]), np.array([0.2, 0.22, 0.2, 0.4]), np.array([-0.15, 1.5, -0.5, -0.4])
)
# The finger's pulse: a systolic wave and a smaller reflected one, a quarter of a beat after the R peak.
PULSE_ANGLE = 0.55 * math.pi
PULSE = Shape(np.array([PULSE_ANGLE, PULSE_ANGLE + 1.5]), np.array([0.55, 0.75]), np.array([1.0, 0.35]))
_CIRCLE = np.linspace(-math.pi, math.pi, 100_001)
# Where the pulse is highest: a little after its systolic wave, lifted by the reflected one.
PULSE_PEAK = float(_CIRCLE[np.argmax(PULSE.at(_CIRCLE))])


@dataclass(slots=True)
class Breath:
    """The wearer's breath: free, or drawn to the pacer while one is followed.

    phase: 0..1, 0 is the start of the inhale. rate_hz: breaths a second.
    """

    resting_hz: float = 0.23
    phase: float = 0.0
    rate_hz: float = 0.23
    pacer_phase: float | None = None
    pacer_hz: float = 0.0

    def step(self, step_s: float, samples: int, wander: float) -> NDArray[np.float64]:
        """Move on; give the phase at each sample, not wrapped. wander: a normal random number."""
        if self.pacer_phase is None:
            # Free breaths differ from one another by about an eighth.
            pull = (self.resting_hz - self.rate_hz) * step_s / 2.0
            push = 0.13 * self.resting_hz * wander * math.sqrt(step_s)
            self.rate_hz = min(max(self.rate_hz + pull + push, 0.08), 0.45)
            speed_hz = self.rate_hz
        else:
            # Two or three breaths to fall in with the pacer, as people do.
            behind = (self.pacer_phase - self.phase + 0.5) % 1.0 - 0.5
            self.rate_hz += (self.pacer_hz - self.rate_hz) * step_s / 6.0
            speed_hz = max(self.rate_hz + 0.15 * behind, 0.0)
            self.pacer_phase = (self.pacer_phase + self.pacer_hz * step_s) % 1.0
        phases = self.phase + speed_hz * step_s * np.arange(1, samples + 1) / samples
        self.phase = float(phases[-1]) % 1.0
        return phases


def lung_volume(phases: NDArray[np.float64]) -> NDArray[np.float64]:
    """How full the lungs are, 0..1, at each breath phase: in for 40 % of the breath, out for the rest."""
    inside = phases % 1.0
    rising = 0.5 - 0.5 * np.cos(np.pi * inside / INHALE_SHARE)
    falling = 0.5 + 0.5 * np.cos(np.pi * (inside - INHALE_SHARE) / (1.0 - INHALE_SHARE))
    return np.where(inside < INHALE_SHARE, rising, falling)


@dataclass(slots=True)
class Rhythm:
    """Heart rate at each moment: a base that calms, the breath's wave and the baroreflex's wave.

    calm: 0..1, grows with a minute's time constant while the breath follows a slow pacer.
    """

    resting_bpm: float = 71.0
    calm: float = 0.0
    _slow_bpm: float = field(default=0.0)
    _wave_phase: float = field(default=0.0)

    def step(
        self, step_s: float, volumes: NDArray[np.float64], breath: Breath, wander: tuple[float, float]
    ) -> NDArray[np.float64]:
        """Move on; give beats a minute at each sample. wander: two normal random numbers."""
        is_slow = breath.pacer_phase is not None and 0.0 < breath.pacer_hz <= 0.13
        is_close = abs(breath.rate_hz - breath.pacer_hz) < 0.03
        goal, time_s = (1.0, 60.0) if is_slow and is_close else (0.0, 150.0)
        self.calm += (goal - self.calm) * step_s / time_s
        self._slow_bpm += -self._slow_bpm * step_s / 30.0 + 0.4 * wander[0] * math.sqrt(step_s)
        # The free wave keeps no exact time: its phase wanders off within some ten seconds.
        hz = RESONANCE_HZ + 0.1 * wander[1] / math.sqrt(step_s)
        times = step_s * np.arange(1, len(volumes) + 1) / len(volumes)
        waves = np.sin(2 * math.pi * (self._wave_phase + hz * times))
        self._wave_phase = (self._wave_phase + hz * step_s) % 1.0
        resonance = math.exp(-(((breath.rate_hz - RESONANCE_HZ) / 0.045) ** 2))
        breath_bpm = 3.0 * (1.0 + 1.2 * resonance) * (1.0 + 0.6 * self.calm)
        # Near resonance the breath drives the baroreflex, and its own free wave disappears.
        free_bpm = 2.2 * (1.0 - resonance)
        base = self.resting_bpm - 7.0 * self.calm + self._slow_bpm
        return np.asarray(base + breath_bpm * 2.0 * (volumes - 0.5) + free_bpm * waves)


@dataclass(slots=True)
class Cycle:
    """Where the heart is in its beat; an R peak at each whole number of `phase`.

    ectopic_chance: the chance that a beat comes too early, with a wide shape and a pause after it.
    """

    ectopic_chance: float = 0.0
    phase: float = -0.3
    is_last_ectopic: bool = False
    is_next_ectopic: bool = False

    def step(
        self, step_s: float, bpm: NDArray[np.float64], random: np.random.Generator
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_], list[tuple[float, bool]]]:
        """Move on; give each sample's angle (0 at R), whether it belongs to an ectopic, and the R peaks.

        R peaks are (seconds into the step, is an ectopic); at most one fits into a step.
        """
        gains = bpm / 60.0 * (step_s / len(bpm))
        phases = self.phase + np.cumsum(gains) * self._haste()
        ectopic = self._kinds(phases)
        peaks: list[tuple[float, bool]] = []
        next_peak = math.floor(self.phase) + 1
        if phases[-1] >= next_peak:
            at = int(np.searchsorted(phases, next_peak))
            before = float(phases[at - 1]) if at else self.phase
            share = (next_peak - before) / (float(phases[at]) - before)
            peaks.append(((at + share) * step_s / len(bpm), self.is_next_ectopic))
            self.is_last_ectopic = self.is_next_ectopic
            is_early = random.random() < self.ectopic_chance
            self.is_next_ectopic = is_early and not self.is_last_ectopic
            rest = gains[at:].copy()
            rest[0] *= 1.0 - share
            phases[at:] = next_peak + np.cumsum(rest) * self._haste()
            ectopic[at:] = self._kinds(phases[at:])
        self.phase = float(phases[-1])
        return 2 * math.pi * (phases - np.round(phases)), ectopic, peaks

    def _haste(self) -> float:
        if self.is_next_ectopic:
            return 1.0 / 0.62
        return 1.0 / 1.38 if self.is_last_ectopic else 1.0

    def _kinds(self, phases: NDArray[np.float64]) -> NDArray[np.bool_]:
        return np.where(phases % 1.0 < 0.5, self.is_last_ectopic, self.is_next_ectopic)
