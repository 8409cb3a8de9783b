"""Rooms whose every echo can be named: Schroeder's loops, the walls of a box, the pulses of velvet noise."""

import itertools

import numpy as np
import pytest

from cext import effects
from tests.cext.effects.rooms import OCTAVES_HZ, RATE_HZ, answer, octave, t60_s
from tests.cext.sound import db, rms, through


def _loop(sound, frames, g, feed, keep):
    """y = feed x[n] + keep x[n - frames] + g y[n - frames], in runs of one round."""
    out = feed * sound
    for start in range(frames, len(sound), frames):
        run = slice(start, min(start + frames, len(sound)))
        before = slice(run.start - frames, run.stop - frames)
        out[run] += keep * sound[before] + g * out[before]
    return out


def test_schroeders_loops_are_the_published_ones():
    sound = np.random.default_rng(1).standard_normal((2, 30_000)).astype(np.float32)
    wet = through(effects.make("schroeder", mix=1.0, decay_s=2.0, damping=0.0), sound)[0]
    left, total = sound[0].astype(np.float64), 0.0
    for ms in (29.7, 37.1, 41.1, 43.7):
        frames = round(ms * 48)
        total = total + 0.35 * _loop(left, frames, 10 ** (-3 * frames / (2.0 * RATE_HZ)), 0.0, 1.0)
    for ms in (5.0, 1.7):
        total = _loop(total, round(ms * 48), 0.7, -0.7, 1.0)
    assert db(rms(wet - total) / rms(total)) < -120


@pytest.mark.parametrize("decay_s", [0.8, 2.5])
def test_schroeders_room_falls_by_60_db_in_its_decay_time(decay_s):
    ears = answer("schroeder", 1.4 * decay_s, decay_s=decay_s, damping=0.0)
    times_s = [t60_s(octave(ear, hz)) for ear in ears for hz in OCTAVES_HZ[2:]]
    assert np.mean(times_s) == pytest.approx(decay_s, rel=0.05)


def _images(size_m, absorption, ear):
    """Frame and gain of every image, straight from the geometry."""
    source = np.array([0.31, 0.42, 0.47]) * size_m
    listener = np.array([0.66, 0.55, 0.39]) * size_m
    direct = np.linalg.norm(source - listener)
    listener = listener - np.array([0.0, 0.35 * (ear - 0.5), 0.0])
    for walls in itertools.product(range(-3, 4), repeat=3):
        met = sum(map(abs, walls))
        if 0 < met <= 3:
            sides = zip(walls, size_m, source, strict=True)
            image = [n * side + (side - s if n % 2 else s) for n, side, s in sides]
            way = np.linalg.norm(image - listener)
            frame = max(64, int((way - direct) / 343 * RATE_HZ + 0.5))
            yield frame, (1 - absorption) ** (met / 2) * direct / way


@pytest.mark.parametrize("ear", [0, 1])
def test_every_early_reflection_comes_from_its_mirror_image(ear):
    size_m = np.array([11.0, 7.0, 3.5])
    values = {"length_m": 11.0, "width_m": 7.0, "height_m": 3.5, "absorption": 0.3}
    wet = answer("early_reflections", 0.2, **values)[ear]
    expected = np.zeros_like(wet)
    for frame, gain in _images(size_m, 0.3, ear):
        expected[frame] += gain
    assert np.abs(wet - expected).max() < 1e-6
    assert len(np.flatnonzero(wet)) > 45


def test_absorbing_walls_leave_silence():
    assert not answer("early_reflections", 0.3, absorption=1.0).any()


def test_velvet_pulses_are_as_many_and_as_sparse_as_said():
    wet = answer("velvet_reverb", 0.2, decay_s=2.0, damping=0.0)
    for ear in wet:
        first = ear[64 : int(0.0833 * RATE_HZ)]
        count = np.count_nonzero(first)
        assert count == pytest.approx(56 * 83.3 * (1 / 83.31 + 1 / 97.73 + 1 / 113.89), rel=0.06)
        values = np.abs(first[first != 0]) * 10 ** (3 * np.flatnonzero(first) / RATE_HZ / 2.0)
        assert values.max() / np.median(values) < 2.1
        assert abs(np.sign(first).sum()) < 4 * np.sqrt(count)


@pytest.mark.parametrize("decay_s", [1.0, 3.0])
def test_velvet_falls_by_60_db_in_its_decay_time_in_every_octave(decay_s):
    ears = answer("velvet_reverb", 1.3 * decay_s, decay_s=decay_s, damping=0.0)
    for hz in OCTAVES_HZ[1:]:
        assert np.mean([t60_s(octave(ear, hz)) for ear in ears]) == pytest.approx(decay_s, rel=0.08), hz
    times_s = [t60_s(octave(ear, hz)) for ear in ears for hz in OCTAVES_HZ]
    assert np.mean(times_s) == pytest.approx(decay_s, rel=0.06)


def test_velvet_is_white_and_the_ears_are_strangers():
    ears = answer("velvet_reverb", 2.0, decay_s=2.0, damping=0.0)
    power = np.abs(np.fft.rfft(ears[0])) ** 2
    hz = np.fft.rfftfreq(ears.shape[1], 1 / RATE_HZ)
    levels = [10 * np.log10(power[(hz > c / 1.41) & (hz < c * 1.41)].mean()) for c in OCTAVES_HZ]
    assert np.std(levels) < 1.0
    assert abs(np.corrcoef(ears)[0, 1]) < 0.1
