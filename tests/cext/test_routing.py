import numpy as np
import pytest

from cext import effects, voices
from cext.effects.routing import Align, MidSide
from cext.graph import Chain, Mix
from tests.cext.sound import RATE_HZ, rms, through, voiced


def _noise(seconds, level=0.3, seed=1):
    return np.random.default_rng(seed).uniform(-level, level, (2, int(seconds * RATE_HZ))).astype(np.float32)


def test_an_effect_on_the_middle_leaves_the_sides_alone_and_the_other_way_round():
    sound = _noise(0.3)
    mid, side = (sound[0] + sound[1]) / 2, (sound[0] - sound[1]) / 2
    closed = {"cutoff_hz": 40.0}
    out = through(MidSide(effects.make("lowpass", **closed), "mid"), sound)
    assert np.allclose((out[0] - out[1]) / 2, side, atol=1e-6)
    assert rms((out[0] + out[1]) / 2) < 0.1 * rms(mid)
    out = through(MidSide(effects.make("lowpass", **closed), "side"), sound)
    assert np.allclose((out[0] + out[1]) / 2, mid, atol=1e-6)
    assert rms((out[0] - out[1]) / 2) < 0.1 * rms(side)


@pytest.mark.parametrize("channels", ["mid", "side", "mid_side"])
def test_middle_and_sides_stay_together_around_an_effect_that_looks_ahead(channels):
    sound = _noise(0.1, 0.2)
    wrapped = MidSide(effects.make("limiter"), channels)
    out = through(wrapped, sound)
    assert wrapped.latency_frames == 64
    assert np.allclose(out[:, 64:], sound[:, :-64], atol=1e-6)
    wrapped.reset()
    assert np.allclose(through(wrapped, sound), out, atol=1e-7)


def test_the_knobs_of_a_wrapped_effect_are_those_of_the_effect():
    wrapped = MidSide(effects.make("volume", level=1.0), "side")
    wrapped.set("level", 0.25)
    assert wrapped.get("level") == wrapped.effect.get("level") == 0.25


@pytest.mark.parametrize("block", [1, 64, 100, 4096])
def test_a_chain_equals_its_effects_one_after_the_other(block):
    def parts():
        return [effects.make("lowpass", cutoff_hz=2000.0), effects.make("reverb"), effects.make("limiter")]

    sound = _noise(0.1, 1.5)
    apart = sound
    for effect in parts():
        apart = through(effect, apart.astype(np.float32), 4096)
    chain = Chain(parts())
    assert chain.latency_frames == 64
    assert np.array_equal(through(chain, sound, block), apart)


def test_a_reset_chain_has_forgotten_everything():
    chain = Chain([effects.make("lowpass", cutoff_hz=500.0), effects.make("limiter")])
    first = through(chain, _noise(0.1))
    chain.reset()
    assert np.allclose(through(chain, _noise(0.1)), first, atol=1e-7)


def test_a_mix_is_the_sum_of_its_voices():
    def parts():
        return [voices.make("sine", frequency_hz=300.0, level=0.1), voices.make("pink", seed=4, level=0.2)]

    together = voiced(Mix(parts()), 0.2, 100)
    apart = sum(voiced(voice, 0.2) for voice in parts())
    assert np.allclose(together, apart, atol=1e-7)


def test_a_delay_gives_the_same_sound_later():
    sound = _noise(0.05)
    out = through(Align(RATE_HZ, 777), sound, 50)
    assert np.array_equal(out[:, 777:], sound[:, :-777])
    assert not out[:, :777].any()


@pytest.mark.parametrize("wrong", [[], [effects.make("gain"), effects.make("gain", 44_100.0)]])
def test_a_chain_of_nothing_or_of_two_rates_is_refused(wrong):
    with pytest.raises(ValueError, match=r"chain has|different rates"):
        Chain(wrong)


def test_the_same_effect_twice_or_something_else_in_a_chain_is_refused():
    once = effects.make("gain")
    with pytest.raises(ValueError, match="the same effect is there twice"):
        Chain([once, effects.make("reverb"), once])
    with pytest.raises(TypeError, match="'reverb' is no effect"):
        Chain(["reverb"])


def test_a_reset_chain_keeps_no_sound_for_an_effect_that_is_bypassed_later():
    limiter = effects.make("limiter")
    chain = Chain([limiter])
    through(chain, _noise(0.1))
    chain.reset()
    limiter.set("bypass", "on")
    assert not through(chain, np.zeros((2, 640))).any()
