"""Rhythms that are known come out as they went in, soon, and eyes and muscles are told from the brain."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.signal.brain import Brain, steady_response_db
from appliance.signal.brain_feedback import FEEDBACK_HZ, PROGRAMMES, BrainFeedback, Percentile
from tests.bench.signals_brain import delay_s

RATE_HZ = 250.0


def _background(length_s: float, seed: int = 1, rate_hz: float = RATE_HZ) -> np.ndarray:
    """Noise whose power falls as 1/f, some 10 uV."""
    count = int(length_s * rate_hz)
    wave = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    hz = np.fft.rfftfreq(count, 1 / rate_hz)
    wave[1:] /= np.sqrt(np.maximum(hz[1:], 0.5))
    wave[0] = 0.0
    values = np.fft.irfft(wave, count)
    return 10.0 * values / values.std()


def _sine(hz: float, length_s: float, size: float, rate_hz: float = RATE_HZ) -> np.ndarray:
    return size * np.sin(2 * np.pi * hz * np.arange(int(length_s * rate_hz)) / rate_hz)


def _fed(brain: Brain, values: np.ndarray, step: int = 25) -> Brain:
    for first in range(0, len(values), step):
        brain.feed(values[first : first + step], 0.0)
    return brain


@pytest.mark.parametrize(("hz", "band"), [(6.0, "theta"), (10.0, "alpha"), (20.0, "beta"), (37.0, "gamma")])
def test_a_rhythm_is_found_in_its_band_with_its_power(hz: float, band: str) -> None:
    brain = _fed(Brain(RATE_HZ), _sine(hz, 10.0, 7.0))
    powers, shares = brain.powers_uv2(), brain.shares()
    assert powers is not None
    assert shares is not None
    assert powers[band] == pytest.approx(24.5, rel=0.03)
    assert shares[band] > 0.97
    assert brain.quality == 1.0


@pytest.mark.parametrize("hz", [8.3, 9.1, 10.0, 10.6, 11.9])
def test_peak_alpha_is_found_between_the_bins(hz: float) -> None:
    brain = _fed(Brain(RATE_HZ), _background(12.0) + _sine(hz, 12.0, 12.0))
    assert brain.peak_alpha_hz() == pytest.approx(hz, abs=0.1)


def test_without_alpha_there_is_no_peak() -> None:
    brain = _fed(Brain(RATE_HZ), _sine(6.0, 8.0, 20.0) + 0.5 * np.random.default_rng(3).standard_normal(2000))
    peak = brain.peak_alpha_hz()
    assert peak is None or peak < 8.0


def test_any_pieces_give_the_same_figures() -> None:
    values = _background(12.0) + _sine(10.0, 12.0, 8.0)
    said = []
    for step in (1, 25, 3000):
        brain = _fed(Brain(RATE_HZ), values, step)
        said.append((brain.powers_uv2(), brain.peak_alpha_hz(), brain.quality))
    assert said[0] == said[1] == said[2]


def test_blinks_and_muscles_are_left_out_and_hum_and_drift_are_not() -> None:
    quiet = _background(12.0)
    blink = quiet.copy()
    blink[2800:2900] += 200.0 * np.hanning(100)
    assert _fed(Brain(RATE_HZ), blink).is_blink
    tense = quiet + 25.0 * np.random.default_rng(2).standard_normal(len(quiet))
    brain = _fed(Brain(RATE_HZ), tense)
    assert brain.is_muscle
    assert brain.shares() is None
    assert brain.quality == 0.0
    hum = quiet + _sine(50.0, 12.0, 150.0) + np.linspace(60000.0, 61000.0, len(quiet))
    brain = _fed(Brain(RATE_HZ), hum)
    assert not brain.is_blink
    assert brain.shares() is not None


def test_counts_of_a_converter_are_gated_by_proportion() -> None:
    counts = 480.0 + 20.0 * _background(12.0)
    assert _fed(Brain(RATE_HZ), counts).shares() is None
    assert _fed(Brain(RATE_HZ, is_calibrated=False), counts).shares() is not None


@pytest.mark.parametrize("values", [np.zeros(2500), np.full(2500, np.nan)])
def test_nothing_gives_no_figures(values: np.ndarray) -> None:
    brain = _fed(Brain(RATE_HZ), values)
    assert brain.powers_uv2() is None
    assert brain.shares() is None
    assert brain.peak_alpha_hz() is None
    assert brain.quality == 0.0


def test_a_gap_empties_the_window() -> None:
    values = _background(12.0)
    values[-100] = np.nan
    assert _fed(Brain(RATE_HZ), values).shares() is None


@pytest.mark.parametrize("hz", [8.0, 12.0, 15.5])
def test_the_answer_to_a_flicker_stands_out_where_it_is(hz: float) -> None:
    values = _background(10.0) + _sine(hz, 10.0, 6.0)
    there = steady_response_db(values, RATE_HZ, hz)
    elsewhere = steady_response_db(values, RATE_HZ, hz + 5.0)
    assert there is not None
    assert elsewhere is not None
    assert there > 10.0
    assert elsewhere < 8.0
    live = _fed(Brain(RATE_HZ), values)
    assert live.steady_response_db(hz) == pytest.approx(there)
    values[-5] = np.nan
    assert steady_response_db(values, RATE_HZ, hz) is None
    assert _fed(live, values).steady_response_db(hz) is None


@pytest.mark.parametrize("band", ["theta", "alpha", "smr", "beta", "high_beta"])
@pytest.mark.parametrize("rate_hz", [125.0, 250.0, 512.0])
def test_feedback_is_told_within_a_quarter_of_a_second(band: str, rate_hz: float) -> None:
    delay = delay_s(FEEDBACK_HZ[band], rate_hz)
    # A row is told when its last sample has come, 20 ms after its first.
    assert 0.05 < delay + 0.02 < 0.25


def test_a_percentile_is_followed_in_constant_memory() -> None:
    random = np.random.default_rng(4)
    one = Percentile(0.8)
    values = random.lognormal(2.0, 0.7, 20000)
    for value in values:
        one.add(float(value), 3000.0)
    assert one.value is not None
    assert np.mean(values < one.value) == pytest.approx(0.8, abs=0.05)


def test_about_seven_tenths_of_a_long_session_are_rewarded() -> None:
    feedback = BrainFeedback(RATE_HZ, PROGRAMMES["alpha"])
    values = _background(900.0, seed=5)
    halfway = None
    for first in range(0, len(values), 250):
        feedback.feed(values[first : first + 250])
        if first == len(values) // 2:
            tally = feedback._tally
            halfway = (tally.rewarded_rows, tally.judged_rows)
    assert halfway is not None
    late = (feedback._tally.rewarded_rows - halfway[0]) / (feedback._tally.judged_rows - halfway[1])
    assert 0.55 < late < 0.8


def test_more_of_the_wanted_rhythm_is_rewarded_and_less_is_not() -> None:
    feedback = BrainFeedback(RATE_HZ, PROGRAMMES["alpha"])
    feedback.feed(_background(60.0, seed=6) + _sine(10.0, 60.0, 6.0))
    feedback.feed(0.3 * _background(2.0, seed=7) + _sine(10.0, 2.0, 15.0))
    assert feedback.is_rewarded
    assert feedback.level > 0.5
    feedback.feed(_background(2.0, seed=8))
    feedback.feed(0.2 * _background(1.0, seed=9))
    assert not feedback.is_rewarded


@pytest.mark.parametrize("trouble", ["blink", "muscle", "gap"])
def test_nothing_is_rewarded_while_the_brain_is_drowned(trouble: str) -> None:
    feedback = BrainFeedback(RATE_HZ, PROGRAMMES["alpha"])
    feedback.feed(_background(30.0) + _sine(10.0, 30.0, 6.0))
    good = 0.3 * _background(2.0, seed=7) + _sine(10.0, 2.0, 15.0)
    feedback.feed(good)
    assert feedback.is_rewarded
    if trouble == "blink":
        good[-50:] += 300.0 * np.hanning(50)
    elif trouble == "muscle":
        good += 40.0 * np.random.default_rng(8).standard_normal(len(good))
    else:
        good[-20] = np.nan
    feedback.feed(good)
    assert feedback.is_muted
    assert not feedback.is_rewarded
    assert feedback.level == 0.0


def test_a_rate_that_cannot_show_the_bands_is_refused() -> None:
    with pytest.raises(ValueError, match="give 125 Hz or more"):
        BrainFeedback(50.0)
