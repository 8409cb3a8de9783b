"""Which slow breath makes this heart swing most: the figures of a resonance assessment.

The wearer breathes at 6.5, 6, 5.5, 5 and 4.5 a minute for two minutes each. Six criteria after Lehrer,
Vaschillo and Vaschillo (Appl. Psychophysiol. Biofeedback 25 (2000) 177) and Shaffer and Meehan (Front.
Neurosci. 14 (2020) 570400), who hold them together to be better than any alone: heart and breath in step,
the swing from crest to valley, power and height of the low-frequency band, a smooth curve, and one peak
only. Each counts the same, as a share of the best step's; how they are weighed is our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cext import hrv, spectra

RATES_BPM = (6.5, 6.0, 5.5, 5.0, 4.5)
RETEST_BPM = (-0.2, 0.2)
GRID_HZ = 4.0
LEAST_S = 60.0
# A step with more mended intervals than this tells more about the sensor than about the heart.
MOST_MENDED = 0.1
LF_HZ = (0.04, 0.15)

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Criteria:
    """What one step showed; more is better in each.

    synchrony: 0..1, how steadily the heart follows the breath. swing_bpm: mean of most less least a breath.
    lf_ms2, lf_height_ms2_per_hz: low-frequency power and its peak. smoothness: 0..1, turns expected over
    turns seen. single_peak: 1 over the number of peaks in the band.
    """

    synchrony: float
    swing_bpm: float
    lf_ms2: float
    lf_height_ms2_per_hz: float
    smoothness: float
    single_peak: float


@dataclass(frozen=True, slots=True)
class Step:
    """One rate: criteria are None where the signal did not do, and `reason` says why; score: 0..100."""

    rate_bpm: float
    criteria: Criteria | None
    score: float | None = None
    reason: str = ""


def assess(
    rate_bpm: float,
    times_s: ArrayLike,
    intervals_ms: ArrayLike,
    is_corrected: ArrayLike | None = None,
    breaths_s: Sequence[float] = (),
) -> Step:
    """The figures of one step.

    times_s, intervals_ms: mended intervals of the step and when they ended; is_corrected: which were mended.
    breaths_s: where each inhale began, by belt or pacer; without it the paced rate is taken as kept.
    """
    rr, times, own, _, rejected = hrv.sort_out(intervals_ms, times_s, is_corrected)
    if len(rr) < 20 or times[-1] - times[0] < LEAST_S:
        return Step(rate_bpm, None, reason=f"less than {LEAST_S:g} s of heartbeats")
    bad = rejected + int(np.sum(~own))
    if bad > MOST_MENDED * (len(rr) + rejected):
        return Step(rate_bpm, None, reason=f"{bad} of {len(rr) + rejected} intervals are no heartbeats")
    if np.max(np.diff(times)) > 5.0:
        return Step(rate_bpm, None, reason="a gap in the heartbeats")
    even = spectra.resample(times, 60000.0 / rr, times[0], GRID_HZ, int((times[-1] - times[0]) * GRID_HZ))
    at_s = times[0] + np.arange(len(even)) / GRID_HZ
    turns = _breath_turns(at_s, rate_bpm, breaths_s)
    spectrum = hrv.welch(rr, times)
    assert spectrum is not None
    density = spectrum[1][(spectrum[0] >= LF_HZ[0]) & (spectrum[0] <= LF_HZ[1])]
    return Step(
        rate_bpm,
        Criteria(
            synchrony=_synchrony(even, turns, rate_bpm),
            swing_bpm=_swing(even, turns),
            lf_ms2=hrv.frequency_domain(rr, times)["lf_ms2"] or float(density.sum() * spectrum[0][1]),
            lf_height_ms2_per_hz=float(density.max()),
            smoothness=_smoothness(even, float(turns[-1] - turns[0])),
            single_peak=1.0 / max(1, _peaks(density)),
        ),
    )


def scored(steps: Sequence[Step]) -> list[Step]:
    """Give every usable step its score: the mean of its shares of the best, 0..100."""
    usable = [step.criteria for step in steps if step.criteria is not None]
    names = [field.name for field in fields(Criteria)]
    best = {name: max((getattr(one, name) for one in usable), default=0.0) for name in names}
    given = []
    for step in steps:
        score = None
        if step.criteria is not None:
            shares = [getattr(step.criteria, name) / best[name] if best[name] > 0 else 0.0 for name in names]
            score = 100.0 * sum(shares) / len(shares)
        given.append(Step(step.rate_bpm, step.criteria, score, step.reason))
    return given


def best(steps: Sequence[Step]) -> Step | None:
    """The step with the best score, the larger swing among equals; None unless two can be compared."""
    usable = [step for step in scored(steps) if step.score is not None]
    if len(usable) < 2:
        return None
    return max(usable, key=lambda step: (step.score, step.criteria.swing_bpm if step.criteria else 0.0))


def retests(step: Step) -> tuple[float, ...]:
    """The rates to try beside the best one, breaths a minute."""
    return tuple(round(step.rate_bpm + away, 2) for away in RETEST_BPM)


def _breath_turns(at_s: Array, rate_bpm: float, breaths_s: Sequence[float]) -> Array:
    """How many breaths have gone by at each moment; whole at the start of an inhale."""
    starts = np.asarray(breaths_s, dtype=np.float64)
    if len(starts) < 3:
        return np.asarray((at_s - at_s[0]) * rate_bpm / 60.0)
    return np.asarray(np.interp(at_s, starts, np.arange(len(starts))))


def _synchrony(even: Array, turns: Array, rate_bpm: float) -> float:
    """The length of the mean of unit arrows: the heart's phase less the breath's, over whole breaths."""
    width = max(4, round(60.0 / rate_bpm * GRID_HZ))
    mean = np.convolve(even, np.ones(width) / width, "same")
    carried = (even - mean) * np.exp(-2j * np.pi * turns)
    arrows = np.convolve(carried, np.ones(width) / width, "valid")[width // 2 : -width // 2]
    lengths = np.abs(arrows)
    return float(np.abs(np.mean(arrows / np.maximum(lengths, 1e-9)))) if len(arrows) else 0.0


def _swing(even: Array, turns: Array) -> float:
    """Mean over whole breaths of greatest less least heart rate."""
    number = np.floor(turns).astype(int)
    inside = [even[number == one] for one in range(number[0] + 1, number[-1])]
    spans = [float(np.ptp(part)) for part in inside if len(part) >= GRID_HZ * 2]
    return float(np.mean(spans)) if spans else 0.0


def _smoothness(even: Array, breaths: float) -> float:
    steps = np.sign(np.diff(even))
    steps = steps[steps != 0]
    seen = int(np.sum(steps[1:] != steps[:-1]))
    return float(min(1.0, 2.0 * breaths / seen)) if seen else 0.0


def _peaks(density: Array) -> int:
    """Peaks at least half as high as the highest."""
    inner = density[1:-1]
    is_peak = (inner > density[:-2]) & (inner >= density[2:]) & (inner >= 0.5 * density.max())
    return int(np.sum(is_peak))
