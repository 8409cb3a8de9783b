"""The spring against its transfer function, worked out in 64-bit numbers at every frequency."""

import numpy as np
import pytest

from tests.cext.effects.rooms import RATE_HZ, answer, octave, t60_s
from tests.cext.sound import db, rms

STRETCH = round(0.5 * RATE_HZ / 4300)


def _low_pass(turn):
    corner = np.pi * 0.95 / STRETCH
    out = np.ones(len(turn), complex)
    for k in range(3):
        alpha = np.sin(corner) * np.cos(np.pi * (2 * k + 1) / 12)
        lower = 1 + alpha - 2 * np.cos(corner) / turn + (1 - alpha) / turn**2
        out *= 0.5 * (1 - np.cos(corner)) * (1 + 1 / turn) ** 2 / lower
    return out


def _expected(frames, ear, decay_s, dispersion, travel_ms):
    turn = np.exp(2j * np.pi * np.arange(frames // 2 + 1) / frames)
    back = turn**-STRETCH
    spring = ((dispersion + back) / (1 + dispersion * back)) ** 100 * _low_pass(turn) * turn ** (-3.0 * 64)
    way = 100 * STRETCH * (1 - dispersion) / (1 + dispersion) + 3 * 64
    wait = int(travel_ms * (1.0, 1.093)[ear] * RATE_HZ / 1000 - way + 0.5)
    keep = 10 ** (-3 * (wait + way) / (decay_s * RATE_HZ))
    return np.fft.irfft(spring * turn**-64.0 / (1 + keep * spring * turn ** -float(wait)), frames)


@pytest.mark.parametrize("ear", [0, 1])
@pytest.mark.parametrize("dispersion", [0.2, 0.6])
def test_the_spring_is_the_one_its_formula_says(ear, dispersion):
    values = {"decay_s": 0.5, "dispersion": dispersion, "travel_ms": 60.0}
    frames = 1 << 17
    wet = answer("spring", frames / RATE_HZ, **values)[ear]
    expected = _expected(frames, ear, **values)
    assert db(rms(wet - expected) / rms(expected)) < -80
    wrong = _expected(frames, ear, **{**values, "dispersion": dispersion + 0.001})
    assert db(rms(wet - wrong) / rms(expected)) > -40


def test_each_drop_slides_up_in_pitch():
    drop = answer("spring", 0.12, dispersion=0.6, travel_ms=120.0)[0]
    arrivals_s = []
    for hz in (250.0, 1000.0, 2000.0, 3000.0):
        energy = octave(drop, hz) ** 2
        arrivals_s.append(np.sum(energy * np.arange(len(drop))) / energy.sum() / RATE_HZ)
    assert np.all(np.diff(arrivals_s) > 0)
    assert arrivals_s[-1] > arrivals_s[0] + 0.005


@pytest.mark.parametrize("decay_s", [1.0, 4.0])
def test_low_pitches_fall_by_60_db_in_the_decay_time(decay_s):
    ears = answer("spring", 1.4 * decay_s, decay_s=decay_s, dispersion=0.3)
    assert np.mean([t60_s(octave(ear, 500.0)) for ear in ears]) == pytest.approx(decay_s, rel=0.05)
