import numpy as np
import pytest

from cext import effects
from tests.cext.effects.cookbook import heard
from tests.cext.sound import RATE_HZ, db, through

HZ = np.geomspace(50, 18_000, 40)
CUTOFF_HZ = 1200.0
QUIET = 1e-3  # far below the limit, so that the loop is linear


def _analogue(hz=HZ):
    """What the bilinear transform makes of each frequency, in units of the cutoff."""
    return 1j * np.tan(np.pi * hz / RATE_HZ) / np.tan(np.pi * CUTOFF_HZ / RATE_HZ)


def _close(seen, expected):
    loud = np.abs(expected) > 1e-3
    assert 20 * np.log10(np.abs(seen[loud] / expected[loud])) == pytest.approx(0.0, abs=0.005)
    assert np.abs(np.angle(seen[loud] / expected[loud])).max() < 1e-3


@pytest.mark.parametrize("resonance", [0.0, 0.5, 0.9])
@pytest.mark.parametrize(
    ("mode", "top"),
    [
        ("lowpass_24", lambda s: 1),
        ("lowpass_12", lambda s: (1 + s) ** 2),
        ("bandpass_24", lambda s: 4 * s**2),
        ("bandpass_12", lambda s: 2 * s * (1 + s) ** 2),
        ("highpass_24", lambda s: s**4),
        ("highpass_12", lambda s: s**2 * (1 + s) ** 2),
    ],
)
def test_a_quiet_ladder_is_four_poles_with_feedback(mode, top, resonance):
    s = _analogue()
    expected = top(s) / ((1 + s) ** 4 + 4.1 * resonance)
    ladder = effects.make("ladder", cutoff_hz=CUTOFF_HZ, resonance=resonance, mode=mode)
    _close(heard(ladder, HZ, 1 << 14, QUIET), expected)


@pytest.mark.parametrize("resonance", [0.0, 0.8])
def test_a_quiet_diode_ladder_is_the_circuits_polynomial(resonance):
    # Zavalishin (2018), 5.10: the voltages solve s V = M V + N u.
    matrix = np.array([[-2, 2, 0, 0], [1, -2, 1, 0], [0, 1, -2, 1], [0, 0, 1, -2]]) / 2
    expected = []
    for s in _analogue() / np.sqrt(2):
        voltages = np.linalg.solve(s * np.eye(4) - matrix, [1, 0, 0, 0])
        k = 17.2 * resonance
        expected.append(np.sqrt(1 + k) * voltages[3] / (1 + k * voltages[3]))
    diode = effects.make("diode_ladder", cutoff_hz=CUTOFF_HZ, resonance=resonance)
    _close(heard(diode, HZ, 1 << 14, QUIET), np.array(expected))


@pytest.mark.parametrize(("mode", "top"), [("lowpass", lambda s: 1), ("highpass", lambda s: s**2)])
def test_a_quiet_korg_filter_has_two_poles_and_a_q_of_its_own(mode, top):
    s = _analogue()
    made = effects.make("korg35", cutoff_hz=CUTOFF_HZ, resonance=0.8, mode=mode)
    _close(heard(made, HZ, 1 << 14, QUIET), top(s) / (s**2 + (2 - 2.05 * 0.8) * s + 1))


@pytest.mark.parametrize("name", ["ladder", "diode_ladder", "korg35"])
def test_full_resonance_whistles_at_the_cutoff_and_never_grows(name):
    made = effects.make(name, cutoff_hz=CUTOFF_HZ, resonance=1.0)
    sound = np.zeros((2, RATE_HZ), np.float32)
    sound[:, 0] = 0.5
    tail = through(made, sound)[0][RATE_HZ // 2 :]
    spectrum = np.abs(np.fft.rfft(tail * np.hanning(len(tail))))
    assert np.argmax(spectrum) * RATE_HZ / len(tail) == pytest.approx(CUTOFF_HZ, rel=0.02)
    assert 0.02 < np.abs(tail).max() < 1.5
    assert np.abs(tail[-4800:]).max() == pytest.approx(np.abs(tail[:4800]).max(), rel=0.1)


def test_drive_adds_odd_harmonics_and_no_even_ones():
    tone = np.tile(0.7 * np.sin(2 * np.pi * 375 * np.arange(12_800) / RATE_HZ), (2, 1)).astype(np.float32)
    out = through(effects.make("ladder", cutoff_hz=8000.0, resonance=0.0, drive_db=12.0), tone)[0][-6400:]
    lines = np.abs(np.fft.rfft(out))[::50]
    assert db(lines[3] / lines[1]) > -25
    assert db(lines[2] / lines[1]) < -100


def test_a_sweep_of_the_whole_range_stays_bounded():
    made = effects.make("ladder", resonance=1.0, drive_db=24.0)
    noise = np.random.default_rng(3).uniform(-1, 1, (2, RATE_HZ // 2)).astype(np.float32)
    top = 0.0
    for start in range(0, noise.shape[1], 1200):
        part = np.ascontiguousarray(noise[:, start : start + 1200])
        made.process(part)
        top = max(top, np.abs(part).max())
        made.set("cutoff_hz", 20.0 if made.get("cutoff_hz") > 1000 else 20_000.0)
    assert top < 3.0
