import numpy as np
import pytest

from cext import effects
from tests.cext.effects.cookbook import heard
from tests.cext.sound import RATE_HZ, db, through

HZ = np.geomspace(20, 20_000, 60)


def _ratio(hz, cutoff_hz, kind):
    ratio = np.tan(np.pi * hz / RATE_HZ) / np.tan(np.pi * cutoff_hz / RATE_HZ)
    return ratio if kind == "lowpass" else 1 / ratio


@pytest.mark.parametrize("order", [1, 2, 5, 8, 16])
@pytest.mark.parametrize("kind", ["lowpass", "highpass"])
def test_a_butterworth_is_its_formula(order, kind):
    expected = 1 / np.sqrt(1 + _ratio(HZ, 2000.0, kind) ** (2 * order))
    seen = np.abs(heard(effects.make("butterworth", cutoff_hz=2000.0, order=order, kind=kind), HZ, 1 << 15))
    assert 20 * np.log10(seen[expected > 1e-3] / expected[expected > 1e-3]) == pytest.approx(0.0, abs=0.002)


@pytest.mark.parametrize("order", [3, 6, 12])
@pytest.mark.parametrize("kind", ["lowpass", "highpass"])
def test_a_chebyshev_is_its_polynomial(order, kind):
    x = _ratio(HZ, 3000.0, kind)
    polynomial = np.where(
        x < 1, np.cos(order * np.arccos(np.minimum(x, 1))), np.cosh(order * np.arccosh(np.maximum(x, 1)))
    )
    expected = 1 / np.sqrt(1 + (10**0.1 - 1) * polynomial**2)
    made = effects.make("chebyshev", cutoff_hz=3000.0, order=order, kind=kind, ripple_db=1.0)
    seen = np.abs(heard(made, HZ, 1 << 15))
    assert 20 * np.log10(seen[expected > 1e-3] / expected[expected > 1e-3]) == pytest.approx(0.0, abs=0.005)


CURVES = {
    "riaa_playback": ((318,), (3180, 75)),
    "deemphasis_50us": ((), (50,)),
    "deemphasis_75us": ((), (75,)),
    "cd_deemphasis": ((15,), (50,)),
}


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
@pytest.mark.parametrize("curve", CURVES)
def test_a_curve_of_records_is_the_analogue_one(curve, rate_hz):
    zeros, poles = CURVES[curve]

    def analogue(hz):
        s = 2e-6j * np.pi * hz
        return np.abs(
            np.prod([1 + s * t for t in zeros], axis=0) / np.prod([1 + s * t for t in poles], axis=0)
        )

    hz = np.geomspace(20, 0.42 * rate_hz if rate_hz < 90_000 else 20_000, 40)
    seen = np.abs(heard(effects.make("riaa", rate_hz, curve=curve), hz, 1 << 15))
    assert 20 * np.log10(seen / (analogue(hz) / analogue(1000.0))) == pytest.approx(0.0, abs=0.02)


@pytest.mark.parametrize("way", ["riaa_playback riaa_record", "cd_emphasis cd_deemphasis"])
def test_what_a_record_takes_its_playback_gives_back(way):
    there, back = way.split()
    both = heard(effects.make("riaa", curve=there), HZ) * heard(effects.make("riaa", curve=back), HZ)
    assert max(abs(db(abs(value))) for value in both) < 0.001


@pytest.mark.parametrize("kind", ["lowpass", "highpass"])
@pytest.mark.parametrize("cutoff_hz", [10.0, 50.0, 1_000.0])
def test_an_order_that_moves_does_not_ring_up(kind, cutoff_hz):
    random = np.random.default_rng(4)
    made = effects.make("butterworth", cutoff_hz=cutoff_hz, kind=kind, order=1)
    for order in (12, 3, 16, 1, 8, 5):
        sound = random.uniform(-0.5, 0.5, (2, 3_000)).astype(np.float32)
        made.set("order", order)
        assert np.abs(through(made, sound)).max() < 2.0
