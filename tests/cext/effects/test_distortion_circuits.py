"""Circuits against their equations, solved here step by step in 64 bit."""

import numpy as np
import pytest

from cext.effects.distortion._models import DIODES, diode_curve, diode_v, triode_v, tube_curve
from tests.cext.effects.test_distortion_curves import alias_db, bent, spectrum_db
from tests.cext.sound import RATE_HZ


def test_a_triode_stage_passes_small_signals_and_shuts_before_it_saturates():
    volts = np.array([-20.0, -1e-3, 0.0, 1e-3, 20.0])
    shut, down, still, up, open_v = triode_v(volts)
    assert still == pytest.approx(0.0, abs=1e-9)
    assert (up - down) / 2e-3 == pytest.approx(1.0, abs=1e-4)
    assert -1.5 < shut < -1.0
    assert open_v > 1.5
    assert np.all(np.diff(triode_v(np.linspace(-6, 20, 500))) >= -1e-9)


def test_the_pieces_of_the_tube_follow_its_equations():
    curve = tube_curve().astype(np.float64)
    t = np.array([0.25, 0.5, 0.75])
    pieces = curve[:, :1] + t * (curve[:, 1:2] + t * (curve[:, 2:3] + t * curve[:, 3:]))
    volts = -8.0 + (np.arange(len(curve))[:, None] + t) / 16
    assert np.abs(pieces - triode_v(volts.ravel()).reshape(pieces.shape)).max() < 2e-5


def test_the_tube_is_that_curve():
    x, y = bent("tube", 400.0, 0.5, drive_db=12.0)
    ideal = triode_v(10 ** (12 / 20) * x)
    x, y, ideal = x[12_000:], y[12_000:], ideal[12_000:]
    ideal = ideal - ideal[:10_800].mean()
    assert np.sqrt(np.mean((y - y[:10_800].mean() - ideal) ** 2)) < 0.015 * np.sqrt(np.mean(ideal**2))


def test_the_tube_brings_the_octave_first_and_the_triode_bias_moves_it():
    level = spectrum_db("tube", 500, 0.3, drive_db=9.0)
    assert level[1000] > level[1500] + 3
    assert abs(spectrum_db("tube", 500, 0.3, bias_v=0.5)[1000] - level[1000]) > 3


@pytest.mark.parametrize("kind", DIODES)
def test_the_pieces_of_the_diodes_solve_their_equation(kind):
    pushed = np.geomspace(1e-3, 400.0, 3000)
    curve = diode_curve(192_000.0, kind).astype(np.float64)
    scaled = 1 + 4 * pushed
    octave = np.floor(np.log2(scaled))
    place = (scaled / 2**octave - 1) * 64
    piece = (octave * 64 + np.floor(place)).astype(int)
    t = place % 1
    c = curve[piece]
    found = c[:, 0] + t * (c[:, 1] + t * (c[:, 2] + t * c[:, 3]))
    assert np.abs(found - diode_v(pushed, 192_000.0, kind)).max() < 3e-4


@pytest.mark.parametrize("kind", DIODES)
def test_a_steady_voltage_settles_where_the_diodes_carry_the_current_of_the_resistor(kind):
    current_a, thermal_v = DIODES[kind]
    x, y = bent("diode_clipper", 20.0, 1.0, drive_db=20.0, diodes=kind)
    peak = np.argmax(x[: RATE_HZ // 20]) + RATE_HZ // 20
    through_a = 2 * current_a * np.sinh(y[peak] / thermal_v)
    assert through_a == pytest.approx((10 * x[peak] - y[peak]) / 2200, rel=0.06)


def test_quiet_sound_sees_only_the_resistor_and_the_capacitor_of_the_diode_clipper():
    corner_hz = 1 / (2 * np.pi * 2200 * 10e-9)
    for hz in (500, 7234):
        x, y = bent("diode_clipper", hz, 0.01, drive_db=0.0)
        gain = np.std(y[4000:20_000]) / np.std(x[4000:20_000])
        assert gain == pytest.approx(1 / np.hypot(1, hz / corner_hz), rel=0.06)


def test_germanium_bends_before_silicon_and_silicon_before_light():
    def peak(kind):
        return np.abs(bent("diode_clipper", 200.0, 1.0, drive_db=20.0, diodes=kind)[1]).max()

    assert peak("germanium") < 0.7 * peak("silicon") < 0.4 * peak("led")


def test_diodes_and_tube_fold_little_back():
    assert alias_db("diode_clipper", 5003, drive_db=24.0) < -40.0
    assert alias_db("tube", 5003, drive_db=12.0) < -70.0


def _hysteresis(field, c):
    """Jiles and Atherton with Ms = 1, a = 1/3, k = 0.3, alpha = 0.0016, by four small steps."""
    m = h = 0.0
    out = []
    for goal in field:
        for left in (4, 3, 2, 1):
            step = (goal - h) / left
            q = 3 * (h + step / 2 + 0.0016 * m)
            level, slope = q / 3, 1 / 3
            if abs(q) > 1e-3:
                level, slope = 1 / np.tanh(q) - 1 / q, 1 / q**2 - 1 / np.sinh(q) ** 2
            lag, way = level - m, -1.0 if step < 0 else 1.0
            pinned = (1 - c) * lag / ((1 - c) * 0.3 * way - 0.0016 * lag) if lag * way > 0 else 0.0
            m += step * (pinned + 3 * c * slope) / (1 - 0.0016 * 3 * c * slope)
            h += step
        out.append(m)
    return np.array(out)


def test_the_tape_goes_round_the_loop_of_jiles_and_atherton():
    x, y = bent("tape", 300.0, 1.0, drive_db=9.0, bias=0.3, speed_ips=30.0, level_db=0.0)
    ideal = _hysteresis(10 ** (9 / 20) * x[:4800], 0.05 + 0.9 * 0.3)
    y = y[:4800]
    settled = slice(2400, 4800)
    error = (y - y[settled].mean())[settled] - (ideal - ideal[settled].mean())[settled]
    assert np.sqrt(np.mean(error**2)) < 0.03 * np.std(ideal[settled])


def test_tape_remembers_and_bias_makes_it_forget():
    def loop(bias):
        x, y = bent("tape", 100.0, 0.8, bias=bias, speed_ips=30.0, drive_db=0.0)
        return abs(np.trapezoid(y[-4800:], x[-4800:])) / (np.ptp(x) * np.ptp(y[-4800:]))

    assert loop(0.0) > 3 * loop(1.0)


def test_a_slow_tape_loses_treble_by_half_the_power_at_1200_hz_an_inch_a_second():
    def gain(hz, ips):
        y = bent("tape", hz, 0.01, bias=1.0, speed_ips=ips, drive_db=0.0)[1]
        return np.std(y[4000:20_000])

    assert 20 * np.log10(gain(4500, 3.75) / gain(200, 3.75)) == pytest.approx(-3.0, abs=0.6)
    assert 20 * np.log10(gain(4500, 15.0) / gain(200, 15.0)) > -0.6
