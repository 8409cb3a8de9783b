import numpy as np
import pytest

from cext import fft

SIZES = [1 << bits for bits in range(4, 17)]


def _noise(size, seed=1):
    return np.random.default_rng(seed).standard_normal((2, size)).astype(np.float32)


def _error_db(value, truth):
    return 20 * np.log10(np.linalg.norm(value - truth) / np.linalg.norm(truth) + 1e-30)


@pytest.mark.parametrize("size", SIZES)
def test_the_spectrum_is_that_of_numpy_in_float64(size):
    real, imag = _noise(size)
    truth = np.fft.fft(real + 1j * imag.astype(np.float64))
    fft.forward(real, imag)
    assert _error_db(real + 1j * imag, truth) < -130


@pytest.mark.parametrize("size", SIZES)
def test_back_again_gives_the_sound(size):
    sound = _noise(size)
    real, imag = sound.copy()
    fft.forward(real, imag)
    fft.inverse(real, imag)
    assert _error_db(np.stack([real, imag]), sound) < -130


def test_a_single_tone_falls_into_a_single_bin():
    turn = np.exp(2j * np.pi * 37 * np.arange(1024) / 1024)
    real, imag = turn.real.astype(np.float32), turn.imag.astype(np.float32)
    fft.forward(real, imag)
    level = np.abs(real + 1j * imag)
    assert np.argmax(level) == 37
    assert level[37] == pytest.approx(1024, rel=1e-6)
    assert np.delete(level, 37).max() < 1024e-6


@pytest.mark.parametrize("size", [16, 64, 2048])
def test_one_transform_holds_the_spectra_of_both_ears(size):
    sound = _noise(size)
    real, imag = sound.copy()
    fft.forward(real, imag)
    left, right = fft.parted(real, imag)
    truth = np.fft.rfft(sound.astype(np.float64))
    assert _error_db(np.stack([left, right]), truth) < -130
    real, imag = fft.joined(left, right)
    fft.inverse(real, imag)
    assert _error_db(np.stack([real, imag]), sound) < -130


def test_a_single_wrong_bin_would_be_noticed():
    real, imag = _noise(256)
    truth = np.fft.fft(real + 1j * imag.astype(np.float64))
    fft.forward(real, imag)
    real[5] = -real[5]
    assert _error_db(real + 1j * imag, truth) > -130


@pytest.mark.parametrize("size", [0, 8, 100, 131_072])
def test_a_size_that_is_not_there_is_refused(size):
    with pytest.raises(ValueError, match="power of two from 16 to 65536"):
        fft.Fft(size)


def test_parts_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="as many of each"):
        fft.forward(np.zeros(16, np.float32), np.zeros(32, np.float32))
