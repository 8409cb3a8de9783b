"""What every effect promises, whatever it does to the sound."""

import numpy as np
import pytest

from cext import effects
from tests.cext.sound import RATE_HZ, through

NAMES = list(effects.EFFECTS)
FAMILY = {table.name: table.family for table in effects.catalogue()}


def _music(seconds, seed=1, rate_hz=RATE_HZ):
    """Bursts of noise over a gliding tone, then near silence: something for every kind of effect."""
    frames = int(seconds * rate_hz)
    time_s = np.arange(frames) / rate_hz
    noise = np.random.default_rng(seed).standard_normal((2, frames))
    gate = np.where((time_s * 7.3) % 1.0 < 0.3, 1.0, 0.03) * np.where(time_s < 0.8 * seconds, 1.0, 0.01)
    tone = np.sin(2 * np.pi * (180 * time_s + 900 * time_s**2))
    return np.asarray(gate * (0.25 * noise + 0.6 * tone), np.float32)


def _with(effect, share):
    for row in effect.parameters:
        if row.name != "bypass":
            span = len(row.choices) - 1 if row.choices else row.maximum - row.minimum
            step = round(share * span) if row.choices else row.minimum + share * span
            effect.set(row.name, step)
    return effect


@pytest.mark.parametrize("name", NAMES)
def test_an_effect_does_not_depend_on_how_time_is_cut(name):
    sound = _music(0.06)

    def changed(size):
        effect = effects.make(name)
        first = through(effect, sound[:, :1000], size)
        for row in effect.parameters[:-1]:
            effect.set(row.name, row.maximum if row.choices else (row.minimum + row.maximum) / 3)
        return np.concatenate((first, through(effect, sound[:, 1000:], size)), axis=1)

    whole = changed(1000)
    for block in (1, 63, 64, 128, 256):
        assert np.array_equal(changed(block), whole), block


@pytest.mark.parametrize("name", NAMES)
def test_a_reset_effect_is_a_new_one(name):
    sound = _music(0.3)
    effect = effects.make(name)
    fresh = through(effect, sound)
    through(effect, _music(0.0517, seed=2))
    effect.reset()
    assert np.array_equal(through(effect, sound), fresh)


@pytest.mark.parametrize("name", NAMES)
def test_a_bypassed_effect_lets_the_sound_through_to_the_bit(name):
    effect = effects.make(name, bypass=1)
    late = effect.latency_frames
    sound = _music(0.2 + late / RATE_HZ)
    out = through(effect, sound)
    assert np.array_equal(out[:, late:], sound[:, : sound.shape[1] - late])
    assert not out[:, :late].any()
    turned = effects.make(name)
    through(turned, _music(0.1, seed=2), 100)
    turned.set("bypass", "on")
    out = through(turned, sound, 100)
    assert np.array_equal(out[:, late + 4000 :], sound[:, 4000 : sound.shape[1] - late])


@pytest.mark.parametrize("name", NAMES)
def test_at_its_neutral_values_an_effect_only_delays_by_what_it_says(name):
    neutral = effects.kind(name).NEUTRAL
    if neutral is None:
        may_be_late = FAMILY[name] in ("pitch", "spectral", "distortion") or name == "multiband_limiter"
        assert effects.make(name).latency_frames == 0 or may_be_late
        return
    effect = effects.make(name, **neutral)
    late = effect.latency_frames
    sound = 0.3 * _music(0.2 + 2 * late / RATE_HZ)
    difference = through(effect, sound)[:, late:] - sound[:, : sound.shape[1] - late]
    assert np.sqrt(np.mean(difference[:, late:] ** 2)) <= 1e-5 * np.sqrt(np.mean(sound**2))


@pytest.mark.parametrize("name", NAMES)
def test_garbage_is_forgotten_within_a_second(name):
    effect = effects.make(name)
    sound = _music(0.1)
    sound[0, 100:110] = np.nan
    sound[1, 200:210] = np.inf
    sound[:, 300:310] = -np.inf
    sound[:, 400] = 3e38
    first = through(effect, sound, 128)
    later = through(effect, _music(1.2, seed=3), 128)
    assert np.isfinite(first).all()
    assert np.isfinite(later).all()
    assert np.abs(later[:, RATE_HZ:]).max() < 100.0


