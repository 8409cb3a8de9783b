"""Iron, telephone lines and what else lies between a sound and its listener."""

import numpy as np
import pytest

from cext import effects
from cext.effects.distortion.telephony import said_again
from tests.cext.effects.test_distortion_curves import bent, spectrum_db
from tests.cext.sound import RATE_HZ, db, rms, through


def _tone(hz, seconds=1.0, level=0.5):
    row = level * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)
    return np.array([row, row], np.float32)


def test_iron_bends_the_bass_and_leaves_the_treble():
    low = spectrum_db("transformer", 50, 0.5, asymmetry=0.0)
    high = spectrum_db("transformer", 3000, 0.5, asymmetry=0.0)
    assert low[150] > -25
    assert high[9000] < -75
    assert low[100] < -90


def test_iron_that_leans_adds_even_harmonics():
    assert spectrum_db("transformer", 50, 0.5, asymmetry=0.5)[100] > -40


def test_quiet_sound_passes_the_iron_unbent():
    x, y = bent("transformer", 997.0, 0.001, drive_db=0.0, asymmetry=0.0)
    assert rms((y - x)[4000:]) < 1e-3 * rms(x[4000:])


def test_iron_takes_what_tanh_takes_from_the_flux():
    drive, core_hz = 10 ** (12 / 20), 80.0
    x, y = bent("transformer", 40.0, 0.9, drive_db=12.0, core_hz=core_hz, asymmetry=0.0)
    keep = 1 - np.exp(-2 * np.pi * core_hz / RATE_HZ)
    flux, now = np.empty_like(x), 0.0
    for j, sample in enumerate(x):
        now += keep * (sample - now)
        flux[j] = now
    ideal = x + np.tanh(drive * flux) / drive - flux
    # The blocker of direct current turns what is added by seven degrees at 40 Hz.
    assert rms((y - ideal)[9600:]) < 0.15 * rms((ideal - x)[9600:])


def test_mu_law_has_its_256_levels_and_is_finest_at_rest():
    levels = np.unique(said_again("mu_law", list(np.linspace(-1, 1, 60_001))))
    assert len(levels) in (255, 256)
    gaps = np.diff(levels[levels >= 0]) * 8159
    assert gaps.min() == pytest.approx(2, abs=0.01)
    assert gaps.max() == pytest.approx(256, abs=0.5)


@pytest.mark.parametrize("kind", ["mu_law", "a_law"])
def test_the_laws_keep_the_same_distance_from_loud_and_from_quiet(kind):
    # G.712 asks for 33 dB between tone and error from full scale down to -30 dB.
    for level in (0.9, 0.3, 0.1, 0.04):
        tone = level * np.sin(0.7 * np.arange(4000))
        error = np.array(said_again(kind, list(tone))) - tone
        assert db(rms(tone) / rms(error)) > 33.0


def test_a_law_has_256_levels_and_never_silence():
    levels = np.unique(said_again("a_law", list(np.linspace(-1, 1, 60_001))))
    assert len(levels) == 256
    assert np.abs(levels).min() > 0


def test_the_adaptive_code_follows_a_tone_in_four_bits():
    tone = 0.5 * np.sin(0.2 * np.arange(4000))
    error = (np.array(said_again("adpcm", list(tone))) - tone)[200:]
    assert db(rms(tone) / rms(error)) > 20.0


def test_the_line_carries_300_to_3400_hz():
    def gain_db(hz):
        sound = _tone(hz)
        return db(rms(through(effects.make("codec"), sound)[0, 9600:]) / rms(sound[0]))

    assert gain_db(1000) == pytest.approx(0.0, abs=0.7)
    assert gain_db(300) == pytest.approx(-3.0, abs=0.5)
    assert gain_db(60) < -20
    assert gain_db(7000) < -35


_CLEAN = {"wear": 0.0, "noise_dbfs": -120.0, "treble_hz": 20_000.0}


def test_a_record_sways_by_its_percent_at_33_turns_a_minute():
    out = through(effects.make("vinyl", wow_percent=1.0, **_CLEAN), _tone(1000.0, 4.0))[0]
    spectrum = np.fft.fft(out * np.hanning(len(out)))
    spectrum[len(out) // 2 :] = 0
    phase = np.unwrap(np.angle(np.fft.ifft(spectrum)))[RATE_HZ // 2 : -RATE_HZ // 2]
    pitch = np.diff(phase) * RATE_HZ / (2 * np.pi) / 1000.0 - 1.0
    assert np.abs(pitch).max() == pytest.approx(0.01, rel=0.02)
    turns = np.arange(len(pitch)) * (100 / 180) / RATE_HZ
    fit = np.abs(np.mean(pitch[: int(RATE_HZ * 1.8)] * np.exp(-2j * np.pi * turns[: int(RATE_HZ * 1.8)])))
    assert fit == pytest.approx(0.005, rel=0.02)


def test_a_record_has_no_bass_at_the_sides_and_all_of_it_in_the_middle():
    sound = _tone(40.0)
    middle = through(effects.make("vinyl", wow_percent=0.0, **_CLEAN), sound)
    assert db(rms(middle[0, 4800:]) / rms(sound[0, 4800:])) == pytest.approx(0.0, abs=0.1)
    sound[1] *= -1
    side = through(effects.make("vinyl", wow_percent=0.0, **_CLEAN), sound)
    assert db(rms(side[0, 4800:]) / rms(sound[0, 4800:])) < -20


def test_wear_counts_clicks_a_second():
    silence = np.zeros((2, 4 * RATE_HZ), np.float32)
    out = through(effects.make("vinyl", wear=1.0, noise_dbfs=-120.0, treble_hz=20_000.0), silence)[0]
    loud = np.flatnonzero(np.abs(out) > 1e-3)
    assert 100 < 1 + np.count_nonzero(np.diff(loud) > 100) < 165
    still = through(effects.make("vinyl", wear=0.0, noise_dbfs=-120.0), silence)
    assert np.abs(still).max() < 1e-5


def test_the_hiss_is_as_loud_as_it_says():
    silence = np.zeros((2, RATE_HZ), np.float32)
    out = through(effects.make("vinyl", wear=0.0, noise_dbfs=-50.0, treble_hz=20_000.0), silence)
    assert db(rms(out[0])) == pytest.approx(-50.0, abs=1.0)
    assert abs(np.corrcoef(out)[0, 1]) < 0.02
