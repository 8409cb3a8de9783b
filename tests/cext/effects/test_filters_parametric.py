import numpy as np
import pytest

from cext import effects
from tests.cext.effects.cookbook import answer, filtered, heard, rbj
from tests.cext.sound import RATE_HZ, db, rms, through

HZ = np.geomspace(10, 20_000, 50)
BANDS = (
    ("low_shelf", 30.0, 6.0, 0.7),
    ("peak", 60.0, -9.0, 2.0),
    ("highpass", 25.0, 0.0, 0.7),
    ("peak", 900.0, 12.0, 4.0),
    ("peak", 2_500.0, -6.0, 0.5),
    ("allpass", 400.0, 0.0, 1.0),
    ("high_shelf", 9_000.0, 5.0, 0.9),
    ("lowpass", 17_000.0, 0.0, 0.7),
)


def _equaliser(bands=BANDS):
    values = {}
    for band, (curve, frequency_hz, gain_db, q) in enumerate(bands, 1):
        values |= {f"band{band}_curve": curve, f"band{band}_hz": frequency_hz}
        values |= {f"band{band}_db": gain_db, f"band{band}_q": q}
    return effects.make("parametric_eq", **values)


def _expected(hz=HZ):
    response = np.ones(len(hz), complex)
    for curve, frequency_hz, gain_db, q in BANDS:
        response *= answer(*rbj(curve, frequency_hz, gain_db, q), hz)
    return response


def test_eight_bands_are_the_cookbooks_product_within_a_thousandth_of_a_decibel():
    seen = heard(_equaliser(), HZ)
    assert 20 * np.log10(np.abs(seen / _expected())) == pytest.approx(0.0, abs=0.001)
    assert np.abs(np.angle(seen / _expected())).max() < 1e-4


def test_there_is_no_latency():
    assert effects.make("parametric_eq").latency_frames == 0
    sound = np.zeros((2, 64), np.float32)
    sound[:, 0] = 1.0
    assert abs(through(effects.make("parametric_eq"), sound)[0, 0]) > 0.5


def test_what_remains_beside_float64_is_140_db_below():
    sound = np.random.default_rng(5).standard_normal((2, 6400)).astype(np.float32)
    out = through(_equaliser(), sound, 100)
    for ear in (0, 1):
        expected = sound[ear].astype(np.float64)
        for curve, frequency_hz, gain_db, q in BANDS:
            expected = filtered(*rbj(curve, frequency_hz, gain_db, q), expected)
        assert db(rms(out[ear] - expected) / rms(expected)) < -140


def test_the_comparison_would_see_a_band_in_the_wrong_place():
    wrong = _equaliser((*BANDS[:3], ("peak", 901.0, 12.0, 4.0), *BANDS[4:]))
    assert np.abs(20 * np.log10(np.abs(heard(wrong, HZ) / _expected()))).max() > 0.003


def test_a_band_that_jumps_by_octaves_does_not_ring_up():
    effect = _equaliser([("peak", 100.0, 24.0, 5.0)] + [("peak", 100.0, 0.0, 1.0)] * 7)
    sound = 0.1 * np.sin(2 * np.pi * 440 * np.arange(RATE_HZ // 2) / RATE_HZ)
    sound = np.tile(sound, (2, 1)).astype(np.float32)
    top = 0.0
    for start in range(0, sound.shape[1], 2400):
        part = np.ascontiguousarray(sound[:, start : start + 2400])
        effect.process(part)
        top = max(top, np.abs(part).max())
        effect.set("band1_hz", 20.0 if effect.get("band1_hz") > 1000 else 20_000.0)
    assert top < 0.1 * 10 ** (24 / 20) * 1.5
