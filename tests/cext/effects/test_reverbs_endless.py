"""The frozen hall keeps what it holds and hears nothing; the shimmering one rises by its interval."""

import numpy as np
import pytest

from cext import effects
from tests.cext.sound import RATE_HZ, db, rms, through


def _noise(seconds, level=0.2):
    return (level * np.random.default_rng(1).standard_normal((2, int(seconds * RATE_HZ)))).astype(np.float32)


def _frozen():
    hall = effects.make("freeze_reverb", mix=1.0)
    through(hall, _noise(1.0))
    hall.set("freeze", "on")
    through(hall, np.zeros((2, RATE_HZ // 2), np.float32))
    return hall


def test_a_frozen_hall_keeps_its_loudness_for_a_minute():
    hall, second = _frozen(), np.zeros((2, RATE_HZ), np.float32)
    levels = [rms(through(hall, second)) for _ in range(60)]
    assert db(np.mean(levels[-5:]) / np.mean(levels[:5])) == pytest.approx(0.0, abs=0.1)
    hall.set("freeze", "off")
    assert db(rms(through(hall, second)[:, -4800:]) / levels[-1]) < -3.0


def test_a_frozen_hall_is_deaf_and_spectrally_still():
    quiet, loud = (through(_frozen(), sound) for sound in (0 * _noise(0.5), _noise(0.5)))
    assert np.array_equal(quiet, loud)
    hall = _frozen()
    early = np.abs(np.fft.rfft(through(hall, np.zeros((2, RATE_HZ), np.float32)))) ** 2
    through(hall, np.zeros((2, 8 * RATE_HZ), np.float32))
    late = np.abs(np.fft.rfft(through(hall, np.zeros((2, RATE_HZ), np.float32)))) ** 2
    for low, high in ((100, 1000), (1000, 5000), (5000, 20_000)):
        assert 10 * np.log10(late[:, low:high].sum() / early[:, low:high].sum()) == pytest.approx(
            0.0, abs=1.0
        )


@pytest.mark.parametrize(("interval", "ratio"), [("octave", 2.0), ("fifth", 1.4983), ("octave_down", 0.5)])
def test_the_tail_rises_by_the_interval(interval, ratio):
    tone = np.tile(0.3 * np.sin(2 * np.pi * 500 * np.arange(2 * RATE_HZ) / RATE_HZ), (2, 1)).astype(
        np.float32
    )

    def level(hz, **values):
        out = through(effects.make("shimmer", mix=1.0, interval=interval, **values), tone)[:, RATE_HZ:]
        spectrum = np.abs(np.fft.rfft(out * np.hanning(RATE_HZ), axis=1)) ** 2
        return 10 * np.log10(spectrum[:, int(hz) - 15 : int(hz) + 16].sum())

    assert level(500 * ratio, shimmer=1.0) > level(500.0, shimmer=1.0) - 30
    assert level(500 * ratio, shimmer=0.0) < level(500.0, shimmer=0.0) - 40


def test_the_brightest_longest_shimmer_neither_rings_up_nor_stays():
    hall = effects.make("shimmer", mix=1.0, shimmer=1.0, decay_s=20.0, damping=0.0)
    loud = through(hall, _noise(1.0, 1.0))
    tail = [rms(through(hall, np.zeros((2, 5 * RATE_HZ), np.float32))) for _ in range(4)]
    assert tail[-1] < tail[0] < 3 * rms(loud)
