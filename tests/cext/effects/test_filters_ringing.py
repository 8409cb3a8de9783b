import numpy as np
import pytest

from cext import effects
from tests.cext.effects.cookbook import heard
from tests.cext.sound import RATE_HZ, db, through


def _impulse(seconds):
    sound = np.zeros((2, int(seconds * RATE_HZ)), np.float32)
    sound[:, 0] = 1.0
    return sound


@pytest.mark.parametrize("frequency_hz", [110.0, 440.0, 997.0])
def test_a_comb_rings_at_its_note_and_overtones(frequency_hz):
    made = effects.make("comb", frequency_hz=frequency_hz, feedback=0.97, damping=0.0, mix=1.0)
    for overtone in (1, 2, 3):
        hz = np.linspace(0.98, 1.02, 81) * overtone * frequency_hz
        assert hz[np.argmax(np.abs(heard(made, hz)))] == pytest.approx(overtone * frequency_hz, rel=0.0015)
        made.reset()


def test_a_damped_comb_keeps_its_note():
    made = effects.make("comb", frequency_hz=220.0, feedback=0.95, damping=0.5, mix=1.0)
    hz = np.linspace(210, 230, 201)
    assert hz[np.argmax(np.abs(heard(made, hz)))] == pytest.approx(220.0, rel=0.002)


@pytest.mark.parametrize("feedback", [0.5, -0.8])
def test_the_curve_of_a_comb_is_its_formula(feedback):
    # 480 Hz is 100 frames, where no interpolation is between; 1 / (1 - g z^-100).
    hz = np.geomspace(50, 15_000, 60)
    z = np.exp(-2j * np.pi * hz * 100 / RATE_HZ)
    made = effects.make("comb", frequency_hz=480.0, feedback=feedback, damping=0.0, mix=1.0)
    expected = np.sqrt(1 - feedback**2) / (1 - feedback * z)
    assert np.abs(heard(made, hz)) == pytest.approx(np.abs(expected), rel=1e-4)
    made = effects.make("comb", frequency_hz=480.0, feedback=feedback, damping=0.0, mix=1.0, kind="forward")
    expected = (1 + feedback * z) / (1 + abs(feedback))
    assert np.abs(heard(made, hz)) == pytest.approx(np.abs(expected), abs=1e-4)


@pytest.mark.parametrize(("stretch", "ratio"), [(1.0, 2.0), (1.7, 2.0**1.7)])
def test_the_modes_of_a_resonator_lie_where_their_law_says(stretch, ratio):
    made = effects.make("resonator", frequency_hz=200.0, stretch=stretch, decay_s=2.0, mix=1.0)
    out = through(made, _impulse(1.0))[0]
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out)), 4 * len(out)))
    for hz in (200.0, 200.0 * ratio):
        near = slice(int(4 * 0.97 * hz), int(4 * 1.03 * hz))
        assert (near.start + np.argmax(spectrum[near])) / 4 == pytest.approx(hz, rel=0.002)


@pytest.mark.parametrize("decay_s", [0.2, 1.0])
def test_a_mode_falls_by_60_db_in_its_decay(decay_s):
    made = effects.make(
        "resonator", frequency_hz=2000.0, stretch=2.0, decay_s=decay_s, brightness=0.0, mix=1.0
    )
    out = through(made, _impulse(decay_s))[0]
    early, late = (np.abs(out[int(share * len(out)) :][:480]).max() for share in (0.2, 0.8))
    assert db(late / early) == pytest.approx(-36.0, abs=0.4)


def test_a_resonator_answers_noise_about_as_loud_as_it_came():
    noise = np.random.default_rng(1).standard_normal((2, 2 * RATE_HZ)).astype(np.float32) * 0.1
    for decay_s in (0.1, 1.0):
        out = through(effects.make("resonator", decay_s=decay_s, brightness=1.0, mix=1.0), noise)[0][RATE_HZ:]
        assert db(out.std() / 0.1) == pytest.approx(
            10 * np.log10(0.5 * sum(1 / k for k in range(1, 17))), abs=2.0
        )
