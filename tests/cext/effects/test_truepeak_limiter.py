"""The true-peak limiter, read by an interpolation that has nothing to do with its own filter."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cext import effects
from tests.cext.sound import RATE_HZ, db, rms, through

FRAMES = RATE_HZ


def _pink(size: float) -> NDArray[np.float32]:
    spectrum = np.fft.rfft(np.random.default_rng(3).standard_normal((2, FRAMES)))
    wave = np.fft.irfft(spectrum / np.sqrt(np.maximum(1, np.arange(FRAMES // 2 + 1))), FRAMES)
    return (size * wave / np.abs(wave).max()).astype(np.float32)


def _square(size: float) -> NDArray[np.float32]:
    time_s = np.arange(FRAMES) / RATE_HZ
    return (size * np.sign(np.sin(2 * np.pi * np.array([[441.3], [97.7]]) * time_s))).astype(np.float32)


def _quarter(size: float) -> NDArray[np.float32]:
    wave = (
        size
        * np.sin(np.pi / 2 * np.arange(FRAMES) + np.pi / 4)
        * np.repeat([0.0, 1.0, 0.0, 1.0], FRAMES // 4)
    )
    return np.stack([wave, wave]).astype(np.float32)


def true_peak_db(sound: NDArray[np.float64]) -> float:
    """The highest of eight places a sample of the one wave that holds nothing above half the rate."""
    padded = np.pad(sound, ((0, 0), (2_000, 2_000)))
    size = padded.shape[1]
    return db(float(np.abs(8 * np.fft.irfft(np.fft.rfft(padded), 8 * size)).max()))


def limited(sound: NDArray[np.float32], **values: float) -> NDArray[np.float64]:
    effect = effects.make("true_peak_limiter", **values)
    late = effect.latency_frames
    return through(effect, np.pad(sound, ((0, 0), (0, late))))[:, late:]


LOUD = {"pink": _pink(6.0), "square": _square(2.0), "quarter": _quarter(3.0)}


@pytest.mark.parametrize("name", LOUD)
@pytest.mark.parametrize("ceiling", [-1.0, -6.0])
def test_no_wave_passes_its_ceiling(name: str, ceiling: float) -> None:
    assert true_peak_db(limited(LOUD[name], ceiling_dbtp=ceiling)) <= ceiling


def test_a_limiter_of_samples_alone_lets_the_wave_pass() -> None:
    """The control."""
    assert true_peak_db(through(effects.make("limiter", ceiling_dbfs=-1.0), LOUD["quarter"])) > 0.0


def test_it_does_not_take_more_than_it_must() -> None:
    for sound in LOUD.values():
        assert true_peak_db(limited(sound, ceiling_dbtp=-1.0)) > -1.5


def test_what_stays_below_is_only_late() -> None:
    quiet = 0.2 * _pink(1.0)
    assert np.array_equal(limited(quiet), quiet.astype(np.float64))


def test_a_limited_tone_stays_a_tone() -> None:
    """3 dB over the ceiling: what is no sine any more is more than 60 dB below it."""
    time_s = np.arange(FRAMES) / RATE_HZ
    tone = (np.sqrt(2) * np.sin(2 * np.pi * 997 * time_s)).astype(np.float32)
    out = limited(np.stack([tone, tone]), ceiling_dbtp=0.0, release_ms=100.0)[0, FRAMES // 2 :]
    basis = np.stack([np.sin(2 * np.pi * 997 * time_s), np.cos(2 * np.pi * 997 * time_s)])[:, FRAMES // 2 :]
    rest = out - np.linalg.lstsq(basis.T, out, rcond=None)[0] @ basis
    assert db(rms(rest) / rms(out)) < -60.0


def test_it_lets_go_at_the_pace_it_was_told() -> None:
    """A burst 12 dB over, then a quiet tone: its missing share falls to 1/e in the release time."""
    frames = np.arange(FRAMES)
    wave = np.where(frames < 4_800, 4.0, 0.2) * np.sin(2 * np.pi * 6_000 * frames / RATE_HZ)
    out = limited(np.tile(wave.astype(np.float32), (2, 1)), ceiling_dbtp=0.0, release_ms=100.0)[0]
    share = [
        1.0 - rms(out[at - 400 : at + 400]) / rms(wave[at - 400 : at + 400]) for at in (6_000, 6_000 + 4_800)
    ]
    assert share[1] / share[0] == pytest.approx(np.exp(-1.0), rel=0.02)


def test_drive_makes_it_louder_before_the_ceiling() -> None:
    quiet = 0.01 * _pink(1.0)
    assert limited(quiet, drive_db=12.0) == pytest.approx(quiet * 10 ** (12 / 20), rel=1e-5, abs=1e-9)
