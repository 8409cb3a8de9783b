"""The hall keeps its decay in every octave, is dense soon, and never rings up."""

import numpy as np
import pytest

from cext import effects
from tests.cext.effects.rooms import OCTAVES_HZ, RATE_HZ, answer, density, octave, t60_s
from tests.cext.sound import db, rms, through


def _damped_s(hz, decay_s, damping, centre_hz=8000.0):
    """The decay at a pitch that one one-pole a line gives, exact at 0 and at 8 kHz."""
    frames = 0.05 * RATE_HZ
    low_db = 60 * frames / (decay_s * RATE_HZ)
    share = 10 ** (-low_db * (10**damping - 1) / 10)
    b = (1 - share * np.cos(2 * np.pi * centre_hz / RATE_HZ)) / (1 - share)
    pole = b - np.sqrt(b * b - 1)
    passed = (1 - pole) ** 2 / (1 + pole**2 - 2 * pole * np.cos(2 * np.pi * hz / RATE_HZ))
    return 60 * frames / RATE_HZ / (low_db - 10 * np.log10(passed))


def _octave_s(centre_hz, decay_s, damping):
    """T30 of an octave in which every pitch falls at its own pace."""
    time_s = np.arange(0, 1.5 * decay_s, 0.002)
    pitches_hz = centre_hz * 2.0 ** np.linspace(-0.5, 0.5, 40)
    fall = [hz * 10 ** (-6 * time_s / _damped_s(hz, decay_s, damping)) for hz in pitches_hz]
    return t60_s(np.sqrt(np.sum(fall, axis=0)), 500)


@pytest.mark.parametrize("decay_s", [1.0, 4.0])
def test_every_octave_falls_by_60_db_in_the_decay_time(decay_s):
    values = {"decay_s": decay_s, "damping": 0.0}
    clicks = [answer("reverb", 1.3 * decay_s, depth=depth, **values) for depth in (0.2, 0.5, 0.9)]
    for hz in OCTAVES_HZ[1:]:
        times_s = [t60_s(octave(ear, hz)) for click in clicks for ear in click]
        assert np.mean(times_s) == pytest.approx(decay_s, rel=0.05), hz


def test_damping_shortens_each_octave_as_its_one_pole_says():
    ears = answer("reverb", 4.0, decay_s=3.0, damping=0.5)
    for hz in OCTAVES_HZ[2:]:
        measured_s = np.mean([t60_s(octave(ear, hz)) for ear in ears])
        assert measured_s == pytest.approx(_octave_s(hz, 3.0, 0.5), rel=0.07), hz
    assert _damped_s(8000.0, 3.0, 0.5) == pytest.approx(3.0 / 10**0.5)


def test_echoes_are_dense_within_60_ms_and_differ_between_the_ears():
    ears = answer("reverb", 0.5)
    assert density(ears[0], 0.07) > 0.7
    assert density(ears[0], 0.1) > 0.85
    late = ears[:, int(0.06 * RATE_HZ) :]
    assert abs(np.corrcoef(late)[0, 1]) < 0.15


def test_the_sway_neither_feeds_nor_starves_the_longest_decay():
    levels = []
    for depth in (0.0, 1.0):
        ears = answer("reverb", 3.0, decay_s=20.0, damping=0.0, depth=depth)
        levels.append(db(rms(ears[:, 2 * RATE_HZ :]) / rms(ears[:, RATE_HZ : 2 * RATE_HZ])))
    assert levels == pytest.approx([-3.0, -3.0], abs=0.3)


def test_a_knob_turned_while_it_rings_does_not_click():
    effect = effects.make("reverb", mix=1.0, decay_s=4.0)
    time_s = np.arange(RATE_HZ) / RATE_HZ
    tone = np.tile(np.sin(2 * np.pi * 200 * time_s), (2, 1)).astype(np.float32)
    through(effect, tone)
    loudest = np.abs(through(effect, tone[:, :4800])).max()
    effect.set("decay_s", 1.0)
    effect.set("damping", 0.9)
    after = through(effect, tone[:, :4800])
    assert np.abs(np.diff(after, n=2)).max() < 0.01 * loudest
