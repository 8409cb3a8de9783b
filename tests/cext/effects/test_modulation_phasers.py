"""Phaser and Uni-Vibe against the theory of all-pass chains."""

import numpy as np
import pytest

from tests.cext.effects.probe import RATE_HZ, gain_db, heard, response


def _allpass(hz, corner_hz):
    turn = np.tan(np.pi * corner_hz / RATE_HZ)
    a = (turn - 1) / (turn + 1)
    back = np.exp(-2j * np.pi * hz / RATE_HZ)
    return (a + back) / (1 + a * back)


@pytest.mark.parametrize("stages", [2, 4, 6, 8, 10, 12])
@pytest.mark.parametrize("feedback", [0.0, 0.7])
def test_a_phaser_at_rest_is_its_chain_of_all_passes(stages, feedback):
    hz, gain = response("phaser", stages=stages, depth_octaves=0, centre_hz=900, feedback=feedback, mix=0.5)
    chain = _allpass(hz, 900) ** stages
    late = np.exp(-2j * np.pi * hz / RATE_HZ)
    assert np.abs(gain - (0.5 + 0.5 * chain / (1 - feedback * late * chain))).max() < 1e-6


def test_a_phaser_has_half_as_many_notches_as_stages():
    _, gain = response("phaser", stages=8, depth_octaves=0, centre_hz=1000, feedback=0)
    level = np.abs(gain)
    dips = (level[1:-1] < level[:-2]) & (level[1:-1] < level[2:]) & (level[1:-1] < 0.1)
    assert dips.sum() == 4


def test_a_phaser_moves_evenly_in_octaves():
    """A twin whose corner is worked out for every frame agrees with the one that looks once a tick."""
    frames = 12000
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (2, frames)).astype(np.float32)
    out = heard("phaser", noise, speed_hz=1, depth_octaves=2, centre_hz=500, feedback=0.4, mix=0.5)
    state, last, wanted = np.zeros(6), 0.0, np.empty(frames)
    corner_hz = 500 * 2 ** (2 * np.sin(2 * np.pi * np.arange(frames) / RATE_HZ))
    turn = np.tan(np.pi * corner_hz / RATE_HZ)
    for n, a in enumerate((turn - 1) / (turn + 1)):
        x = float(noise[0, n]) + 0.4 * last
        for k in range(6):
            y = a * x + state[k]
            state[k] = x - a * y
            x = y
        last = x
        wanted[n] = 0.5 * noise[0, n] + 0.5 * last
    assert gain_db(out[0] - wanted, wanted) < -80


def test_a_uni_vibe_has_four_unequal_stages():
    hz, gain = response("uni_vibe", depth=0, centre_hz=600, mix=0.5)
    chain = 1.0
    for farad in (15e-9, 220e-9, 470e-12, 4.7e-9):
        chain = chain * _allpass(hz, 600 * (15e-9 * 220e-9 * 470e-12 * 4.7e-9) ** 0.25 / farad)
    assert np.abs(gain - (0.5 + 0.5 * chain)).max() < 1e-3


def test_the_lamp_of_a_uni_vibe_glows_faster_than_it_fades():
    """With only the wet sound of a high tone its phase tells the lamp: rises are shorter than falls."""
    frame = np.arange(4 * RATE_HZ)
    sound = np.tile(np.sin(2 * np.pi * 500 * frame / RATE_HZ), (2, 1)).astype(np.float32)
    out = heard("uni_vibe", sound, speed_hz=2, depth=1, centre_hz=500, mix=1)[0]
    spectrum = np.fft.fft(out)
    spectrum[len(spectrum) // 2 :] = 0
    phase = np.unwrap(np.angle(np.fft.ifft(spectrum))) - 2 * np.pi * 500 * frame / RATE_HZ
    pace = np.diff(phase[RATE_HZ : 3 * RATE_HZ : 480])
    rising = np.sum(pace > 0) / len(pace)
    assert 0.3 < rising < 0.47
