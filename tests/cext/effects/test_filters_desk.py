import numpy as np
import pytest

from cext import effects
from tests.cext.effects.cookbook import heard
from tests.cext.sound import RATE_HZ

HZ = np.geomspace(20, 20_000, 50)
FADERS = ("lowest_db", "low_db", "middle_db", "highest_db")


def _level(effect, hz=HZ):
    return 20 * np.log10(np.abs(heard(effect, hz)))


def test_the_four_bands_of_a_crossover_add_up_to_every_tone_as_loud_as_it_was():
    crossover = effects.make("crossover", **dict.fromkeys(FADERS, 0.0))
    assert _level(crossover) == pytest.approx(0.0, abs=0.001)


@pytest.mark.parametrize(
    ("fader", "inside_hz", "outside_hz"),
    [
        ("lowest_db", 40.0, 600.0),
        ("low_db", 300.0, 4000.0),
        ("middle_db", 2000.0, 100.0),
        ("highest_db", 15_000.0, 1000.0),
    ],
)
def test_a_band_alone_is_its_part_of_the_spectrum(fader, inside_hz, outside_hz):
    alone = effects.make("crossover", **(dict.fromkeys(FADERS, -80.0) | {fader: 0.0}))
    inside, outside = _level(alone, np.array([inside_hz, outside_hz]))
    assert inside == pytest.approx(0.0, abs=0.5)
    assert outside < -50


def test_a_crossover_is_6_db_down_at_its_corner_and_falls_24_db_an_octave():
    only = dict.fromkeys(FADERS, -80.0) | {"lowest_db": 0.0, "low_db": 0.0}
    level = _level(effects.make("crossover", middle_hz=1000.0, **only), np.array([1000.0, 2000.0, 4000.0]))
    assert level[0] == pytest.approx(-6.02, abs=0.05)
    assert level[2] - level[1] == pytest.approx(-24, abs=1.0)


def _circuit(hz, bass, middle, treble):
    """Kirchhoff's equations of the tone stack: nodes A, B, C, D, E and the wiper, driven by 1 V."""
    c1, c2, c3, r1, r2, r3, r4 = 0.25e-9, 20e-9, 20e-9, 250e3, 1e6, 25e3, 56e3
    out = []
    for w in 2 * RATE_HZ * np.tan(np.pi * hz / RATE_HZ):
        g, source = np.zeros((6, 6), complex), np.zeros(6, complex)

        def join(a, b, conductance, g=g, source=source):
            g[a, a] += conductance
            if b == "in":
                source[a] += conductance
            elif b is not None:
                g[b, b] += conductance
                g[a, b] -= conductance
                g[b, a] -= conductance

        join(0, "in", 1j * w * c1)
        join(1, "in", 1 / r4)
        join(0, 5, 1 / (r1 * (1 - treble)))
        join(5, 2, 1 / (r1 * treble))
        join(1, 2, 1j * w * c2)
        join(1, 4, 1j * w * c3)
        join(2, 3, 1 / (r2 * 10 ** (3.4 * (bass - 1))))
        join(3, 4, 1 / (r3 * (1 - middle)))
        join(4, None, 1 / (r3 * middle))
        out.append(abs(np.linalg.solve(g, source)[5]))
    return 20 * np.log10(out)


@pytest.mark.parametrize("knobs", [(0.5, 0.5, 0.5), (0.9, 0.1, 0.3), (0.1, 0.8, 0.9)])
def test_a_tone_stack_is_its_circuit(knobs):
    bass, middle, treble = knobs
    made = effects.make("tone_stack", bass=bass, middle=middle, treble=treble, gain_db=0.0)
    assert _level(made, HZ[:45]) == pytest.approx(_circuit(HZ[:45], bass, middle, treble), abs=0.01)
