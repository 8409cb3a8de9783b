"""Partitioned convolution against the sum it stands for, in 64-bit numbers."""

import numpy as np
import pytest

from cext import effects
from tests.cext.sound import db, rms, through


def _noise(frames, seed, rows=2):
    return np.random.default_rng(seed).standard_normal((rows, frames)).astype(np.float32)


def _convolved(sound, impulse):
    size = 1 << (len(sound) + len(impulse)).bit_length()
    spectrum = np.fft.rfft(sound.astype(np.float64), size) * np.fft.rfft(impulse.astype(np.float64), size)
    return np.fft.irfft(spectrum, size)[: len(sound)]


def _wet(impulse, sound, block=4096, **values):
    effect = effects.make("convolution", mix=1.0, normalise="off", impulse=impulse, **values)
    return through(effect, sound, block)


@pytest.mark.parametrize("frames", [1, 63, 64, 65, 128, 960, 1024, 1025, 8128, 8193, 20_000, 48_000])
def test_convolution_equals_the_plain_sum_at_every_length_and_at_once(frames):
    impulse = _noise(frames, 1) * 0.998 ** np.arange(frames, dtype=np.float32)
    sound = _noise(max(3_000, frames + 10_000), 2)
    expected = np.array([_convolved(sound[ear], impulse[ear]) for ear in (0, 1)])
    wet = _wet(impulse, sound)
    assert db(rms(wet - expected) / rms(expected)) < -125
    assert db(rms(wet[:, 1:] - expected[:, :-1]) / rms(expected)) > -20


def test_every_tap_of_a_long_impulse_comes_at_its_frame():
    impulse = np.zeros((2, 30_000), np.float32)
    edges = (64, 128, 960, 1024, 4096, 8128, 8192, 12_224)
    places = [0, *(edge + near for edge in edges for near in (-1, 0, 1)), 29_999]
    impulse[0, places] = np.arange(1, 1 + len(places))
    click = np.zeros((2, 31_000), np.float32)
    click[0, 37] = 1.0
    wet = _wet(impulse, click, block=777)
    assert np.allclose(wet[0, 37 + np.array(places)], impulse[0, places], atol=1e-4)
    wet[0, 37 + np.array(places)] = 0.0
    assert np.abs(wet).max() < 1e-4


def test_a_true_stereo_impulse_also_goes_across():
    impulse, sound = _noise(5_000, 3, rows=4), _noise(9_000, 4)
    ways = [_convolved(sound[ear], row) for ear, row in zip((0, 1, 0, 1), impulse, strict=True)]
    expected = np.array([ways[0] + ways[3], ways[1] + ways[2]])
    wet = _wet(impulse, sound)
    assert db(rms(wet - expected) / rms(expected)) < -125


def test_a_normalised_impulse_passes_noise_on_as_loud_as_it_came():
    impulse, sound = 40.0 * _noise(2_000, 5), 0.1 * _noise(48_000, 6)
    wet = through(effects.make("convolution", mix=1.0, impulse=impulse), sound)
    assert db(rms(wet[:, 2_000:]) / rms(sound)) == pytest.approx(0.0, abs=0.5)
    softer = through(effects.make("convolution", mix=1.0, impulse=impulse, level_db=-6.0), sound)
    assert db(rms(softer) / rms(wet)) == pytest.approx(-6.0, abs=0.01)


def test_another_impulse_can_be_taken_and_a_wrong_one_is_refused():
    effect = effects.make("convolution", mix=1.0, normalise="off")
    sound = _noise(500, 7)
    through(effect, sound)
    effect.take("impulse", np.array([[0.5], [0.25]], np.float32))
    assert np.allclose(through(effect, sound), sound * np.array([[0.5], [0.25]]), atol=1e-7)
    with pytest.raises(ValueError, match="did you mean 'impulse'"):
        effect.take("impuls", sound)
    with pytest.raises(ValueError, match="2 or 4 rows"):
        effect.take("impulse", sound[:1])
    with pytest.raises(ValueError, match="NaN or infinity"):
        effect.take("impulse", np.full((2, 9), np.nan, np.float32))
