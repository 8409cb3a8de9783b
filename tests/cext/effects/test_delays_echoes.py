"""Echoes against arithmetic: when they come, how loud, and what they do while their time slides."""

import numpy as np
import pytest

from cext import effects
from tests.cext.effects.probe import click, gain_db, heard, settled, tone


def _twin(sound, late, feedback, mix):
    """The delay by its difference equation in float64."""
    line = np.zeros(sound.shape[1] + late)
    out = np.empty(sound.shape[1])
    for n, x in enumerate(sound[0].astype(np.float64)):
        out[n] = (1 - mix) * x + mix * line[n]
        line[n + late] = x + feedback * line[n]
    return out


@pytest.mark.parametrize("time_ms", [1.0, 3.3333, 12.5])
def test_a_delay_is_its_difference_equation(time_ms):
    sound = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 4000)).astype(np.float32)
    out = heard("delay", sound, time_ms=time_ms, feedback=0.7, mix=0.4)
    wanted = _twin(sound, round(time_ms * 48), 0.7, 0.4)
    assert gain_db(out[0] - wanted, wanted) < -135


def test_echoes_come_on_the_frame_and_fade_by_the_feedback():
    out = heard("delay", click(5000), time_ms=20, feedback=0.5, mix=0.5)
    assert list(np.flatnonzero(out[0])) == [0, 960, 1920, 2880, 3840, 4800]
    assert out[0, ::960] == pytest.approx([0.5, 0.5, 0.25, 0.125, 0.0625, 0.03125])


def test_the_high_cut_is_a_one_pole_at_its_corner():
    def level(corner_hz):
        made = effects.make("delay", time_ms=5, feedback=0, high_cut_hz=corner_hz, mix=1)
        return gain_db(settled(made, tone(1000, 0.2)), tone(1000, 0.1)[0])

    pole = np.exp(-2 * np.pi * 1000 / 48000)
    exact = 20 * np.log10((1 - pole) / abs(1 - pole * np.exp(-2j * np.pi * 1000 / 48000)))
    assert level(1000) == pytest.approx(exact, abs=0.01)
    assert level(20000) == pytest.approx(0.0, abs=0.01)


def test_a_time_that_slides_bends_the_pitch_without_a_click():
    # From 100 to 90 ms in 20 ms of gliding: the sound catches up by half a frame a frame at most.
    effect = effects.make("delay", time_ms=100, feedback=0, mix=1)
    sound = tone(500, 0.5)
    settled(effect, sound)
    effect.set("time_ms", 90)
    out = settled(effect, sound, keep=24000)[: 48 * 80]
    angle = 2 * np.pi * 500 / 48000
    assert 1.45 * angle < np.abs(np.diff(out)).max() < 1.51 * angle
    # The pace may change at once, the sound may not: a click would show in the second difference.
    assert np.abs(np.diff(out, 2)).max() < 0.5 * angle + (1.5 * angle) ** 2


def test_a_ramp_of_the_time_is_as_smooth_as_an_ideal_one():
    """Energy away from the bent tone, after a knob turned every 128 frames for half a second."""
    effect = effects.make("delay", time_ms=20, feedback=0, mix=1)
    frames = 24000
    sound = tone(997, 1.0)
    out = []
    for start in range(0, 2 * frames, 128):
        if 0 <= start - 4800 < frames:
            effect.set("time_ms", 20 + 10 * (start - 4800) / frames)
        block = np.ascontiguousarray(sound[:, start : start + 128])
        effect.process(block)
        out.append(block[0])
    middle = np.concatenate(out)[4800 + 6000 : 4800 + 22384].astype(np.float64)
    power = np.abs(np.fft.rfft(middle * np.blackman(len(middle)))) ** 2
    hz = np.fft.rfftfreq(len(middle), 1 / 48000)
    away = np.abs(hz - hz[power.argmax()]) > 150
    assert 10 * np.log10(power[away].sum() / power.sum()) < -75


def test_ping_pong_bounces_left_right_left():
    out = heard("ping_pong_delay", click(4000), time_ms=20, feedback=0.5, mix=1)
    assert list(np.flatnonzero(out[0])) == [960, 2880]
    assert list(np.flatnonzero(out[1])) == [1920, 3840]
    assert out[0, 960] == pytest.approx(1.0)
    assert out[1, 1920] == pytest.approx(0.5)
    narrow = heard("ping_pong_delay", click(4000), time_ms=20, feedback=0.5, mix=1, width=0)
    assert np.array_equal(narrow[0], narrow[1])


def test_a_ducking_delay_steps_back_by_its_depth_and_comes_forward_again():
    loud = tone(1000, 0.5)
    options = {"time_ms": 10, "feedback": 0, "mix": 1, "threshold_dbfs": -20, "depth_db": 12}
    ducked = settled(effects.make("ducking_delay", attack_ms=1, **options), loud)
    assert gain_db(ducked, loud[0]) == pytest.approx(-12, abs=0.05)
    soft = 0.05 * loud
    assert gain_db(settled(effects.make("ducking_delay", **options), soft), soft[0]) == pytest.approx(
        0, abs=0.01
    )


def test_the_ducked_echo_listens_to_the_bus_it_is_given():
    effect = effects.make("ducking_delay", time_ms=10, feedback=0, mix=1, threshold_dbfs=-20, depth_db=12)
    bus = np.ones((2, 64), np.float32)
    effect.listen(bus)
    soft = 0.05 * tone(1000, 0.5)
    assert gain_db(settled(effect, soft), soft[0]) == pytest.approx(-12, abs=0.05)
