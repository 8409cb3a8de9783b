import numpy as np
import pytest

from cext import effects
from tests.cext.effects.cookbook import heard
from tests.cext.sound import RATE_HZ, db, through

VOWELS = {"ah": (0.0, 730, 1090), "ee": (2.0, 270, 2290), "oo": (4.0, 300, 870)}


@pytest.mark.parametrize("vowel", VOWELS)
def test_a_vowel_has_its_first_two_formants(vowel):
    place, first_hz, second_hz = VOWELS[vowel]
    hz = np.arange(100.0, 2600.0, 5.0)
    level = np.abs(heard(effects.make("formant", vowel=place, sharpness=2.0), hz, 1 << 14))
    peaks = hz[1:-1][(level[1:-1] > level[:-2]) & (level[1:-1] > level[2:])]
    for formant_hz in (first_hz, second_hz):
        assert np.abs(peaks - formant_hz).min() < 0.03 * formant_hz


def test_a_smaller_throat_has_higher_formants():
    hz = np.arange(200.0, 2000.0, 5.0)
    low, high = (np.abs(heard(effects.make("formant", semitones=s), hz, 1 << 14)) for s in (0, 12))
    assert hz[np.argmax(high)] == pytest.approx(2 * hz[np.argmax(low)], rel=0.03)


@pytest.mark.parametrize(("pedal", "peak_hz"), [(0.0, 350.0), (0.5, 877.5), (1.0, 2200.0)])
def test_the_pedal_moves_its_peak_from_heel_to_toe(pedal, peak_hz):
    hz = np.geomspace(200, 4000, 400)
    level = np.abs(heard(effects.make("wah", pedal=pedal, mix=1.0), hz, 1 << 14))
    assert hz[np.argmax(level)] == pytest.approx(peak_hz, rel=0.01)
    assert db(level.max()) == pytest.approx(10 * np.log10(5.0), abs=0.02)


def _tone(level, hz, seconds=0.4):
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return np.tile(level * np.sin(2 * np.pi * hz * time_s), (2, 1)).astype(np.float32)


def test_a_loud_note_opens_the_auto_wah_by_its_range():
    # A square of full level holds the follower at 1, so the peak stands at 250 Hz times 2 to the range.
    made = effects.make("auto_wah", frequency_hz=250.0, range=2.0, sensitivity_db=0.0, q=8.0, mix=1.0)
    sound = np.ones((2, RATE_HZ // 2), np.float32)
    sound[:, ::2] = -1.0
    through(made, sound)
    # The same sound goes on with a little noise under it, so that the filter can be seen.
    noise = np.random.default_rng(1).standard_normal((2, RATE_HZ)) * 0.01
    out = through(made, (np.tile(sound, 2) + noise).astype(np.float32))[0]
    spectrum = np.abs(np.fft.rfft(out)) ** 2
    hz = np.fft.rfftfreq(len(out), 1 / RATE_HZ)
    bands = np.array(
        [spectrum[(hz > c / 1.05) & (hz < c * 1.05)].mean() for c in np.geomspace(250, 4000, 41)]
    )
    assert np.geomspace(250, 4000, 41)[np.argmax(bands)] == pytest.approx(1000.0, rel=0.08)


def test_the_follower_takes_its_attack_and_its_release():
    def gain(made, level):
        return db(np.abs(through(made, _tone(level, 2000.0, 0.002))[0][-24:]).max() / level)

    made = effects.make("auto_wah", attack_ms=1.0, release_ms=2000.0, sensitivity_db=12.0, mix=1.0)
    closed = gain(made, 1e-4)
    through(made, _tone(1.0, 2000.0, 0.1))
    opened = gain(made, 1e-4)
    through(made, _tone(1e-4, 2000.0, 6.0))
    assert opened > closed + 10
    assert gain(made, 1e-4) == pytest.approx(closed, abs=2.0)
