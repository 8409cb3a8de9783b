"""What every voice promises: its samples depend on nothing but its table, its seed and its frame."""

import numpy as np
import pytest

from cext import voices
from tests.cext.instruments import PLAYERS, made
from tests.cext.sound import RATE_HZ, db, rms, voiced

NAMES = list(voices.VOICES)


def _values(voice, share):
    """Every parameter at this share of its span, but for the level."""
    return {row.name: row.minimum + share * (row.maximum - row.minimum) for row in voice.PARAMETERS[1:]}


@pytest.mark.parametrize("name", NAMES)
def test_a_voice_does_not_depend_on_how_time_is_cut(name):
    def sung(size):
        voice = made(name)
        first = voiced(voice, 0.0201, size)
        voice.set("level", 0.2)
        last = voice.parameters[-1]
        voice.set(last.name, (last.minimum + last.maximum) / 2)
        return np.concatenate((first, voiced(voice, 0.03, size)), axis=1)

    whole = sung(1000)
    for block in (1, 64, 128, 256):
        assert np.array_equal(sung(block), whole), block


@pytest.mark.parametrize("name", NAMES)
def test_a_voice_sounds_and_stays_finite_at_every_corner_of_its_table(name):
    assert rms(voiced(made(name, level=1.0), 0.5)) > 0.005
    for share in (0.0, 0.5, 1.0):
        for rate_hz in (8_000, 192_000):
            voice = made(name, rate_hz, level=1.0, **_values(voices.VOICES[name], share))
            sound = voiced(voice, 0.05)
            assert np.isfinite(sound).all(), (share, rate_hz)
            assert np.abs(sound).max() < 4.0, (share, rate_hz)


@pytest.mark.parametrize("name", NAMES)
def test_a_voice_begins_again_after_a_reset(name):
    voice = made(name)
    once = voiced(voice, 0.1)
    voiced(voice, 0.0123)
    voice.reset()
    assert np.array_equal(voiced(voice, 0.1), once)


@pytest.mark.parametrize("name", NAMES)
def test_a_silent_voice_is_silent(name):
    assert not voiced(made(name, level=0.0), 0.05).any()


@pytest.mark.parametrize(
    "name", ["white", "pink", "brown", "blue", "violet", "grey", "rain", "ocean", "wind", "pluck"]
)
def test_chance_repeats_with_its_seed_and_only_with_it(name):
    once, again, other = (voiced(made(name, seed=seed), 0.2) for seed in (7, 7, 8))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, other)


def _off_tone_db(sound):
    """Energy more than 150 Hz away from 997 Hz, relative to all of it."""
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    return db(np.sqrt(power[np.abs(hz - 997) > 150].sum() / power.sum()))


def test_a_turned_level_is_as_quiet_as_an_ideal_ramp():
    frames, block = RATE_HZ // 2, 128
    voice = voices.make("sine", level=0.2, frequency_hz=997.0)
    parts = []
    for start in range(0, frames, block):
        voice.set("level", 0.2 + 0.6 * min((start + block) / frames, 1.0))
        parts.append(voiced(voice, block / RATE_HZ))
    ideal = (0.2 + 0.6 * np.arange(frames) / frames) * np.sin(2 * np.pi * 997 * np.arange(frames) / RATE_HZ)
    stepped = np.repeat(0.2 + 0.6 * np.arange(frames // block) / (frames // block), block)
    assert _off_tone_db(np.concatenate(parts, axis=1)[0]) < _off_tone_db(ideal) + 3
    # The control: a level set once a block without a ramp is heard.
    assert _off_tone_db(stepped * np.sin(2 * np.pi * 997 * np.arange(len(stepped)) / RATE_HZ)) > -80


@pytest.mark.parametrize("name", PLAYERS)
@pytest.mark.parametrize(
    ("sound", "words"),
    [
        (None, "needs something to play"),
        (np.zeros((3, 100), np.float32), "shape"),
        (np.zeros(2, np.float32), "4 frames or more"),
        (np.full(100, np.nan, np.float32), "NaN"),
    ],
)
def test_what_cannot_be_played_is_refused(name, sound, words):
    with pytest.raises(ValueError, match=words):
        voices.make(name, sound=sound)
