"""Curves at a raised rate: their filters, their shapes against 64-bit formulas, and what folds back."""

import numpy as np
import pytest

from cext import effects
from cext.effects.distortion._oversample import Oversampler
from tests.cext.sound import RATE_HZ, through


def _tone(hz, seconds=0.5, level=1.0):
    row = level * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)
    return np.array([row, row], np.float32)


def bent(name, hz=40.0, level=0.9, **parameters):
    """A slow tone and what became of it, aligned; slow enough that every overtone passes the filters."""
    effect = effects.make(name, **parameters)
    sound = _tone(hz, 0.5, level)
    out = through(effect, sound)[0]
    return sound[0, : -effect.latency_frames or None].astype(np.float64), out[effect.latency_frames :]


def spectrum_db(name, hz, level=1.0, **parameters):
    """One second of a whole number of hertz after the effect has settled: decibels, one bin a hertz."""
    out = through(effects.make(name, **parameters), _tone(hz, 1.2, level))[0, -RATE_HZ:]
    power = np.abs(np.fft.rfft(out)) ** 2
    return 10 * np.log10(power / power[round(hz)] + 1e-30)


def alias_db(name, hz, **parameters):
    """All that is at no multiple of the tone, against the tone."""
    power = 10 ** (spectrum_db(name, hz, **parameters) / 10)
    power[:: round(hz)] = 0.0
    return 10 * np.log10(power[6:].sum())


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_the_way_up_and_down_is_flat_and_exactly_as_late_as_it_says(factor):
    raised = Oversampler(factor)
    click = np.zeros((2, 4096), np.float32)
    click[:, 100] = 1.0
    raised.there_and_back(click)
    hz = np.fft.rfftfreq(4096, 1 / RATE_HZ)
    turned = np.exp(2j * np.pi * hz * (100 + raised.latency_frames) / RATE_HZ)
    response = np.fft.rfft(click[0].astype(np.float64)) * turned
    heard = hz <= 20_000
    assert np.abs(20 * np.log10(np.abs(response[heard]))).max() < 0.02
    assert np.abs(np.angle(response[heard])).max() < 1e-5
    assert np.array_equal(click[0], click[1])


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_the_way_up_and_down_does_not_depend_on_how_time_is_cut(factor):
    sound = np.random.default_rng(1).standard_normal((2, 1000)).astype(np.float32)
    whole = sound.copy()
    Oversampler(factor).there_and_back(whole)
    for size in (1, 7, 63, 64):
        raised = Oversampler(factor)
        parts = [np.ascontiguousarray(sound[:, start : start + size]) for start in range(0, 1000, size)]
        for part in parts:
            raised.there_and_back(part)
        assert np.array_equal(np.concatenate(parts, axis=1), whole)


def test_a_rate_is_raised_two_four_or_eight_times():
    with pytest.raises(ValueError, match="not 3"):
        Oversampler(3)


def test_overdrive_is_a_hyperbolic_tangent():
    x, y = bent("overdrive", drive_db=12.0)
    assert np.abs(y - np.tanh(10 ** (12 / 20) * x))[500:].max() < 6e-4
    x, y = bent("overdrive", level=0.001, drive_db=0.0)
    assert np.abs(y - np.tanh(x))[500:].max() < 1e-6


def test_overdrive_folds_back_less_than_70_db_below_a_tone_of_5_khz_at_24_db():
    assert alias_db("overdrive", 5003, drive_db=24.0) < -70.0
    assert alias_db("overdrive", 1249, drive_db=24.0) < -100.0


def test_the_measure_of_aliases_sees_a_plain_curve():
    tone = np.tanh(10 ** (24 / 20) * _tone(5003, 1.0)[0].astype(np.float64))
    power = np.abs(np.fft.rfft(tone)) ** 2
    tone_power = power[5003]
    power[::5003] = 0.0
    assert 10 * np.log10(power[6:].sum() / tone_power) > -15.0


def test_level_and_mix_stand_behind_the_curve():
    x, y = bent("overdrive", drive_db=12.0, level_db=-6.0, mix=0.25)
    ideal = 0.25 * 10 ** (-6 / 20) * np.tanh(10 ** (12 / 20) * x) + 0.75 * x
    assert np.abs(y - ideal)[500:].max() < 3e-4


def test_a_turning_drive_does_not_step():
    effect = effects.make("overdrive", drive_db=0.0)
    sound = _tone(997, 0.5, 0.01)
    through(effect, sound)
    effect.set("drive_db", 12.0)
    out = through(effect, sound)[0]
    spectrum = np.abs(np.fft.rfft(out[:4096] * np.blackman(4096)))
    hz = np.fft.rfftfreq(4096, 1 / RATE_HZ)
    assert spectrum[np.abs(hz - 997) > 1500].max() < 10 ** (-75 / 20) * spectrum.max()


def test_the_folder_has_the_five_cells_of_the_buchla_259():
    x, y = bent("wavefolder", 200.0, 1.0, drive_db=14.0)
    # The mean over a line between two samples of the raised rate is half of one late.
    v = 10 ** (14 / 20) * np.sin(2 * np.pi * 200 * (np.arange(len(x)) / RATE_HZ - 1 / (16 * RATE_HZ)))
    cells = [(-12.0, 0.8333, 0.6), (-27.777, 0.3768, 2.994), (-21.428, 0.2829, 5.46)]
    cells += [(17.647, 0.5743, 1.8), (36.363, 0.2673, 4.08)]
    ideal = v + sum(w * s * np.sign(v) * np.maximum(np.abs(v) - edge, 0) for w, s, edge in cells) / 5
    # Corners ring at the edge of hearing: compare below it.
    keep = np.fft.rfftfreq(len(x), 1 / RATE_HZ) < 8000
    error = np.fft.irfft(np.fft.rfft((y - ideal) * np.hanning(len(x))) * keep)
    assert np.sqrt(np.mean(error**2)) < 5e-3 * np.sqrt(np.mean(ideal**2))


def test_the_folder_folds_waves_and_hardly_the_spectrum():
    assert alias_db("wavefolder", 1249) < -60.0
    assert alias_db("wavefolder", 5003) < -45.0


def test_each_knob_of_the_chebyshev_shaper_is_one_harmonic_of_a_full_tone():
    amounts = [0.5, -0.25, 0.125, 0.3, 0.2, -0.1, 0.4]
    recipe = {f"harmonic_{k + 1}": amount for k, amount in enumerate(amounts)}
    level = spectrum_db("chebyshev_shaper", 997, **recipe)
    for k, amount in enumerate(amounts, 1):
        assert level[997 * k] == pytest.approx(20 * np.log10(abs(amount) / 0.5), abs=0.02)
    level[::997] = -200
    assert level[200:].max() < -90


def test_a_fuzz_without_bias_has_odd_harmonics_and_bias_brings_even_ones():
    even = spectrum_db("fuzz", 500, 0.5, bias=0.0, starve=0.0)
    leaning = spectrum_db("fuzz", 500, 0.05, bias=1.0, starve=0.0)
    assert even[1000] < -80
    assert leaning[1000] > -40


def test_a_starved_fuzz_swallows_what_is_quiet():
    def gain(level, starve):
        x, y = bent("fuzz", 200.0, level, drive_db=20.0, bias=0.0, starve=starve)
        return np.sqrt(np.mean(y[8000:] ** 2)) / np.sqrt(np.mean(x[8000:] ** 2))

    assert gain(0.001, 1.0) < 0.1 * gain(0.001, 0.0)
    assert gain(1.0, 1.0) > 0.9 * gain(1.0, 0.0)
