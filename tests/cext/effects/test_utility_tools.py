import numpy as np
import pytest

from cext import effects
from tests.cext.sound import RATE_HZ, through

CURVES = {
    "equal_power": lambda x: np.sin(np.pi / 2 * x),
    "linear": lambda x: x,
    "raised_cosine": lambda x: 0.5 - 0.5 * np.cos(np.pi * x),
    "decibels": lambda x: (2 ** (10 * x) - 1) / 1023,
}


def _ones(seconds):
    return np.ones((2, int(seconds * RATE_HZ)), np.float32)


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("direction", ["in", "out"])
def test_a_fade_follows_its_curve_from_the_first_frame(direction, curve):
    out = through(effects.make("fade", direction=direction, fade_s=0.25, curve=curve), _ones(0.3), 777)[0]
    x = np.minimum(np.arange(len(out)) / (0.25 * RATE_HZ), 1.0)
    wanted = CURVES[curve](1 - x if direction == "out" else x)
    assert np.abs(out - wanted).max() < 1e-6


def test_a_cross_fade_of_equal_power_keeps_the_power_and_a_linear_one_the_amplitude():
    for curve, power in (("equal_power", 2), ("linear", 1)):
        sides = [
            through(effects.make("fade", direction=direction, fade_s=0.1, curve=curve), _ones(0.12))[0]
            for direction in ("in", "out")
        ]
        assert np.abs(sides[0] ** power + sides[1] ** power - 1).max() < 1e-6


def test_a_fade_turned_round_goes_back_from_where_it_is():
    effect = effects.make("fade", fade_s=0.2, curve="linear")
    before = through(effect, _ones(0.1))[0]
    effect.set("direction", "out")
    after = through(effect, _ones(0.15))[0]
    assert before[-1] == pytest.approx(0.5, abs=0.001)
    assert np.abs(np.diff(np.concatenate((before, after)))).max() < 1.1 / (0.2 * RATE_HZ)
    assert after[-1] == 0.0


def _error(level, seconds=2.0, **knobs):
    """What dithering to 8 bits does to a constant, in steps."""
    sound = np.full((2, int(seconds * RATE_HZ)), level, np.float32)
    return (through(effects.make("dither", bits=8, **knobs), sound) - sound) * 128


@pytest.mark.parametrize("level", [0.0, 0.1, 0.25, 0.5])
def test_triangular_dither_makes_mean_and_power_of_the_error_independent_of_the_sound(level):
    error = _error(level / 128)
    assert error.mean() == pytest.approx(0.0, abs=0.006)
    assert (error**2).mean() == pytest.approx(0.25, rel=0.02)


def test_without_dither_the_error_depends_on_the_sound():
    # The control: rounding alone is wrong by what the sound lies beside a step.
    assert _error(0.25 / 128, noise="none").mean() == pytest.approx(-0.25, abs=1e-6)
    powers = [(_error(level / 128, noise="rectangular") ** 2).mean() for level in (0.0, 0.5)]
    assert powers[1] - powers[0] > 0.1


def test_dithered_sound_stands_on_the_steps():
    out = through(effects.make("dither", bits=8), np.random.default_rng(1).uniform(-0.9, 0.9, (2, 9600)))
    assert np.array_equal(out * 128, np.rint(out * 128))


@pytest.mark.parametrize(
    ("shaping", "taps"), [("first_order", [1.0]), ("five_taps", [2.033, -2.165, 1.959, -1.590, 0.6149])]
)
def test_shaping_gives_the_hiss_the_spectrum_of_its_filter(shaping, taps):
    error = _error(0.3 / 128, 4.0, shaping=shaping)[0]
    rows = error[: len(error) // 512 * 512].reshape(-1, 512) * np.hanning(512)
    power = (np.abs(np.fft.rfft(rows)) ** 2).mean(axis=0) / (512 * 0.375) / 0.25
    z = np.exp(-2j * np.pi * np.arange(257) / 512)
    wanted = np.abs(1 - sum(tap * z ** (k + 1) for k, tap in enumerate(taps))) ** 2
    high = wanted > 0.05
    assert np.abs(10 * np.log10(power[high] / wanted[high]))[5:-5].max() < 1.2


def test_the_hiss_of_the_two_ears_is_independent():
    error = _error(0.0)
    assert abs(np.corrcoef(error)[0, 1]) < 0.01


def test_a_trim_is_exact_in_decibels():
    out = through(effects.make("gain", gain_db=-6.5), _ones(0.01))
    assert out[0, -1] == pytest.approx(10 ** (-6.5 / 20), rel=1e-6)
