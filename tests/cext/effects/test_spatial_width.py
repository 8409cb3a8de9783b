"""Width: sides lifted, an ear late, ears made strangers, bass in the middle."""

import numpy as np
import pytest

from cext import effects
from tests.cext.sound import RATE_HZ, db, octave_levels, rms, through


def _noise(seconds=0.5, seed=1):
    return (0.2 * np.random.default_rng(seed).standard_normal((2, int(seconds * RATE_HZ)))).astype(np.float32)


def _side_response(name, hz, **values):
    click = np.zeros((2, 16_384), np.float32)
    click[0, 0], click[1, 0] = 1.0, -1.0
    out = through(effects.make(name, **values), click)
    side = (out[0] - out[1]) / 2
    return np.exp(-2j * np.pi * np.outer(hz, np.arange(len(side))) / RATE_HZ) @ side


def test_the_sides_are_wider_above_the_corner_only():
    hz = np.geomspace(30, 15_000, 30)
    pole = np.exp(-2 * np.pi * 300 / RATE_HZ)
    low = (1 - pole) / (1 - pole * np.exp(-2j * np.pi * hz / RATE_HZ))
    found = _side_response("widener", hz, width=2.0, corner_hz=300.0, spread=0.0)
    assert np.abs(found - (1 + (1 - low))).max() < 1e-4


def test_mono_hears_nothing_of_the_widening():
    sound = _noise()
    out = through(effects.make("widener", width=2.5, spread=1.0), sound)
    assert np.abs(out.sum(axis=0) - sound.sum(axis=0)).max() < 1e-5


def test_spread_makes_sides_from_a_mono_sound_that_hold_as_much_as_it_says():
    sound = _noise(2.0)
    sound[1] = sound[0]
    out = through(effects.make("widener", width=1.0, spread=0.5), sound)
    side = (out[0] - out[1]) / 2
    assert db(rms(side[RATE_HZ:]) / rms(sound[0, RATE_HZ:])) == pytest.approx(db(0.5), abs=0.3)


@pytest.mark.parametrize("side", ["left", "right"])
def test_the_late_ear_is_late_and_the_other_is_not(side):
    sound = _noise()
    out = through(effects.make("haas", delay_ms=10.0, level_db=0.0, side=side), sound)
    late, prompt = (0, 1) if side == "left" else (1, 0)
    assert np.array_equal(out[prompt], sound[prompt])
    assert np.abs(out[late, 480:] - sound[late, :-480]).max() < 1e-6


def test_a_delay_between_frames_is_a_delay_between_frames():
    time_s = np.arange(RATE_HZ // 4) / RATE_HZ
    sound = np.tile(np.sin(2 * np.pi * 1000 * time_s), (2, 1)).astype(np.float32)
    out = through(effects.make("haas", delay_ms=7.003, level_db=-6.0), sound)[1]
    ideal = 10 ** (-6 / 20) * np.sin(2 * np.pi * 1000 * (time_s - 0.007003))
    assert np.abs(out - ideal)[1000:].max() < 1e-4


def test_strangers_keep_their_tone_and_their_power():
    sound = _noise(6.0)
    sound[1] = sound[0]
    out = through(effects.make("decorrelator", amount=1.0), sound)
    assert abs(np.corrcoef(out)[0, 1]) < 0.3
    for ear in range(2):
        assert db(rms(out[ear]) / rms(sound[ear])) == pytest.approx(0.0, abs=0.5)
        centres = [250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0]
        change = octave_levels(out[ear], centres) - octave_levels(sound[ear].astype(np.float64), centres)
        assert np.abs(change).max() < 4.0


def test_a_longer_cloud_reaches_further():
    click = np.zeros((2, 6000), np.float32)
    click[:, 0] = 1.0
    for length_ms in (10.0, 50.0):
        out = through(effects.make("decorrelator", amount=1.0, length_ms=length_ms), click)[0]
        heard = np.flatnonzero(np.abs(out) > 1e-9)
        assert len(heard) == 30
        assert 29 / 30 * length_ms * 48 - 1 <= heard[-1] <= length_ms * 48


def test_the_bass_goes_to_the_middle_by_48_db_two_octaves_down():
    hz = np.array([30.0, 120.0, 480.0, 2000.0])
    found = 20 * np.log10(np.abs(_side_response("bass_mono", hz, corner_hz=120.0)))
    ratio = hz / 120.0
    ideal = 20 * np.log10(ratio**4 / (1 + ratio**4))
    assert np.abs(found - ideal).max() < 0.05


def test_the_middle_passes_the_crossover_untouched_but_for_its_phase():
    click = np.zeros((2, 32_768), np.float32)
    click[:, 0] = 1.0
    out = through(effects.make("bass_mono", corner_hz=120.0), click)
    assert np.array_equal(out[0], out[1])
    level = 20 * np.log10(np.abs(np.fft.rfft(out[0]))[20:15_000])
    assert np.abs(level).max() < 1e-3


def test_bass_width_gives_the_side_its_bass_back():
    hz = np.array([40.0, 120.0, 1000.0])
    assert np.abs(np.abs(_side_response("bass_mono", hz, bass_width=1.0)) - 1).max() < 1e-4
