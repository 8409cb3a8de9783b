"""The meter against EBU Tech 3341 and 3342, synthesised, and against plain NumPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from cext.loudness import Meter

RATE_HZ = 48_000
Sound = NDArray[np.float32]


def steps(*parts: tuple[float | None, float], rate_hz: int = RATE_HZ, channels: int = 2) -> Sound:
    """1 kHz at levels in dBFS for so many seconds each, one after another; None is silence."""
    levels = [np.full(round(s * rate_hz), 0.0 if db is None else 10 ** (db / 20)) for db, s in parts]
    level = np.concatenate(levels)
    tone = level * np.sin(2 * np.pi * 1000.0 * np.arange(len(level)) / rate_hz)
    return np.tile(tone.astype(np.float32), (channels, 1))


def heard(sound: Sound, rate_hz: float = RATE_HZ) -> Meter:
    meter = Meter(rate_hz, len(sound))
    meter.feed(sound)
    return meter


def series(sound: Sound, rate_hz: int = RATE_HZ) -> list[tuple[float, float]]:
    """Momentary and short-term loudness every 10 ms."""
    meter, hop, seen = Meter(rate_hz, len(sound)), rate_hz // 100, []
    for at in range(0, sound.shape[1], hop):
        meter.feed(sound[:, at : at + hop])
        seen.append((meter.momentary_lufs, meter.short_lufs))
    return seen


@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_a_steady_tone_reads_its_level_on_every_scale(level: float) -> None:
    """Tech 3341, cases 1 and 2."""
    meter = heard(steps((level, 20.0)))
    for value in (meter.momentary_lufs, meter.short_lufs, meter.integrated_lufs):
        assert value == pytest.approx(level, abs=0.05)


@pytest.mark.parametrize(
    "parts",
    [
        ((-36, 10), (-23, 60), (-36, 10)),
        ((-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)),
        ((-26, 20), (-20, 20.1), (-26, 20)),
    ],
    ids=["case 3", "case 4", "case 5"],
)
def test_the_gates_leave_pauses_out(parts: tuple[tuple[float, float], ...]) -> None:
    assert heard(steps(*parts)).integrated_lufs == pytest.approx(-23.0, abs=0.05)


def test_surround_channels_count_by_their_place() -> None:
    """Tech 3341, case 6; the low-frequency channel of 5.1 adds nothing."""
    levels = (-28.0, -28.0, -24.0, -30.0, -30.0)
    five = np.concatenate([steps((level, 20.0), channels=1) for level in levels])
    assert heard(five).integrated_lufs == pytest.approx(-23.0, abs=0.05)
    six = np.insert(five, 3, five[2], axis=0)
    assert heard(six).integrated_lufs == pytest.approx(heard(five).integrated_lufs, abs=1e-9)


def test_short_term_stays_when_the_mean_of_three_seconds_stays() -> None:
    """Tech 3341, case 9."""
    short = [value for _, value in series(steps(*[(-20, 1.34), (-30, 1.66)] * 5))]
    assert np.ptp(short[300:]) < 0.05
    assert short[-1] == pytest.approx(-23.0, abs=0.05)


@pytest.mark.parametrize("start_s", [i * 0.15 for i in range(20)])
def test_three_seconds_are_caught_wherever_they_begin(start_s: float) -> None:
    """Tech 3341, case 10."""
    sound = steps((None, start_s), (-23, 3.0), (None, 1.0))
    assert heard(sound).short_max == pytest.approx(-23.0, abs=0.05)


def test_each_short_step_is_caught_live() -> None:
    """Tech 3341, case 11."""
    for i in range(0, 20, 3):
        meter = heard(steps((None, i * 0.15), (-38.0 + i, 3.0), (None, 3.0 - i * 0.15)))
        assert meter.short_max == pytest.approx(-38.0 + i, abs=0.05)


def test_momentary_stays_when_the_mean_of_its_window_stays() -> None:
    """Tech 3341, case 12."""
    momentary = [value for value, _ in series(steps(*[(-20, 0.18), (-30, 0.22)] * 25))]
    assert np.ptp(momentary[100:]) < 0.05
    assert momentary[-1] == pytest.approx(-23.0, abs=0.05)


@pytest.mark.parametrize("start_s", [i * 0.02 for i in range(20)])
def test_four_tenths_are_caught_wherever_they_begin(start_s: float) -> None:
    """Tech 3341, case 13, which a window every 100 ms fails 16 times of 20."""
    sound = steps((None, start_s), (-23, 0.4), (None, 1.0))
    assert heard(sound).momentary_max == pytest.approx(-23.0, abs=0.05)


def test_each_momentary_step_is_caught_live() -> None:
    """Tech 3341, case 14."""
    for i in range(20):
        meter = heard(steps((None, i * 0.02), (-38.0 + i, 0.4), (None, 0.4)))
        assert meter.momentary_max == pytest.approx(-38.0 + i, abs=0.05)


@pytest.mark.parametrize(
    ("share", "degrees", "size", "expected"),
    [
        (4, 0.0, 0.5, -6.0),
        (4, 45.0, 0.5, -6.0),
        (6, 60.0, 0.5, -6.0),
        (8, 67.5, 0.5, -6.0),
        (4, 45.0, 1.41, 3.0),
    ],
)
def test_a_peak_between_samples_is_seen(share: int, degrees: float, size: float, expected: float) -> None:
    """Tech 3341, cases 15 to 19; the tone fades in, as a step would ring higher."""
    n = np.arange(RATE_HZ // 4)
    fade = np.minimum(1.0, np.minimum(n, n[::-1]) / 500)
    tone = (fade * size * np.sin(2 * np.pi * n / share + math.radians(degrees))).astype(np.float32)
    peak = heard(np.stack([tone, tone])).true_peak_dbtp
    assert expected - 0.4 <= peak <= expected + 0.2
    assert peak == pytest.approx(20 * math.log10(size), abs=0.03)


@pytest.mark.parametrize("offset", range(4))
def test_one_loud_period_is_seen_wherever_the_samples_fall(offset: int) -> None:
    """Tech 3341, cases 20 to 23: made at four times the rate, low-passed, every fourth sample kept."""
    n, at = np.arange(4 * RATE_HZ // 8), 4 * RATE_HZ // 16
    wave = 0.5 * np.sin(2 * np.pi * n / 24)
    wave[at - at % 48 : at - at % 48 + 16] = np.sin(2 * np.pi * np.arange(16) / 16)
    spectrum = np.fft.rfft(wave * np.minimum(1.0, np.minimum(n, n[::-1]) / 4000))
    corner = np.fft.rfftfreq(len(n), 1 / (4 * RATE_HZ))
    spectrum *= np.clip((23_500.0 - corner) / 2_000.0, 0.0, 1.0)
    kept = np.fft.irfft(spectrum)[offset::4].astype(np.float32)
    assert -0.4 <= heard(np.stack([kept, kept])).true_peak_dbtp <= 0.2


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (((-20, 20), (-30, 20)), 10.0),
        (((-20, 20), (-15, 20)), 5.0),
        (((-40, 20), (-20, 20)), 20.0),
        (((-50, 20), (-35, 20), (-20, 20), (-35, 20), (-50, 20)), 15.0),
    ],
)
def test_the_range_is_that_between_quiet_and_loud(
    parts: tuple[tuple[float, float], ...], expected: float
) -> None:
    """Tech 3342, cases 1 to 4."""
    assert heard(steps(*parts)).range_lu == pytest.approx(expected, abs=0.1)
