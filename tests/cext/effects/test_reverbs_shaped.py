"""Tails with a shape of their own: how long, how steep, how loud."""

import numpy as np
import pytest

from cext import effects
from tests.cext.effects.rooms import RATE_HZ, answer
from tests.cext.sound import db, rms, through


def _levels_db(name, window_ms=25, seconds=0.8, **values):
    """Power of both ears in windows after a click, dB."""
    frames = RATE_HZ * window_ms // 1000
    power = np.zeros(int(seconds * 1000 / window_ms))
    for ear in answer(name, seconds, high_cut_hz=20_000.0, **values):
        power += (ear[: len(power) * frames] ** 2).reshape(len(power), frames).mean(axis=1)
    return 10 * np.log10(power + 1e-20)


@pytest.mark.parametrize("slope_db", [0.0, -12.0, -30.0])
def test_a_gated_room_falls_as_told_and_ends_on_time(slope_db):
    levels = _levels_db("gated_reverb", time_ms=500.0, slope_db=slope_db)
    body = levels[2:19]
    slope = np.polyfit(np.arange(len(body)) * 25 / 500, body, 1)[0]
    assert slope == pytest.approx(slope_db, abs=4.0)
    assert (
        np.abs(body - np.polyval(np.polyfit(np.arange(len(body)), body, 1), np.arange(len(body)))).max() < 4.0
    )
    assert levels[23:].max() < body[-1] - 30


def test_a_reversed_room_rises_to_its_end():
    levels = _levels_db("reverse_reverb", time_ms=600.0, rise_db=36.0)
    body = levels[2:24]
    assert np.polyfit(np.arange(len(body)) * 25 / 600, body, 1)[0] == pytest.approx(36.0, abs=4.0)
    assert np.argmax(levels) in (22, 23, 24)
    assert levels[27:].max() < levels.max() - 30


@pytest.mark.parametrize("name", ["gated_reverb", "reverse_reverb"])
@pytest.mark.parametrize("time_ms", [100.0, 900.0])
def test_a_shaped_room_is_as_loud_as_the_sound_at_every_length(name, time_ms):
    sound = np.random.default_rng(1).standard_normal((2, 3 * RATE_HZ)).astype(np.float32)
    wet = through(effects.make(name, mix=1.0, time_ms=time_ms, high_cut_hz=20_000.0), sound)
    # The high cut, even wide open, takes half a decibel of white noise.
    assert db(rms(wet[:, RATE_HZ:]) / rms(sound)) == pytest.approx(-0.5, abs=1.0)


def test_turning_the_time_does_not_click():
    effect = effects.make("gated_reverb", mix=1.0)
    tone = np.tile(np.sin(2 * np.pi * 200 * np.arange(9600) / RATE_HZ), (2, 1)).astype(np.float32)
    through(effect, tone)
    loudest = np.abs(through(effect, tone)).max()
    effect.set("time_ms", 400.0)
    assert np.abs(np.diff(through(effect, tone), n=2)).max() < 0.05 * loudest
