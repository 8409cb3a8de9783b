"""The amplifier: its stages, its tone control, and the box it speaks through."""

import numpy as np
import pytest

from cext import effects
from cext.effects.distortion._cabinets import CABINETS, impulse, loudness_db
from tests.cext.effects.test_distortion_curves import alias_db
from tests.cext.sound import RATE_HZ, db, rms, through


def _click(frames=8192, level=1e-4):
    sound = np.zeros((2, frames), np.float32)
    sound[:, 0] = level
    return sound


def _response_db(hz, **values):
    effect = effects.make("amp_cabinet", drive_db=0.0, level_db=0.0, **values)
    out = through(effect, _click())[0] / 1e-4
    turns = np.exp(-2j * np.pi * np.outer(hz, np.arange(len(out))) / RATE_HZ)
    return 20 * np.log10(np.abs(turns @ out))


@pytest.mark.parametrize("name", CABINETS)
def test_a_drawn_cabinet_sounds_as_it_is_drawn(name):
    hz = np.geomspace(150, 8000, 40)
    taps = impulse(name, 48_000.0).astype(np.float64)
    level = 20 * np.log10(np.abs(np.exp(-2j * np.pi * np.outer(hz, np.arange(len(taps))) / RATE_HZ) @ taps))
    assert np.abs(level - loudness_db(hz, name)).max() < 0.5


@pytest.mark.parametrize("name", CABINETS)
def test_the_amplifier_speaks_through_that_cabinet(name):
    hz = np.geomspace(200, 6000, 20)
    through_box = _response_db(hz, cabinet=name) - _response_db(hz, cabinet="none")
    assert np.abs(through_box - loudness_db(hz, name)).max() < 0.5


def test_the_tone_control_lifts_what_it_names():
    hz = np.array([60.0, 650.0, 8000.0])
    flat = _response_db(hz, cabinet="none")
    assert _response_db(hz, cabinet="none", bass_db=12.0)[0] - flat[0] == pytest.approx(11.7, abs=0.6)
    assert _response_db(hz, cabinet="none", middle_db=-9.0)[1] - flat[1] == pytest.approx(-9.0, abs=0.1)
    assert _response_db(hz, cabinet="none", treble_db=6.0)[2] - flat[2] == pytest.approx(5.9, abs=0.2)


def test_a_cabinet_of_the_listeners_own_is_convolved():
    own = np.random.default_rng(3).standard_normal((2, 3000)).astype(np.float32) * 0.05
    sound = np.random.default_rng(4).standard_normal((2, 6000)).astype(np.float32) * 0.1
    plain = through(effects.make("amp_cabinet", cabinet="none"), sound)
    taken = through(effects.make("amp_cabinet", impulse=own), sound)
    for ear in range(2):
        ideal = np.convolve(plain[ear], own[ear].astype(np.float64))[:6000]
        assert rms(taken[ear] - ideal) < 1e-5 * rms(ideal)


def test_a_wrong_impulse_is_an_error_that_says_what_is_wanted():
    effect = effects.make("amp_cabinet")
    with pytest.raises(ValueError, match="did you mean 'impulse'"):
        effect.take("impulses", np.zeros((2, 10), np.float32))
    with pytest.raises(ValueError, match="2 rows"):
        effect.take("impulse", np.zeros(10, np.float32))
    with pytest.raises(ValueError, match="finite"):
        effect.take("impulse", np.full((2, 10), np.nan, np.float32))


def test_the_amplifier_grows_louder_and_then_only_thicker():
    time_s = np.arange(RATE_HZ // 2) / RATE_HZ
    sound = np.tile(0.1 * np.sin(2 * np.pi * 220 * time_s), (2, 1)).astype(np.float32)
    loud = [rms(through(effects.make("amp_cabinet", drive_db=drive), sound)[0]) for drive in (0, 12, 48, 60)]
    assert db(loud[1] / loud[0]) > 8
    assert abs(db(loud[3] / loud[2])) < 2
    assert alias_db("amp_cabinet", 2503, drive_db=24.0, cabinet="none") < -60
