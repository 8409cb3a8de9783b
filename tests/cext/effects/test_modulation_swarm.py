"""Chorus, flanger, ensemble and doubler against delay lines in float64, and against the theory of combs."""

import numpy as np
import pytest

from cext import effects
from tests.cext.effects.probe import RATE_HZ, gain_db, heard, response, tone

TURN = 2 * np.pi / RATE_HZ
NOISE = np.random.default_rng(3).uniform(-0.5, 0.5, (2, 9600)).astype(np.float32)


def read(sound, late):
    """The sound so many frames ago, by the cubic through four samples, in float64."""
    before = np.concatenate((np.zeros(4000), sound.astype(np.float64)))
    whole = np.floor(late).astype(int)
    share = late - whole
    at = np.arange(len(sound)) + 4000 - whole
    out = np.zeros(len(sound))
    for k in range(-1, 3):
        others = [i for i in range(-1, 3) if i != k]
        weight = np.prod([(share - i) / (k - i) for i in others], axis=0)
        out += weight * before[at - k]
    return out


def test_a_chorus_is_voices_that_sway_by_sines():
    options = {"speed_hz": 1.3, "depth_ms": 1.5, "delay_ms": 9, "voices": 3, "spread": 0.5, "mix": 0.4}
    out = heard("chorus", NOISE, **options)
    angle = TURN * 1.3 * np.arange(NOISE.shape[1])
    for ear in range(2):
        late = [432 + 72 * np.sin(angle + ear * np.pi / 4 + turn) for turn in (0, np.pi, np.pi / 2)]
        wet = sum(read(NOISE[ear], row) for row in late) / np.sqrt(3)
        wanted = 0.6 * NOISE[ear] + 0.4 * wet
        assert gain_db(out[ear] - wanted, wanted) < -95


def test_a_chorus_grows_no_louder_with_its_voices():
    loud = [gain_db(heard("chorus", NOISE, voices=n, mix=1)[:, 2400:], NOISE[:, 2400:]) for n in (1, 2, 3, 4)]
    assert max(loud) - min(loud) < 2.0


def test_an_ensemble_sways_slowly_and_fast_a_third_of_a_turn_apart():
    out = heard("ensemble", NOISE, depth=0.5, speed_hz=0.7, shimmer_hz=7, width=0, mix=1)
    frame = np.arange(NOISE.shape[1])
    wanted = np.zeros(len(frame))
    for turn in (0, 2 * np.pi / 3, -2 * np.pi / 3):
        late = 480 + 84 * np.sin(TURN * 0.7 * frame + turn) + 8.4 * np.sin(TURN * 7 * frame + turn)
        wanted += read(NOISE[0], late) / np.sqrt(3)
    assert gain_db(out[0] - wanted, wanted) < -95
    assert np.allclose(
        out[0] - heard("ensemble", NOISE, depth=0.5, speed_hz=0.7, shimmer_hz=7, width=0, mix=1)[0], 0
    )


@pytest.mark.parametrize("feedback", [-0.8, 0.0, 0.6])
def test_a_flanger_at_rest_is_a_comb(feedback):
    # 1 ms: whole frames, so the theory of the recursive comb holds to the last digit.
    hz, gain = response("flanger", depth_ms=0, delay_ms=1, feedback=feedback, mix=0.5)
    late = np.exp(-1j * TURN * hz * 48)
    assert gain == pytest.approx(0.5 + 0.5 * late / (1 - feedback * late), abs=2e-5)


def test_a_flanger_sweeps_from_its_nearest_to_its_farthest_point():
    out = heard("flanger", NOISE, speed_hz=5, depth_ms=2, delay_ms=1, feedback=0, mix=1)
    late = 48 + 48 * (1 - np.cos(TURN * 5 * np.arange(NOISE.shape[1])))
    assert gain_db(out[0] - read(NOISE[0], late), NOISE[0]) < -95


def test_a_flanger_with_feedback_does_not_depend_on_how_near_it_comes():
    """A head nearer than a tick is worked through in pieces; the sum must be the recursion all the same."""
    sound = NOISE[:, :3000]
    out = heard("flanger", sound, depth_ms=0, delay_ms=0.25, feedback=0.9, mix=1)
    line = np.zeros(sound.shape[1] + 12)
    for n, x in enumerate(sound[0].astype(np.float64)):
        line[n + 12] = x + 0.9 * line[n]
    assert gain_db(out[0] - line[: sound.shape[1]], line) < -120


def test_a_doubler_bends_the_pitch_by_its_cents_and_no_more():
    cents = 20.0
    out = heard("doubler", tone(1000, 3.0), detune_cents=cents, delay_ms=20, mix=1)[:, 9600:]
    for ear in range(2):
        spectrum = np.fft.fft(out[ear] * np.hanning(out.shape[1]))
        spectrum[len(spectrum) // 2 :] = 0
        phase = np.unwrap(np.angle(np.fft.ifft(spectrum)))[9600:-9600:480]
        bent = 1200 * np.log2(np.diff(phase) / (480 * TURN * 1000))
        assert bent.max() == pytest.approx(cents, abs=0.4)
        assert bent.min() == pytest.approx(1200 * np.log2(2 - 2 ** (cents / 1200)), abs=0.5)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("vibrato", {"speed_hz": 1.117, "depth_cents": 100}, {"speed_hz": 14, "depth_cents": 0}),
        ("flanger", {"depth_ms": 10, "delay_ms": 0.2, "speed_hz": 10}, {"depth_ms": 0, "feedback": -0.95}),
        ("chorus", {"depth_ms": 10, "delay_ms": 40, "speed_hz": 10}, {"delay_ms": 2, "voices": 4}),
    ],
)
def test_a_knob_turned_hard_never_swings_a_head_past_the_present(name, before, after):
    """What has not been heard yet cannot be read: the bits would depend on how time is cut."""
    sound = NOISE[:, :4000]

    def turned(size):
        effect, out = effects.make(name, 8000, **before), []
        for start in range(0, 4000, size):
            if start == 2000:
                for knob, value in after.items():
                    effect.set(knob, value)
            block = np.ascontiguousarray(sound[:, start : start + size])
            effect.process(block)
            out.append(block)
        return np.concatenate(out, axis=1)

    assert np.array_equal(turned(1), turned(2000))
