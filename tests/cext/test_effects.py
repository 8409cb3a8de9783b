import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cext import effects
from tests.cext.effects.rooms import octave, t60_s
from tests.cext.sound import RATE_HZ, db, rms, through

CEILING = 10 ** (-1 / 20)


def _noise(seconds, level=0.5, seed=1):
    return np.random.default_rng(seed).uniform(-level, level, (2, int(seconds * RATE_HZ))).astype(np.float32)


def _impulse(seconds):
    sound = np.zeros((2, int(seconds * RATE_HZ)), np.float32)
    sound[:, 0] = 1.0
    return sound


@pytest.mark.parametrize("cutoff_hz", [200.0, 1000.0, 5000.0])
def test_lowpass_is_3_db_down_at_its_cutoff_and_falls_12_db_an_octave(cutoff_hz):
    answer = np.abs(np.fft.rfft(through(effects.make("lowpass", cutoff_hz=cutoff_hz), _impulse(1))[0]))
    assert db(answer[round(cutoff_hz)]) == pytest.approx(-3.01, abs=0.05)
    assert db(answer[10]) == pytest.approx(0.0, abs=0.01)
    assert db(answer[round(2 * cutoff_hz)]) < -12.0


@settings(max_examples=40, deadline=None)
@given(
    level=st.floats(0.0, 100.0),
    drive_db=st.floats(0.0, 24.0),
    release_ms=st.floats(10.0, 1000.0),
    frequency_hz=st.floats(20.0, 20_000.0),
    bursts=st.integers(1, 50),
    seed=st.integers(0, 1000),
)
def test_limiter_never_exceeds_its_ceiling(level, drive_db, release_ms, frequency_hz, bursts, seed):
    time_s = np.arange(9600) / RATE_HZ
    gate = (np.arange(9600) // (9600 // bursts + 1)) % 2
    sound = level * gate * np.sin(2 * np.pi * frequency_hz * time_s) + _noise(0.2, level, seed)
    limiter = effects.make("limiter", drive_db=drive_db, release_ms=release_ms)
    assert np.abs(through(limiter, sound.astype(np.float32), 333)).max() <= CEILING


def test_limiter_leaves_quiet_sound_alone_but_for_its_latency():
    limiter = effects.make("limiter")
    sound = _noise(0.1, 0.8)
    late = limiter.latency_frames
    assert np.array_equal(through(limiter, sound)[:, late:], sound[:, :-late].astype(np.float64))


def test_limiter_is_down_before_the_peak_comes_and_does_not_step():
    tone = 0.5 * np.sin(2 * np.pi * 100 * np.arange(9600) / RATE_HZ)
    sound = np.stack([tone, tone]).astype(np.float32)
    sound[:, 4800] = 8.0
    out = through(effects.make("limiter"), sound)[0]
    gain = out[4800:4863] / tone[4736:4799]
    assert np.abs(np.diff(gain[np.isfinite(gain) & (np.abs(tone[4736:4799]) > 0.05)])).max() < 0.05


@pytest.mark.parametrize("decay_s", [0.8, 2.0, 4.0])
def test_reverb_falls_by_60_db_in_its_decay_time(decay_s):
    tail = through(effects.make("reverb", mix=1.0, decay_s=decay_s, damping=0.0), _impulse(decay_s * 1.3))[0]
    assert t60_s(octave(tail, 1000.0)) == pytest.approx(decay_s, rel=0.08)


def test_reverb_is_dense_within_60_ms_and_differs_between_the_ears():
    tail = through(effects.make("reverb", mix=1.0, decay_s=4.0), _impulse(1))
    window = tail[:, int(0.15 * RATE_HZ) : int(0.35 * RATE_HZ)]
    # Dense: about a third of the samples lie outside one standard deviation, as in noise
    # (J. Abel and P. Huang, AES 121 (2006) 6985).
    share = np.mean(np.abs(window[0]) > window[0].std()) / 0.3173
    assert share > 0.75
    assert abs(np.corrcoef(window)[0, 1]) < 0.4


def test_reverb_stays_stable_at_its_longest_decay():
    room = effects.make("reverb", mix=1.0, decay_s=20.0, damping=0.0)
    loud = rms(through(room, _noise(2, 0.3))[:, -RATE_HZ:])
    later = rms(through(room, np.zeros((2, 4 * RATE_HZ), np.float32))[:, -RATE_HZ:])
    assert later < loud


def test_silence_behind_a_reverb_does_not_end_in_denormals():
    room = effects.make("reverb", mix=1.0, decay_s=0.2)
    through(room, _noise(0.1))
    tail = through(room, np.zeros((2, 8 * RATE_HZ), np.float32))[:, -4800:]
    assert not np.any((np.abs(tail) > 0) & (np.abs(tail) < 1.2e-38))
