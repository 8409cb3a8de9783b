"""Skin conductance and temperature: taken apart into parts that are known, and followed live."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.signal.skin import Skin
from appliance.signal.skin_programme import SPARSITY, back, through
from appliance.signal.skin_report import SkinParts, decompose
from appliance.signal.temperature import Temperature

RATE_HZ = 8.0


def _made(
    seed: int, length_s: float, noise_us: float = 0.01, rate_hz: float = RATE_HZ
) -> tuple[np.ndarray, np.ndarray]:
    """A wandering level and a sum of responses at random times; returns both, noise in the level."""
    random = np.random.default_rng(seed)
    times_s = np.arange(int(length_s * rate_hz)) / rate_hz
    phasic = np.zeros(len(times_s))
    at_s = 5.0
    while at_s < length_s - 10.0:
        late_s = np.maximum(0.0, times_s - at_s)
        phasic += random.uniform(0.1, 1.0) * (np.exp(-late_s / 2.0) - np.exp(-late_s / 0.7)) / 0.3713
        at_s += random.exponential(9.0) + 2.0
    tonic = 5.0 + 0.8 * np.sin(2 * np.pi * times_s / 180.0) + 0.002 * times_s
    return tonic + noise_us * random.standard_normal(len(times_s)), phasic


def _alike(found: np.ndarray, true: np.ndarray) -> float:
    return float(np.corrcoef(found, true)[0, 1])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_level_and_responses_are_recovered_from_their_sum(seed: int) -> None:
    tonic, phasic = _made(seed, 240.0)
    parts = decompose(tonic + phasic, RATE_HZ)
    assert _alike(parts.phasic_us, phasic) > 0.99
    assert _alike(parts.tonic_us, tonic) > 0.99
    assert np.std(parts.tonic_us + parts.phasic_us - tonic - phasic) < 0.02
    assert parts.driver.min() >= -1e-6


def test_the_parts_are_the_optimum_of_the_programme() -> None:
    tonic, phasic = _made(4, 60.0)
    values = tonic + phasic
    parts = decompose(values, RATE_HZ)
    size = values.std()
    miss = (values - parts.tonic_us - parts.phasic_us) / size

    def cost(change: np.ndarray) -> float:
        return 0.5 * float(np.sum((miss - change) ** 2))

    # A little burst more, wherever it is put, gains less than it costs.
    slow, fast = 0.5 / (2.0 * RATE_HZ), 0.5 / (0.7 * RATE_HZ)
    gain = 4.0 * RATE_HZ**2 / (1 / 0.7 - 1 / 2.0)
    taps = gain * np.array([(1 + slow) * (1 + fast), 2 * (slow * fast - 1), (1 - slow) * (1 - fast)])
    for place in range(40, len(values) - 60, 37):
        impulse = np.zeros(len(values))
        impulse[place] = 1.0
        burst = np.zeros(len(values))
        for i in range(place, len(values)):
            burst[i] = (impulse[i] - taps[1] * burst[i - 1] - taps[2] * burst[i - 2]) / taps[0]
        np.testing.assert_allclose(through(taps, burst), impulse, atol=1e-8)
        answer = through(np.array([1.0, 2.0, 1.0]), burst)
        tiny = 1e-4
        assert cost(tiny * answer) + SPARSITY * tiny > cost(0.0 * answer) - 1e-8


def test_back_is_the_transpose_of_through() -> None:
    random = np.random.default_rng(5)
    a, b = random.standard_normal(30), random.standard_normal(30)
    taps = random.standard_normal(3)
    assert through(taps, a) @ b == pytest.approx(a @ back(taps, b))


def test_pieces_of_a_long_recording_join_without_a_step() -> None:
    tonic, phasic = _made(6, 1500.0)
    parts = decompose(tonic + phasic, RATE_HZ)
    assert _alike(parts.phasic_us, phasic) > 0.99
    assert np.max(np.abs(np.diff(parts.tonic_us))) < 0.02


def test_gaps_stay_gaps_and_what_is_too_short_is_not_guessed() -> None:
    tonic, phasic = _made(7, 200.0)
    values = tonic + phasic
    values[600:640] = np.nan
    values[700:] = np.nan
    parts = decompose(values, RATE_HZ)
    assert np.isfinite(parts.tonic_us[:600]).all()
    assert np.isnan(parts.tonic_us[600:]).all()


def test_a_flat_line_is_all_level() -> None:
    parts = decompose(np.full(400, 3.0), RATE_HZ)
    np.testing.assert_array_equal(parts.tonic_us, 3.0)
    np.testing.assert_array_equal(parts.phasic_us, 0.0)


def test_a_fast_recording_is_thinned_and_a_slow_one_refused() -> None:
    tonic, phasic = _made(8, 60.0, rate_hz=100.0)
    parts = decompose(tonic + phasic, 100.0)
    assert isinstance(parts, SkinParts)
    assert parts.rate_hz <= 8.0
    assert len(parts.tonic_us) == pytest.approx(60.0 * parts.rate_hz, abs=1)
    with pytest.raises(ValueError, match="give 2 Hz or more"):
        decompose(np.ones(100), 1.0)


def test_live_skin_tells_level_responses_and_their_rate() -> None:
    tonic, phasic = _made(9, 180.0, noise_us=0.002, rate_hz=100.0)
    skin = Skin(100.0)
    told = []
    for second in range(180):
        skin.feed((tonic + phasic)[second * 100 : (second + 1) * 100], second + 1.0)
        told += skin.take()
    ends = [one for one in told if one.kind == "response"]
    assert len(ends) > 5
    assert all(one.found_s > one.onset_s >= 0.0 and one.amplitude_us >= 0.03 for one in ends)
    assert skin.level_us() == pytest.approx(float(np.mean((tonic + phasic)[-1000:])), rel=0.1)
    rate = skin.responses_per_min()
    assert rate == pytest.approx(sum(one.onset_s > 120.0 for one in ends), abs=1.5)
    skin.feed(np.zeros(3000), 210.0)
    assert skin.level_us() is None
    assert skin.responses_per_min() is None


@pytest.mark.parametrize("step", [1, 13, 1200])
def test_the_trend_of_the_temperature_is_its_slope(step: int) -> None:
    values = (
        33.0 + 0.4 / 60.0 * np.arange(1200) / 10.0 + 0.05 * np.random.default_rng(10).standard_normal(1200)
    )
    skin = Temperature(10.0)
    for first in range(0, 1200, step):
        skin.feed(values[first : first + step], first / 10.0)
    assert skin.trend_c_per_min() == pytest.approx(0.4, abs=0.08)
    assert skin.now_c() == pytest.approx(33.8, abs=0.06)


@pytest.mark.parametrize("bad", [float("nan"), 0.0, 85.0])
def test_no_skin_has_no_temperature(bad: float) -> None:
    skin = Temperature(1.0)
    skin.feed(np.full(60, 33.0), 60.0)
    assert skin.trend_c_per_min() == pytest.approx(0.0, abs=1e-9)
    skin.feed(np.array([bad]), 61.0)
    assert skin.now_c() is None
    assert skin.trend_c_per_min() is None
