import numpy as np
import pytest

from cext.effects.pitch.stretch import TimeStretch, time_stretch
from tests.cext.sound import RATE_HZ, db

STRETCHES = [0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 3.3]


def _tone(hz, seconds=1.0):
    sound = 0.3 * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)
    return np.stack([sound, sound]).astype(np.float32)


@pytest.mark.parametrize("stretch", STRETCHES)
def test_a_tone_lasts_longer_and_stays_itself(stretch):
    out = time_stretch(_tone(443.7), stretch)
    assert out.shape == (2, round(RATE_HZ * stretch))
    cut = out[0, out.shape[1] // 3 : 2 * out.shape[1] // 3].astype(np.float64)
    wave = np.exp(2j * np.pi * 443.7 * np.arange(len(cut)) / RATE_HZ)
    basis = np.stack([wave.real, wave.imag]).T
    parts = np.linalg.lstsq(basis, cut, rcond=None)[0]
    assert np.hypot(*parts) == pytest.approx(0.3, rel=1e-3)
    assert db(np.std(cut - basis @ parts) / np.std(cut)) < -80


@pytest.mark.parametrize("stretch", STRETCHES)
def test_a_click_comes_at_its_new_moment_and_is_still_a_click(stretch):
    sound = np.zeros((2, 40_000), np.float32)
    sound[:, 20_000:20_016] = np.hanning(16)
    energy = time_stretch(sound, stretch)[0] ** 2
    at = int(20_008 * stretch)
    assert energy[at - 240 : at + 240].sum() > 0.98 * energy.sum()


def test_it_does_not_matter_how_it_is_fed():
    sound = np.random.default_rng(1).uniform(-0.3, 0.3, (2, 30_000)).astype(np.float32)
    whole = time_stretch(sound, 1.37)
    for step in (64, 777, 4096):
        work = TimeStretch(1.37)
        parts = [work.feed(sound[:, i : i + step]) for i in range(0, 30_000, step)]
        assert np.array_equal(np.concatenate([*parts, work.finish()], axis=1), whole)


def test_a_stretch_of_one_gives_the_sound_back():
    sound = np.random.default_rng(1).uniform(-0.3, 0.3, (2, 30_000)).astype(np.float32)
    out = time_stretch(sound, 1.0)
    assert db(np.std((out - sound)[:, 4096:-4096]) / np.std(sound)) < -100


def test_misuse_is_refused():
    with pytest.raises(ValueError, match=r"outside 0.25 to 8"):
        TimeStretch(9.0)
    work = TimeStretch(2.0)
    with pytest.raises(ValueError, match="2 rows"):
        work.feed(np.zeros((1, 64), np.float32))
    assert work.finish().shape == (2, 0)
    with pytest.raises(ValueError, match="has ended"):
        work.feed(np.zeros((2, 64), np.float32))