@pytest.mark.parametrize("name", NAMES)
def test_an_effect_stays_finite_at_every_corner_of_its_table(name):
    for share in (0.0, 0.5, 1.0):
        for rate_hz in (8_000, 44_100, 384_000):
            effect = _with(effects.make(name, rate_hz), share)
            out = through(effect, _music(0.05, rate_hz=rate_hz))
            assert np.isfinite(out).all(), (share, rate_hz)
            assert np.abs(out).max() < 3000.0, (share, rate_hz)


@pytest.mark.parametrize("name", NAMES)
def test_every_knob_does_something(name):
    # A pattern says how long one round of it takes: before that its last steps are not heard.
    sound = _music(getattr(effects.kind(name), "ROUND_S", 0.7))
    usual = through(effects.make(name), sound)
    for row in effects.kind(name).PARAMETERS:
        ends = range(len(row.choices)) if row.choices else (row.minimum, row.maximum)
        assert any(
            not np.array_equal(through(effects.make(name, **{row.name: end}), sound), usual) for end in ends
        ), row.name


@pytest.mark.parametrize("name", NAMES)
def test_equal_ears_stay_equal_unless_the_effect_is_there_to_spread_them(name):
    if effects.kind(name).SPREADS:
        return
    sound = _music(0.3)
    sound[1] = sound[0]
    out = through(effects.make(name), sound)
    assert np.array_equal(out[0], out[1])


@pytest.mark.parametrize("name", NAMES)
def test_silence_does_not_end_in_denormals(name):
    effect = effects.make(name)
    through(effect, _music(0.1))
    tail = through(effect, np.zeros((2, 2 * RATE_HZ), np.float32), 128)[:, -4800:]
    assert not np.any((np.abs(tail) > 0) & (np.abs(tail) < 1.2e-38))


@pytest.mark.parametrize("name", NAMES)
def test_an_effect_says_what_it_does_and_whom_it_follows(name):
    made = effects.make(name)
    first = (type(made).__doc__ or "").strip().split("\n")[0]
    assert first.endswith(".")
    assert len(first) > 15
    assert made.SOURCE
    assert made.parameters[-1].name == "bypass"


def test_a_wrong_name_or_value_is_an_error_that_names_the_nearest():
    with pytest.raises(ValueError, match="did you mean 'limiter'"):
        effects.make("limitter")
    with pytest.raises(ValueError, match="did you mean 'cutoff_hz'"):
        effects.make("lowpass", cutof_hz=100)
    with pytest.raises(ValueError, match="the nearest is 40"):
        effects.make("lowpass", cutoff_hz=1)
    with pytest.raises(ValueError, match="did you mean 'on'"):
        effects.make("lowpass", bypass="onn")
    with pytest.raises(ValueError, match="cannot be 'loud'"):
        effects.make("gain", gain_db="loud")
    with pytest.raises(ValueError, match="give a number from -80 to 40 dB"):
        effects.make("gain", gain_db=10**400)
    with pytest.raises(ValueError, match="there is no effect 'None'"):
        effects.make(None)


WRONG = {
    "one row": np.zeros((1, 64), np.float32),
    "three rows": np.zeros((3, 64), np.float32),
    "frames first": np.zeros((64, 2), np.float32),
    "no rows": np.zeros(64, np.float32),
    "doubles": np.zeros((2, 64)),
    "whole numbers": np.zeros((2, 64), np.int16),
    "other end first": np.zeros((2, 64), ">f4"),
    "every second frame": np.zeros((2, 128), np.float32)[:, ::2],
    "turned": np.zeros((64, 2), np.float32).T,
    "read only": np.frombuffer(bytes(512), np.float32).reshape(2, 64),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_block_of_another_make_is_refused(what):
    with pytest.raises(ValueError, match=r"2 rows of float32|C-contiguous|read-only"):
        effects.make("lowpass").process(WRONG[what])


@pytest.mark.parametrize("name", NAMES)
def test_a_block_of_no_frames_is_nothing(name):
    effect, other = effects.make(name), effects.make(name)
    effect.process(np.zeros((2, 0), np.float32))
    sound = _music(0.02)
    assert np.array_equal(through(effect, sound), through(other, sound))


def test_a_table_reads_as_a_mapping_and_by_name():
    for table in effects.catalogue():
        assert table["name"] == table.name == dict(table)["name"]
    assert len({table.name for table in effects.catalogue()}) == len(NAMES)
