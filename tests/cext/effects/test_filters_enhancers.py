import numpy as np
import pytest

from cext import effects
from tests.cext.sound import RATE_HZ, db, through


def _lines(effect, hz, level=0.3):
    """Levels of every whole hertz, dB beside the tone itself."""
    time_s = np.arange(2 * RATE_HZ) / RATE_HZ
    tone = np.tile(level * np.sin(2 * np.pi * hz * time_s), (2, 1)).astype(np.float32)
    out = through(effect, tone)[0][RATE_HZ:]
    return 20 * np.log10(np.abs(np.fft.rfft(out)) * 2 / RATE_HZ / level + 1e-12)


@pytest.mark.parametrize(("even", "harmonic", "other"), [(0.0, 3, 2), (1.0, 2, 3)])
def test_an_exciter_adds_the_harmonic_it_is_asked_for(even, harmonic, other):
    lines = _lines(effects.make("exciter", even=even, amount=1.0), 4000)
    assert lines[harmonic * 4000] > -25
    assert lines[other * 4000] < -70


@pytest.mark.parametrize("hz", [5003, 7001, 7901, 11_003])
def test_an_exciter_folds_nothing_back(hz):
    # Below the limit of its drive all there is are the tone and its harmonics.
    lines = _lines(effects.make("exciter", amount=1.0, drive_db=6.0), hz)
    for harmonic in (1, 2, 3):
        if harmonic * hz < RATE_HZ / 2:
            lines[harmonic * hz - 1 : harmonic * hz + 2] = -200
    lines[0] = -200
    assert lines.max() < -60


def test_an_exciter_leaves_the_bass_alone():
    lines = _lines(effects.make("exciter", amount=1.0), 100)
    assert lines[100] == pytest.approx(0.0, abs=0.01)
    assert max(lines[200], lines[300]) < -60


def test_a_sub_bass_puts_an_octave_below():
    lines = _lines(effects.make("sub_bass", sub=1.0, overtones=0.0), 80)
    assert lines[40] > -8
    assert np.argmax(lines[20:60]) + 20 == 40
    assert lines[40] > lines[120] + 12


def test_the_overtones_of_a_bass_have_its_period():
    lines = _lines(effects.make("sub_bass", sub=0.0, overtones=1.0), 60)
    assert max(lines[120], lines[180]) > -20
    between = np.delete(lines[20:400], [k * 60 - 20 + d for k in range(1, 7) for d in (-1, 0, 1)])
    assert between.max() < -60
    assert lines[1200] < -40


def test_what_lies_above_the_bass_is_left_as_it_is():
    lines = _lines(effects.make("sub_bass", sub=1.0, overtones=1.0), 2000)
    assert lines[2000] == pytest.approx(0.0, abs=0.01)
    assert db(10 ** (np.delete(lines, slice(1995, 2006)).max() / 20)) < -70
