import numpy as np
import pytest

from cext import effects
from tests.cext.sound import RATE_HZ, through


def _tone(hz, seconds, right_turn=0.0):
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    turns = 2 * np.pi * hz * time_s
    return 0.3 * np.stack([np.sin(turns), np.sin(turns + 2 * np.pi * right_turn)]).astype(np.float32)


def _fit(sound, hz):
    """Complex amplitude of one tone in each ear, and the share of energy that it leaves, dB."""
    wave = np.exp(2j * np.pi * hz * np.arange(sound.shape[1]) / RATE_HZ)
    basis = np.stack([wave.real, wave.imag]).T
    parts = np.linalg.lstsq(basis, sound.T, rcond=None)[0]
    rest = sound.T - basis @ parts
    return parts[0] - 1j * parts[1], 10 * np.log10(np.mean(rest**2) / np.mean(sound**2))


@pytest.mark.parametrize("semitones", [-12.0, -7.0, -0.31, 4.0, 12.0, 19.0])
def test_a_tone_comes_out_at_exactly_its_new_pitch(semitones):
    out = through(effects.make("pitch_shift", semitones=semitones), _tone(443.7, 1.2))
    hz = 443.7 * 2 ** (semitones / 12)
    amplitude, rest_db = _fit(out[:, RATE_HZ // 2 : RATE_HZ], hz)
    assert rest_db < -60
    assert abs(amplitude[0]) == pytest.approx(0.3, rel=0.03)
    assert _fit(out[:, RATE_HZ // 2 : RATE_HZ], hz * 1.001)[1] > -30


def test_the_place_between_the_ears_stays():
    out = through(effects.make("pitch_shift", semitones=5), _tone(500.0, 1.0, right_turn=0.2))
    amplitude, _ = _fit(out[:, RATE_HZ // 2 : RATE_HZ], 500.0 * 2 ** (5 / 12))
    assert np.angle(amplitude[1] / amplitude[0]) / (2 * np.pi) == pytest.approx(0.2, abs=0.002)


@pytest.mark.parametrize("semitones", [-7.0, 4.0, 12.0])
def test_a_click_stays_a_click_at_its_moment(semitones):
    sound = 0.01 * _tone(300.0, 0.8)
    sound[:, 20_000:20_016] += np.hanning(16).astype(np.float32)
    effect = effects.make("pitch_shift", semitones=semitones)
    out = through(effect, np.pad(sound, ((0, 0), (0, effect.latency_frames))))[0, effect.latency_frames :]
    energy = out**2
    assert energy[19_760:20_260].sum() > 0.95 * energy.sum()


def test_every_partial_of_a_chord_moves_and_none_is_left_behind():
    chord = sum(_tone(hz, 1.2) for hz in (220.0, 277.18, 329.63, 1318.5)) / 4
    out = through(effects.make("pitch_shift", semitones=7), chord.astype(np.float32))
    cut = out[0, RATE_HZ // 4 : RATE_HZ // 4 + 40_960] * np.blackman(40_960)
    level = np.abs(np.fft.rfft(cut))
    hz = np.fft.rfftfreq(40_960, 1 / RATE_HZ)
    is_off = np.ones(len(hz), bool)
    for base in (220.0, 277.18, 329.63, 1318.5):
        near = np.abs(hz - base * 2 ** (7 / 12)) < 5
        is_off &= ~near
        assert level[near].max() > 0.05 * level.max()
    assert 10 * np.log10((level[is_off] ** 2).sum() / (level**2).sum()) < -50
