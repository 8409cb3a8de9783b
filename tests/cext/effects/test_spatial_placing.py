"""Matrices: pan laws, middle and side, wires, and a field that turns."""

import numpy as np
import pytest

from cext import effects
from tests.cext.sound import RATE_HZ, through


def _noise(frames=2000, seed=1):
    return (0.3 * np.random.default_rng(seed).standard_normal((2, frames))).astype(np.float32)


def _matrix(name, **values):
    """What reaches each ear from each ear."""
    both = np.zeros((2, 2))
    for ear in range(2):
        sound = np.zeros((2, 1), np.float32)
        sound[ear] = 1.0
        both[:, ear] = through(effects.make(name, **values), sound)[:, 0]
    return both


@pytest.mark.parametrize(("law", "side_db"), [("-3 dB", 3.01), ("-4.5 dB", 4.515), ("-6 dB", 6.02)])
def test_a_pan_law_is_as_far_below_the_side_in_the_middle_as_its_name_says(law, side_db):
    assert np.allclose(_matrix("pan", pan=0.0, law=law), np.eye(2), atol=1e-7)
    side = _matrix("pan", pan=1.0, law=law)
    assert side[0, 0] == pytest.approx(0.0, abs=1e-7)
    assert 20 * np.log10(side[1, 1]) == pytest.approx(side_db, abs=0.01)


def test_the_first_law_keeps_the_power_all_the_way():
    for pan in np.linspace(-1, 1, 9):
        gains = np.diag(_matrix("pan", pan=pan))
        assert np.sum(gains**2) == pytest.approx(2.0, abs=1e-5)


def test_a_placed_sound_is_one_sound_in_its_place():
    for pan in (-0.7, 0.0, 0.4):
        both = _matrix("pan", pan=pan, mode="place")
        assert np.allclose(both[:, 0], both[:, 1])
        assert both.sum(axis=1)[1] / both.sum(axis=1)[0] == pytest.approx(
            np.tan(np.pi / 4 * (pan + 1)), rel=1e-5
        )


def test_a_pan_on_its_way_does_not_step():
    effect = effects.make("pan", pan=-0.5)
    time_s = np.arange(RATE_HZ // 4) / RATE_HZ
    sound = np.tile(0.5 * np.sin(2 * np.pi * 997 * time_s), (2, 1)).astype(np.float32)
    through(effect, sound)
    effect.set("pan", 0.5)
    out = through(effect, sound)[0]
    spectrum = np.abs(np.fft.rfft(out[:4096] * np.blackman(4096)))
    hz = np.fft.rfftfreq(4096, 1 / RATE_HZ)
    assert spectrum[np.abs(hz - 997) > 1500].max() < 10 ** (-80 / 20) * spectrum.max()


def test_what_is_encoded_to_middle_and_side_is_decoded_to_what_it_was():
    sound = _noise()
    coded = through(effects.make("mid_side", mode="encode", side_db=0.0), sound)
    assert np.allclose(coded[0], sound.mean(axis=0), atol=1e-7)
    again = through(effects.make("mid_side", mode="decode", side_db=0.0), coded.astype(np.float32))
    assert np.abs(again - sound).max() < 2e-7


def test_middle_and_side_have_levels_of_their_own():
    both = _matrix("mid_side", mid_db=-6.0, side_db=6.0)
    assert both.sum(axis=1) == pytest.approx(10 ** (-6 / 20), rel=1e-6)
    assert both[0, 0] - both[0, 1] == pytest.approx(10 ** (6 / 20), rel=1e-6)


@pytest.mark.parametrize(
    ("route", "ideal"),
    [
        ("swap", [[0, 1], [1, 0]]),
        ("stereo", [[1, 0], [0, 1]]),
        ("mono", [[0.5, 0.5], [0.5, 0.5]]),
        ("left", [[1, 0], [1, 0]]),
        ("right", [[0, 1], [0, 1]]),
    ],
)
def test_wires_go_where_they_say(route, ideal):
    assert np.array_equal(_matrix("channel_tools", route=route), np.array(ideal, float))


def test_polarity_and_level_belong_to_the_ear_that_hears():
    both = _matrix("channel_tools", route="stereo", left_polarity="inverted", right_db=-6.0)
    assert both == pytest.approx(np.array([[-1.0, 0.0], [0.0, 10 ** (-6 / 20)]]), abs=1e-6)


def _turned(yaw, pitch, roll, spread):
    """First order, straight from its definition: encode W, Y, X; rotate; two cardioids at the sides."""
    yaw, pitch, roll, spread = np.radians([yaw, pitch, roll, spread])
    cy, sy, cp, sp, cr, sr = (
        np.cos(yaw),
        np.sin(yaw),
        np.cos(pitch),
        np.sin(pitch),
        np.cos(roll),
        np.sin(roll),
    )
    z = np.array([[cy, -sy, 0], [sy, cy, 0], [0, 0, 1]])
    y = np.array([[cp, 0, sp], [0, 1, 0], [-sp, 0, cp]])
    x = np.array([[1, 0, 0], [0, cr, -sr], [0, sr, cr]])
    both = np.zeros((2, 2))
    for ear, side in enumerate((1, -1)):
        where = z @ y @ x @ np.array([np.cos(spread), side * np.sin(spread), 0])
        both[:, ear] = 0.5 * (1 + where[1]), 0.5 * (1 - where[1])
    return both


@pytest.mark.parametrize(
    "turn", [(0, 0, 0, 90), (30, 0, 0, 60), (180, 0, 0, 90), (70, 20, -50, 45), (-90, 0, 0, 30)]
)
def test_a_field_turns_as_its_matrices_do(turn):
    names = ("yaw_deg", "pitch_deg", "roll_deg", "spread_deg")
    assert _matrix("ambisonic_rotate", **dict(zip(names, turn, strict=True))) == pytest.approx(
        _turned(*turn), abs=1e-6
    )


def test_a_spinning_field_comes_round_in_time():
    sound = np.ones((2, RATE_HZ), np.float32)
    sound[1] = 0.0
    out = through(effects.make("ambisonic_rotate", yaw_deg=0.0, spread_deg=90.0, spin_hz=2.0), sound)
    time_s = np.arange(RATE_HZ) / RATE_HZ
    assert np.abs(out[0] - 0.5 * (1 + np.cos(2 * np.pi * 2 * time_s))).max() < 1e-4
