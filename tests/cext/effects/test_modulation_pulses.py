"""What pulses and walks: gains against their formulas, gates against the beat they share with light."""

import numpy as np
import pytest

from cext import effects
from cext.voices.entrainment import Isochronic
from tests.cext.effects.probe import RATE_HZ, gain_db, heard

ONES = np.ones((2, RATE_HZ // 2), np.float32)
FRAME = np.arange(ONES.shape[1])


def _wave(speed_hz, shape=0.0, ahead=0.0):
    sine = np.sin(2 * np.pi * (speed_hz * FRAME / RATE_HZ + ahead))
    k = 1 + 19 * shape**2
    return k * sine / np.sqrt(1 + (k * k - 1) * sine**2)


@pytest.mark.parametrize("shape", [0.0, 0.4])
def test_a_tremolo_is_its_formula_in_both_ears(shape):
    out = heard("tremolo", ONES, speed_hz=7, depth=0.8, shape=shape, spread=0.5)
    for ear in range(2):
        wanted = 1 - 0.8 * (0.5 - 0.5 * _wave(7, shape, 0.25 + 0.25 * ear))
        assert np.abs(out[ear] - wanted).max() < 2e-4


def test_an_auto_pan_keeps_its_power():
    out = heard("auto_pan", ONES, speed_hz=3, depth=1)
    assert out[0] ** 2 + out[1] ** 2 == pytest.approx(2, abs=1e-5)
    angle = np.pi / 4 * (1 + _wave(3))
    assert out[1] == pytest.approx(np.sqrt(2) * np.sin(angle), abs=1e-5)


def test_a_harmonic_tremolo_moves_bass_and_treble_by_turns():
    noise = np.random.default_rng(1).uniform(-1, 1, ONES.shape).astype(np.float32)
    out = heard("harmonic_tremolo", noise, speed_hz=4, depth=0.6, crossover_hz=700)
    share = 1 - np.exp(-2 * np.pi * 700 / RATE_HZ)
    low, bass = 0.0, np.empty(len(FRAME))
    for n, x in enumerate(noise[0].astype(np.float64)):
        low += share * (x - low)
        bass[n] = low
    wave = _wave(4, ahead=0.25)
    wanted = bass * (0.7 + 0.3 * wave) + (noise[0] - bass) * (0.7 - 0.3 * wave)
    assert gain_db(out[0] - wanted, wanted) < -100


def test_an_isochronic_gate_is_the_gate_of_the_isochronic_voice():
    """Frame for frame: music under the gate and a tone from the voice pulse together."""
    options = {"beat_hz": 7.3, "duty": 0.4, "edge": 0.2, "depth": 0.9}
    voice = Isochronic(RATE_HZ, level=1.0, carrier_hz=200.0, **options)
    plain = Isochronic(RATE_HZ, level=1.0, carrier_hz=200.0, **{**options, "depth": 0.0})
    pulsed, tone = np.zeros_like(ONES), np.zeros_like(ONES)
    voice.render(pulsed)
    plain.render(tone)
    effects.make("isochronic_gate", RATE_HZ, **options).process(tone)
    assert np.abs(tone - pulsed).max() < 1e-6


def test_an_isochronic_gate_still_beats_in_time_after_an_hour_of_frames():
    gate = effects.make("isochronic_gate", 8000, beat_hz=10)
    once = np.ones((2, 800), np.float32)
    gate.process(once)
    for _ in range(9):
        gate.process(np.ones((2, 8000), np.float32))
    gate.process(np.ones((2, 7200), np.float32))
    again = np.ones((2, 800), np.float32)
    gate.process(again)
    assert np.abs(again - once).max() < 1e-6


def test_no_edge_of_an_isochronic_gate_is_steeper_than_a_millisecond():
    out = heard("isochronic_gate", ONES, beat_hz=40, edge=0.01, duty=0.5)
    assert np.abs(np.diff(out[0])).max() <= np.pi / 2 / 48 * 1.01


def test_a_trance_gate_plays_its_steps_on_the_tempo():
    levels = {f"level_{k + 1}": k / 15 for k in range(16)}
    out = heard("trance_gate", ONES, tempo_bpm=150, step="1/32", attack_ms=1, release_ms=1, **levels)
    step = 60 / 150 / 8 * RATE_HZ
    for k in range(9):
        assert out[0, int((k + 0.5) * step)] == pytest.approx(k / 15, abs=1e-6)
    # Half an edge after the step begins it is halfway.
    assert out[0, int(5 * step) + 24] == pytest.approx(4.5 / 15, abs=1e-3)


def test_a_trance_gate_never_clicks():
    out = heard("trance_gate", ONES, tempo_bpm=240, step="1/32", attack_ms=1, release_ms=1)
    assert np.abs(np.diff(out[0])).max() <= 1.5 / 48 * 1.01
