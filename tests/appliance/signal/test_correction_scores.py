"""Artefacts can lower a score and never raise it: every kind, put into recorded hearts, at every rate."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.contracts import Interval
from appliance.signal.correction import Correction
from cext import hrv, spectra

Array = NDArray[np.float64]
RECORDING = Path(__file__).parents[2] / "recordings" / "intervals.txt"
KINDS = ("missed", "extra", "ectopic", "late", "long", "short")
# What injection moves even when every artefact is found: which beats count, and where windows end.
NOISE = {"rmssd_ms": 1.04, "sdnn_ms": 1.04, "sd1_ms": 1.04, "hf_ms2": 1.10}


def recorded() -> Array:
    return np.concatenate([[0.0], np.cumsum(np.loadtxt(RECORDING)) / 1000])


def spoilt(beats_s: Array, kind: str, count: int, seed: int) -> Array:
    """The same beats with so many artefacts of one kind."""
    chance, beats = np.random.default_rng(seed), beats_s.copy()
    places = np.sort(chance.choice(np.arange(5, len(beats) - 8, 6), count, replace=False))
    sizes = chance.uniform(0.25, 0.4, count)
    if kind == "missed":
        return np.delete(beats, places)
    if kind == "extra":
        return np.sort(np.append(beats, beats[places] + sizes * (beats[places + 1] - beats[places])))
    for place, size in zip(places.tolist(), sizes.tolist(), strict=True):
        gap_s = beats[place] - beats[place - 1]
        if kind in ("ectopic", "late"):
            beats[place] += size * gap_s * (1 if kind == "late" else -1)
        else:
            beats[place:] += size * gap_s * (2 if kind == "long" else -1)
    return beats


def mended(beats_s: Array) -> list[Interval]:
    correction, settled = Correction(), []
    for start_s, end_s in pairwise(beats_s.tolist()):
        settled += correction.add(end_s, 1000 * (end_s - start_s))
    return settled + correction.gap()


def figures(settled: list[Interval]) -> dict[str, float | None]:
    marks = [one.kind != "normal" for one in settled]
    return hrv.figures([one.rr_ms for one in settled], [one.time_s for one in settled], marks)


def coherence(settled: list[Interval]) -> float:
    """Mean over the recording, a look every five seconds."""
    times, values = [one.time_s for one in settled], [one.rr_ms for one in settled]
    marks = [one.kind != "normal" for one in settled]
    scores = [
        spectra.coherence(times[:last], values[:last], times[last - 1], is_corrected=marks[:last])
        for last in range(90, len(times), 6)
    ]
    return float(np.mean([score for score in scores if score is not None]))


@pytest.mark.parametrize("count", [1, 5, 15])
@pytest.mark.parametrize("kind", KINDS)
def test_an_artefact_raises_no_score(kind: str, count: int) -> None:
    clean = mended(recorded())
    true, score = figures(clean), coherence(clean)
    for seed in range(3):
        settled = mended(spoilt(recorded(), kind, count, seed))
        assert coherence(settled) <= 1.02 * score
        found = figures(settled)
        for name, noise in NOISE.items():
            value = found[name]
            assert value is None or value <= noise * (true[name] or 0.0), name


@pytest.mark.parametrize("kind", ["missed", "extra", "ectopic", "late", "long"])
def test_without_correction_every_artefact_would_raise_them(kind: str) -> None:
    raw = np.diff(spoilt(recorded(), kind, 15, 0)) * 1000
    assert hrv.rmssd(raw) > 1.5 * hrv.rmssd(np.loadtxt(RECORDING))


@pytest.mark.parametrize("kind", KINDS)
def test_every_artefact_is_found_from_the_first_beats_on(kind: str) -> None:
    for seed in range(3):
        beats = spoilt(recorded(), kind, 12, seed)
        marked = sum(one.kind != "normal" for one in mended(beats))
        assert marked >= 11


def test_a_clean_recording_is_left_alone() -> None:
    assert {one.kind for one in mended(recorded())} == {"normal"}


def test_intervals_that_are_mostly_mended_have_no_spectrum() -> None:
    rr = np.loadtxt(RECORDING)
    marks = np.zeros(len(rr), dtype=bool)
    marks[::8] = True
    found = hrv.figures(rr, None, marks)
    assert found["lf_ms2"] is None
    assert found["sample_entropy"] is None
    assert found["rmssd_ms"] is not None
