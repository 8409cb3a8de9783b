import numpy as np
import pytest

from cext import voices
from tests.cext.sound import RATE_HZ, db, octave_levels, rms, voiced

BANDS_HZ = [63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0]
SLOPES_DB = {"white": 0.0, "pink": -3.0103, "brown": -6.0206, "blue": 3.0103, "violet": 6.0206}


def _distortion_db(sound, frequency_hz):
    """What remains of a tone after the best-fitting pure tone is taken away, relative to it."""
    turns = 2 * np.pi * frequency_hz * np.arange(len(sound)) / RATE_HZ
    basis = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    weights, *_ = np.linalg.lstsq(basis, sound, rcond=None)
    return db(rms(sound - basis @ weights) / rms(sound))


def test_sine_is_purer_than_140_db():
    sound = voiced(voices.make("sine", level=0.9, frequency_hz=220.37), 4)
    assert _distortion_db(sound[0], 220.37) <= -140


def test_the_measure_of_purity_sees_a_thousandth_of_a_harmonic():
    turns = 2 * np.pi * 220.37 * np.arange(RATE_HZ) / RATE_HZ
    assert _distortion_db(np.sin(turns) + 1e-5 * np.sin(2 * turns), 220.37) > -101


def test_sine_keeps_its_frequency_without_drift():
    # A drift of a hundredth of a microhertz would turn the phase by 6e-8 in one second.
    voice = voices.make("sine", level=1.0, frequency_hz=441.0)
    late = voiced(voice, 120)[0][-RATE_HZ:]
    ideal = np.sin(2 * np.pi * 441.0 * np.arange(119 * RATE_HZ, 120 * RATE_HZ) / RATE_HZ)
    assert np.abs(late - ideal).max() < 2e-7


@pytest.mark.parametrize(("name", "slope_db"), SLOPES_DB.items())
def test_noise_has_the_slope_of_its_colour(name, slope_db):
    sound = voiced(voices.make(name, level=1.0), 60)[0]
    levels = octave_levels(sound, BANDS_HZ)
    expected = slope_db * np.log2(np.array(BANDS_HZ) / 1000.0)
    error = levels - expected - (levels - expected).mean()
    assert np.abs(error).max() < 0.3


@pytest.mark.parametrize("name", [*SLOPES_DB, "grey"])
def test_noises_of_all_colours_are_equally_loud_and_differ_between_the_ears(name):
    sound = voiced(voices.make(name, level=1.0), 20)
    assert 0.16 < rms(sound) < 0.24
    assert abs(np.corrcoef(sound)[0, 1]) < 0.1


def test_pad_is_band_limited_and_has_no_click():
    sound = voiced(voices.make("pad", level=1.0, root_hz=440.0, brightness=1.0), 6)[0]
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    # Below the lowest strand nothing belongs there; aliases of a raw saw would fill it.
    assert db(spectrum[(hz > 40) & (hz < 400)].max() / spectrum.max()) < -75
    # The steepest thing in a bright saw chord; a click would be a step many times the ordinary.
    steps = np.abs(np.diff(sound))
    assert steps.max() < 12 * rms(steps)


def test_pad_moves_slowly_and_is_wide():
    sound = voiced(voices.make("pad", level=1.0), 30)
    per_second = [rms(sound[:, s * RATE_HZ : (s + 1) * RATE_HZ]) for s in range(30)]
    assert 0.08 < min(per_second) < max(per_second) < 0.35
    assert np.corrcoef(sound)[0, 1] < 0.9


def test_swell_is_brighter_when_it_is_louder():
    def centre_hz(level):
        sound = voiced(voices.make("swell", level=level, air=1.0), 6)[0]
        power = np.abs(np.fft.rfft(sound)) ** 2
        return float((power * np.fft.rfftfreq(len(sound), 1 / RATE_HZ)).sum() / power.sum())

    assert centre_hz(1.0) > 1.5 * centre_hz(0.1)


def test_catalogue_rows_are_within_their_own_limits():
    for name, rows in voices.catalogue().items():
        for row in rows:
            assert row.minimum <= row.default <= row.maximum, (name, row)
            assert row.curve in ("linear", "log")
            assert row.curve == "linear" or row.minimum > 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sin", {}), "did you mean 'sine'"),
        (("sine", {"frequency": 100.0}), "did you mean 'frequency_hz'"),
        (("sine", {"frequency_hz": 1.0}), "the nearest is 20"),
        (("sine", {"level": float("nan")}), "cannot be NaN"),
    ],
)
def test_what_cannot_be_made_says_what_could(arguments, words):
    with pytest.raises(ValueError, match=words):
        voices.make(arguments[0], **arguments[1])


def test_a_rate_no_sound_card_has_is_refused():
    with pytest.raises(ValueError, match="rate"):
        voices.make("sine", 0.0)
