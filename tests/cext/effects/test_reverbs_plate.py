"""The plate against the paper's network worked out frame by frame in 64-bit numbers."""

import numpy as np
import pytest

from cext import effects
from tests.cext.effects.rooms import OCTAVES_HZ, answer, octave, t60_s
from tests.cext.sound import db, rms, through

PAPER_HZ = 29_761
LENGTHS = (142, 107, 379, 277, 672, 4453, 1800, 3720, 908, 4217, 2656, 3163)


class _Line:
    def __init__(self, frames):
        self.kept = np.zeros(frames + 1)
        self.now = 0

    def read(self, frames):
        return self.kept[(self.now - frames) % len(self.kept)]

    def write(self, x):
        self.kept[self.now] = x

    def smear(self, x, g):
        before = self.read(len(self.kept) - 1)
        self.write(x - g * before)
        return before + g * (x - g * before)


def _decay(decay_s, high_cut_hz):
    """Gain of each half of the tank without damping, and the input's one-pole."""
    ring_s = decay_s / (1.03 + 0.13 / (decay_s - 0.1))
    gains = [10 ** (-3 * sum(LENGTHS[i : i + 4]) / (ring_s * PAPER_HZ)) for i in (4, 8)]
    return gains, np.exp(-2 * np.pi * high_cut_hz / PAPER_HZ)


def _reference(sound, decay_s, high_cut_hz):
    """Dattorro's figure 1 without sway and damping, shape (2, frames)."""
    (gain_left, gain_right), pole = _decay(decay_s, high_cut_hz)
    lines = [_Line(frames) for frames in LENGTHS]
    out, soft = np.zeros((2, sound.shape[1])), 0.0
    for n, x in enumerate(sound.astype(np.float64).mean(axis=0)):
        soft = (1 - pole) * x + pole * soft
        y = soft
        for i, g in enumerate((0.75, 0.75, 0.625, 0.625)):
            y = lines[i].smear(y, g)
        for first, gain, other in ((4, gain_left, 11), (8, gain_right, 7)):
            z = lines[first].smear(y + lines[other].read(LENGTHS[other]), -0.7)
            lines[first + 1].write(z)
            z = gain * lines[first + 1].read(LENGTHS[first + 1])
            lines[first + 3].write(lines[first + 2].smear(z, 0.5))
        a, b, c, d, e, f = (lines[i].read for i in (5, 6, 7, 9, 10, 11))
        out[0, n] = d(266) + d(2974) - e(1913) + f(1996) - a(1990) - b(187) - c(1066)
        out[1, n] = a(353) + a(3627) - b(1228) + c(2673) - d(2111) - e(335) - f(121)
        for line in lines:
            line.now = (line.now + 1) % len(line.kept)
    return 0.6 * out


def test_the_plate_equals_the_papers_network_to_110_db():
    sound = np.zeros((2, 12_000), np.float32)
    sound[:, :500] = np.random.default_rng(2).standard_normal((2, 500)).astype(np.float32)
    values = {"decay_s": 3.0, "high_cut_hz": 9000.0}
    still = {"depth": 0.0, "damping": 0.0, "predelay_ms": 0.0}
    wet = through(effects.make("plate", PAPER_HZ, mix=1.0, **still, **values), sound)
    expected = _reference(sound, **values)
    assert db(rms(wet - expected) / rms(expected)) < -110
    assert db(rms(wet - _reference(sound, 3.02, 9000.0)) / rms(expected)) > -80


@pytest.mark.parametrize("decay_s", [1.0, 1.5, 4.0])
def test_the_plate_falls_by_60_db_in_its_decay_time(decay_s):
    ears = answer("plate", 1.3 * decay_s, decay_s=decay_s, damping=0.0, high_cut_hz=20_000.0, depth=0.3)
    times_s = [t60_s(octave(ear, hz)) for ear in ears for hz in OCTAVES_HZ]
    assert np.mean(times_s) == pytest.approx(decay_s, rel=0.05)


def test_a_damped_plate_loses_its_brightness_first():
    ears = answer("plate", 4.0, decay_s=3.0, damping=0.5, high_cut_hz=20_000.0)
    low_s, high_s = (np.mean([t60_s(octave(ear, hz)) for ear in ears]) for hz in (125.0, 8000.0))
    assert low_s == pytest.approx(3.0, rel=0.1)
    assert high_s == pytest.approx(3.0 / 10**0.5, rel=0.15)


def test_the_predelay_moves_the_plate_to_the_frame():
    early, late = (answer("plate", 0.2, predelay_ms=ms, depth=0.0)[0] for ms in (0.0, 50.0))
    assert np.allclose(late[2400:], early[:-2400], atol=1e-6)
    assert not late[:2400].any()
