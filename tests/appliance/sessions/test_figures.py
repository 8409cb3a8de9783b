from __future__ import annotations

import pytest

from appliance.contracts import BodyState, Features, Interval
from appliance.sessions.figures import Figures

GOOD = BodyState(0.0, quality=0.9, is_lost=False)


def _turn(*rows: tuple[float, str]) -> Features:
    time_s = 0.0
    intervals = []
    for rr_ms, kind in rows:
        time_s += rr_ms / 1000
        intervals.append(Interval(time_s, rr_ms, rr_ms, kind))
    return Features(time_s, intervals=tuple(intervals), quality=0.9, is_lost=False)


def test_a_session_without_beats_has_no_figures_rather_than_zeros() -> None:
    summary = Figures().summary(10)
    assert (summary.beats, summary.mean_hr_bpm, summary.rmssd_ms, summary.coherence) == (0, None, None, None)


def test_the_figures_are_those_of_the_untouched_intervals() -> None:
    figures = Figures()
    figures.add(_turn((1000, "normal"), (1060, "normal"), (1000, "normal"), (1060, "normal")), GOOD)
    summary = figures.summary(4.12)
    assert summary.rmssd_ms == pytest.approx(60)
    assert summary.pnn50 == 1.0
    assert summary.mean_hr_bpm == pytest.approx(60_000 / 1030)


def test_an_artefact_between_two_intervals_never_raises_the_variability() -> None:
    figures = Figures()
    rows = [(1000.0, "normal")] * 5 + [(400.0, "ectopic"), (1500.0, "ectopic")] + [(1000.0, "normal")] * 5
    figures.add(_turn(*rows), GOOD)
    assert figures.summary(12).rmssd_ms == pytest.approx(0, abs=1e-6)


def test_no_step_is_counted_across_a_gap_in_the_beats() -> None:
    figures = Figures()
    before = [Interval(float(second), 1000.0, 1000.0) for second in range(1, 6)]
    after = [Interval(60.0 + 0.8 * number, 800.0, 800.0) for number in range(5)]
    figures.add(Features(70.0, intervals=(*before, *after), quality=0.9, is_lost=False), GOOD)
    assert figures.summary(70).rmssd_ms == pytest.approx(0, abs=1e-6)
