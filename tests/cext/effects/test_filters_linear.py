import numpy as np
import pytest

from cext import effects
from tests.cext.effects.cookbook import heard
from tests.cext.sound import RATE_HZ, db, through

HZ = np.geomspace(60, 22_000, 60)
FLAT = {"low_db": 0.0, "bell1_db": 0.0, "bell2_db": 0.0, "bell3_db": 0.0, "high_db": 0.0}


def _analogue(at_hz, **bell):
    s = 1j * at_hz / bell["hz"]
    a = 10 ** (bell["db"] / 40)
    return np.abs((s * s + s * a / bell["q"] + 1) / (s * s + s / (a * bell["q"]) + 1))


@pytest.mark.parametrize("bell", [{"hz": 400.0, "db": 6.0, "q": 1.0}, {"hz": 16_000.0, "db": -9.0, "q": 2.0}])
def test_a_bell_is_the_analogue_one_up_to_half_the_rate(bell):
    values = FLAT | {"bell2_hz": bell["hz"], "bell2_db": bell["db"], "bell2_q": bell["q"]}
    seen = np.abs(heard(effects.make("linear_phase_eq", **values), HZ))
    assert 20 * np.log10(seen / _analogue(HZ, **bell)) == pytest.approx(0.0, abs=0.03)


def test_its_impulse_response_is_symmetric_around_the_latency_it_reports():
    made = effects.make("linear_phase_eq", high_db=12.0)
    sound = np.zeros((2, 3 * made.latency_frames), np.float32)
    sound[:, 100] = 1.0
    out = through(made, sound)[0]
    middle = 100 + made.latency_frames
    assert np.argmax(out) == middle
    before, after = out[middle - 2000 : middle][::-1], out[middle + 1 : middle + 2001]
    assert np.abs(before - after).max() < 1e-6


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 96_000, 384_000])
def test_the_latency_is_about_an_eighth_of_a_second_at_any_rate(rate_hz):
    assert 0.1 < effects.make("linear_phase_eq", rate_hz).latency_frames / rate_hz < 0.25


def test_its_ears_do_not_hear_each_other():
    sound = np.zeros((2, RATE_HZ // 2), np.float32)
    sound[0] = np.random.default_rng(1).uniform(-1, 1, RATE_HZ // 2)
    assert np.abs(through(effects.make("linear_phase_eq"), sound)[1]).max() < 1e-5


def test_a_turned_knob_fades_without_a_click():
    tone = np.tile(0.5 * np.sin(2 * np.pi * 1000 * np.arange(RATE_HZ) / RATE_HZ), (2, 1)).astype(np.float32)
    made = effects.make("linear_phase_eq", **FLAT)
    out = [through(made, tone[:, : RATE_HZ // 2])]
    made.set("bell2_db", 12.0)
    out.append(through(made, tone[:, RATE_HZ // 2 :]))
    steps = np.abs(np.diff(np.concatenate(out, axis=1)[0][2 * made.latency_frames :], 2))
    assert steps.max() < 1.1 * 2.0 * (2 * np.pi * 1000 / RATE_HZ) ** 2
    assert db(steps[-1000:].max() / steps[:1000].max()) == pytest.approx(
        db(_analogue(np.array([1000.0]), hz=1500.0, db=12.0, q=1.0)[0]), abs=0.5
    )
