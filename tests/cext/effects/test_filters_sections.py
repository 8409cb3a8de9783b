import numpy as np
import pytest

from cext import effects
from tests.cext.effects.cookbook import answer, filtered, heard, rbj
from tests.cext.sound import RATE_HZ, db, rms, through

HZ = np.geomspace(10, 20_000, 30)
SHAPES = ("bandpass", "notch", "allpass", "peak", "low_shelf", "high_shelf")
COOKBOOK = [
    (name, frequency_hz, gain_db, q)
    for name in SHAPES
    for frequency_hz, gain_db, q in ((30.0, 9.0, 0.7071), (1000.0, -12.0, 2.0), (9000.0, 6.0, 1.0))
]


def _made(name, frequency_hz, gain_db, q):
    gain = {"gain_db": gain_db} if name in ("peak", "low_shelf", "high_shelf") else {}
    return effects.make(name, frequency_hz=frequency_hz, q=q, **gain)


def _pink(frames, seed=1):
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal((2, frames)))
    spectrum[:, 1:] /= np.sqrt(np.arange(1, spectrum.shape[1]))
    pink = np.fft.irfft(spectrum, frames)
    return (0.2 * pink / pink.std()).astype(np.float32)


@pytest.mark.parametrize(("name", "frequency_hz", "gain_db", "q"), COOKBOOK)
def test_a_curve_is_the_cookbooks_within_a_thousandth_of_a_decibel(name, frequency_hz, gain_db, q):
    expected = answer(*rbj(name, frequency_hz, gain_db, q), HZ)
    loud = np.abs(expected) > 1e-3
    seen = heard(_made(name, frequency_hz, gain_db, q), HZ)
    assert 20 * np.log10(np.abs(seen[loud] / expected[loud])) == pytest.approx(0.0, abs=0.001)
    assert np.abs(np.angle(seen[loud] / expected[loud])).max() < 1e-4


@pytest.mark.parametrize(("name", "frequency_hz", "gain_db", "q"), COOKBOOK[9:])
def test_what_remains_beside_float64_is_140_db_below(name, frequency_hz, gain_db, q):
    sound = _pink(9600)
    out = through(_made(name, frequency_hz, gain_db, q), sound)
    expected = filtered(*rbj(name, frequency_hz, gain_db, q), sound[0].astype(np.float64))
    assert db(rms(out[0] - expected) / rms(expected)) < -140


@pytest.mark.parametrize(
    ("name", "cutoff_hz", "resonance"), [("lowpass", 300.0, 0.0), ("highpass", 3000.0, 0.6)]
)
def test_a_pass_filter_is_the_cookbooks_too(name, cutoff_hz, resonance):
    q = np.sqrt(0.5) * 20**resonance
    expected = answer(*rbj(name, cutoff_hz, 0.0, q), HZ)
    seen = heard(effects.make(name, cutoff_hz=cutoff_hz, resonance=resonance), HZ)
    loud = np.abs(expected) > 1e-3
    assert 20 * np.log10(np.abs(seen[loud] / expected[loud])) == pytest.approx(0.0, abs=0.001)


def test_the_comparison_would_see_a_float32_filter():
    # The control: the same sum with coefficients rounded to float32 is far outside the bar.
    b, a = rbj("low_shelf", 30.0, 9.0, 0.7071)
    rough = filtered(np.float64(np.float32(b / a[0])), np.float64(np.float32(a / a[0])), _pink(9600)[0])
    exact = filtered(b, a, _pink(9600)[0])
    assert db(rms(rough - exact) / rms(exact)) > -100


@pytest.mark.parametrize("tilt_db", [-9.0, 6.0])
def test_a_tilt_turns_around_its_pivot(tilt_db):
    level = 20 * np.log10(
        np.abs(
            heard(effects.make("tilt_eq", pivot_hz=1000.0, tilt_db=tilt_db), np.array([5, 1000.0, 23_900]))
        )
    )
    assert level == pytest.approx([-tilt_db, 0.0, tilt_db], abs=0.02)


def test_the_state_variable_filter_morphs_from_low_through_notch_to_high():
    hz = np.array([20.0, 900.0, 20_000.0])

    def levels(**values):
        made = effects.make("state_variable", resonance=0.15, **values)
        return [db(abs(value)) for value in heard(made, hz)]

    low, notch, high, band = levels(morph=0.0), levels(morph=0.5), levels(morph=1.0), levels(band=1.0)
    assert low[0] == pytest.approx(0.0, abs=0.01)
    assert low[2] < -60
    assert notch[0] == pytest.approx(0.0, abs=0.05)
    assert notch[1] < -90
    assert notch[2] == pytest.approx(0.0, abs=0.05)
    assert high[2] == pytest.approx(0.0, abs=0.05)
    assert high[0] < -60
    assert band[1] == pytest.approx(0.0, abs=0.01)


def test_an_offset_is_gone_and_the_lowest_note_stays():
    sound = np.full((2, 2 * RATE_HZ), 0.5, np.float32)
    assert np.abs(through(effects.make("dc_blocker"), sound)[:, RATE_HZ:]).max() < 1e-9
    level = np.abs(heard(effects.make("dc_blocker"), np.array([5.0, 40.0])))
    assert db(level[0]) == pytest.approx(-3.01, abs=0.01)
    assert db(level[1]) > -0.1


def _off_the_tone(sound):
    spectrum = np.abs(np.fft.rfft(sound * np.blackman(len(sound)))) ** 2
    hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    return 10 * np.log10(spectrum[np.abs(hz - 997) > 150].sum() / spectrum.sum())


def _swept(gain_db, rate_hz=RATE_HZ):
    """A peak whose gain is new at each sample: the ideal that no block can see."""
    out, one, two = [], 0.0, 0.0
    g = np.tan(np.pi * 900 / rate_hz)
    for j, gain in enumerate(gain_db):
        a = 10 ** (gain / 40)
        k = 1 / a
        a1 = 1 / (1 + g * (g + k))
        x = 0.25 * np.sin(2 * np.pi * 997 * j / rate_hz)
        band = a1 * one + g * a1 * (x - two)
        low = two + g * band
        one, two = 2 * band - one, 2 * low - two
        out.append(x + k * (a * a - 1) * band)
    return np.array(out)


def test_a_moving_peak_hisses_no_more_than_one_that_is_new_at_each_sample():
    frames = 24_064
    time_s = np.arange(frames) / RATE_HZ
    sound = np.tile(0.25 * np.sin(2 * np.pi * 997 * time_s), (2, 1)).astype(np.float32)
    effect = effects.make("peak", frequency_hz=900.0, gain_db=-12.0, q=1.0)
    out = []
    for start in range(0, frames, 128):
        part = np.ascontiguousarray(sound[:, start : start + 128])
        effect.process(part)
        out.append(part[0])
        effect.set("gain_db", -12 + 24 * start / frames)
    seen = _off_the_tone(np.concatenate(out).astype(np.float64))
    assert seen < _off_the_tone(_swept(-12 + 24 * np.arange(frames) / frames)) + 3.0
