import numpy as np
import pytest

from cext import effects
from cext.loudness import Meter
from tests.cext.sound import RATE_HZ, through

METERS = [
    "level_meter",
    "correlation_meter",
    "spectrum_analyser",
    "loudness_meter",
    "true_peak_meter",
    "tuner",
]


def _sine(frequency_hz, level_db=0.0, seconds=1.5, phase=0.0):
    turns = frequency_hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    return 10 ** (level_db / 20) * np.sin(2 * np.pi * (turns + phase))


def _read(name, left, right=None, block=4096):
    effect = effects.make(name)
    through(effect, np.stack([left, left if right is None else right]).astype(np.float32), block)
    return effect.readings()


@pytest.mark.parametrize("name", METERS)
def test_a_meter_lets_the_sound_pass_and_reads_the_same_however_it_is_cut(name):
    noise = np.random.default_rng(2).uniform(-0.5, 0.5, (2, 20_000)).astype(np.float32)
    effect = effects.make(name)
    assert np.array_equal(through(effect, noise, 1000), noise)
    whole = effect.readings()
    for block in (64, 137):
        other = _read(name, *noise, block=block)
        assert other == pytest.approx(whole, abs=1e-9)


def test_the_level_meter_reads_a_sine_as_its_peak_on_both_scales():
    read = _read("level_meter", _sine(997, -12), _sine(997, -20))
    assert read["rms_left_dbfs"] == pytest.approx(-12, abs=0.02)
    assert read["rms_right_dbfs"] == pytest.approx(-20, abs=0.02)
    assert read["peak_left_dbfs"] == pytest.approx(-12, abs=0.02)
    assert read["highest_dbfs"] == pytest.approx(-12, abs=0.01)
    assert read["crest_db"] == pytest.approx(3.01, abs=0.03)
    assert read["full_scale_frames"] == 0


def test_the_level_meter_falls_20_db_in_its_time_and_counts_full_scale():
    sound = np.concatenate(([1.0, -1.0, 1.0], np.zeros(round(1.7 * RATE_HZ))))
    read = _read("level_meter", sound)
    assert read["peak_left_dbfs"] == pytest.approx(-20, abs=0.05)
    assert read["highest_dbfs"] == 0.0
    assert read["full_scale_frames"] == 3


def test_the_level_meter_sees_an_offset():
    assert _read("level_meter", 0.1 + 0 * _sine(100))["offset_left"] == pytest.approx(0.1, rel=1e-4)


@pytest.mark.parametrize("degrees", [0, 45, 90, 120, 180])
def test_the_correlation_of_two_sines_is_the_cosine_of_their_phase(degrees):
    read = _read("correlation_meter", _sine(480, -6), _sine(480, -12, phase=degrees / 360))
    assert read["correlation"] == pytest.approx(np.cos(np.deg2rad(degrees)), abs=1e-3)
    assert read["balance_db"] == pytest.approx(-6, abs=0.01)


def test_independent_noise_in_the_two_ears_is_wide():
    left, right = np.random.default_rng(3).standard_normal((2, 2 * RATE_HZ)) * 0.1
    read = _read("correlation_meter", left, right)
    assert abs(read["correlation"]) < 0.03
    assert read["width_db"] == pytest.approx(0.0, abs=0.3)


@pytest.mark.parametrize("frequency_hz", [100.0, 1000.0, 10_000.0])
def test_the_analyser_finds_a_sine_in_its_third_octave_at_its_level(frequency_hz):
    read = _read("spectrum_analyser", _sine(frequency_hz, -20))
    assert read[f"{frequency_hz:g}_hz_dbfs"] == pytest.approx(-20, abs=0.6 if frequency_hz == 100 else 0.05)
    assert read[f"{2 * frequency_hz:g}_hz_dbfs"] < -65
    assert read["centroid_hz"] == pytest.approx(frequency_hz, rel=0.01)


def test_the_spectrum_of_white_noise_is_flat_and_adds_up_to_its_power():
    left, right = np.random.default_rng(4).standard_normal((2, 3 * RATE_HZ)) * [[0.1], [0.05]]
    effect = effects.make("spectrum_analyser")
    through(effect, np.stack([left, right]).astype(np.float32))
    hz, dbfs = effect.spectrum()
    assert hz[-1] == RATE_HZ / 2
    powers = 10 ** (dbfs / 10) / 2
    assert powers.sum(axis=1) == pytest.approx([0.01, 0.0025], rel=0.03)
    slope = powers[0, 100 : len(hz) // 2].mean() / powers[0, len(hz) // 2 :].mean()
    assert slope == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(
    "frequency_hz", [27.5, 41.2, 82.41, 110.0, 196.0, 440.0, 659.26, 1318.5, 2637.0, 4186.0]
)
def test_the_tuner_is_within_a_cent_for_rich_tones(frequency_hz):
    partials = range(1, 6 if frequency_hz < 3000 else 2)
    tone = sum(_sine(k * frequency_hz, -12 - 3 * k, 0.4, phase=0.1 * k * k) for k in partials)
    read = _read("tuner", tone)
    cents = 1200 * np.log2(read["frequency_hz"] / frequency_hz)
    assert abs(cents) < 1.0
    assert read["clarity"] > 0.95


def test_the_tuner_names_the_note_by_both_pitches_and_stays_silent_about_noise():
    read = _read("tuner", _sine(432.0, -6, 0.4))
    assert (read["midi_note"], read["midi_note_432"]) == (69, 69)
    assert read["cents"] == pytest.approx(1200 * np.log2(432 / 440), abs=1)
    assert read["cents_432"] == pytest.approx(0, abs=1)
    assert _read("tuner", np.random.default_rng(5).standard_normal(RATE_HZ) * 0.1)["clarity"] < 0.5
    assert _read("tuner", np.zeros(RATE_HZ))["frequency_hz"] == 0


def test_the_tuner_can_be_silent_while_tuning():
    out = through(effects.make("tuner", mute="on"), np.stack([_sine(440)] * 2).astype(np.float32))
    assert not out.any()


def test_the_loudness_meters_read_what_the_meter_itself_reads():
    noise = np.random.default_rng(6).standard_normal((2, 4 * RATE_HZ)).astype(np.float32) * 0.1
    meter = Meter(RATE_HZ, 2)
    meter.feed(noise)
    read = _read("loudness_meter", *noise) | _read("true_peak_meter", *noise)
    assert read["integrated_lufs"] == pytest.approx(meter.integrated_lufs, abs=1e-6)
    assert read["short_lufs"] == pytest.approx(meter.short_lufs, abs=1e-6)
    assert read["true_peak_dbtp"] == pytest.approx(meter.true_peak_dbtp, abs=1e-6)
