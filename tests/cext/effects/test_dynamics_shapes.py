import numpy as np
import pytest

from cext import effects
from tests.cext.effects.dynamics import gain_db, null_db, settled_db, soft, square, time_to_63_ms
from tests.cext.sound import RATE_HZ, db, rms, through


def _tone(frequency_hz, level_db, seconds):
    tone = 10 ** (level_db / 20) * np.sin(
        2 * np.pi * frequency_hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    )
    return np.stack([tone, tone]).astype(np.float32)


@pytest.mark.parametrize("ratio", [2.0, 4.0, 20.0])
def test_the_opto_compressor_rests_where_its_loop_is_in_balance(ratio):
    for level_db in (-40.0, -28.0, -20.0, -5.0):
        # reduction = (ratio - 1) soft(level - reduction - threshold), by bisection.
        low, high = 0.0, 60.0
        for _ in range(60):
            reduction = (low + high) / 2
            if (ratio - 1) * soft(level_db - reduction + 28, 10) > reduction:
                low = reduction
            else:
                high = reduction
        got = settled_db(
            "opto_compressor", level_db, 2.0, threshold_db=-28, ratio=ratio, knee_db=10, attack_ms=2
        )
        assert got == pytest.approx(-low, abs=0.02)


def test_the_opto_compressor_forgives_a_peak_and_remembers_a_long_passage():
    times_ms = []
    for seconds in (0.03, 4.0):
        sound = np.concatenate((square(-5, seconds), square(-60, 12.0)), axis=1)
        gains = gain_db(effects.make("opto_compressor", knee_db=0), sound)[int(seconds * RATE_HZ) - 1 :]
        times_ms.append(time_to_63_ms(gains))
    peak_ms, passage_ms = times_ms
    # Half of the reduction goes in 60 ms, the other half takes 1.5 s: 63 % is 0.26 of the slow half gone.
    assert passage_ms == pytest.approx(-1500 * np.log((1 - 0.632) / 0.5), rel=0.05)
    assert peak_ms < 0.4 * passage_ms


def _hit(attack_db=18.0):
    """A note: 10 ms of attack, then a steady sustain."""
    return np.concatenate((square(-60, 0.3), square(-30 + attack_db, 0.01), square(-30, 0.4)), axis=1)


@pytest.mark.parametrize("attack_db", [-10.0, 10.0])
def test_the_transient_shaper_moves_the_attack_and_leaves_the_sustain(attack_db):
    gains = gain_db(effects.make("transient_shaper", attack_db=attack_db, sustain_db=0.0), _hit())
    hit = int(0.3 * RATE_HZ)
    assert gains[hit + 100 : hit + 400].mean() == pytest.approx(attack_db * 0.8, abs=2.0)
    assert gains[-2000:] == pytest.approx(0.0, abs=0.1)
    assert gains[:hit] == pytest.approx(0.0, abs=0.1) or abs(gains[hit - 100]) < 0.1


@pytest.mark.parametrize("level_db", [-30.0, 0.0])
def test_the_transient_shaper_has_no_threshold(level_db):
    gains = [
        gain_db(effects.make("transient_shaper"), _hit() * np.float32(10 ** (shift / 20)))[14_600:15_200]
        for shift in (0.0, level_db / 3)
    ]
    assert np.abs(gains[0] - gains[1]).max() < 0.3


def test_the_transient_shaper_lengthens_what_dies_away():
    time_s = np.arange(RATE_HZ) / RATE_HZ
    sound = square(0, 1.0) * np.exp(-time_s / 0.1).astype(np.float32)
    gains = gain_db(effects.make("transient_shaper", attack_db=0.0, sustain_db=12.0), sound)
    at = [gains[int(s * RATE_HZ)] for s in (0.05, 0.15, 0.3)]
    assert at[0] < at[1] < at[2]
    assert 8.0 < at[2] < 12.0


def test_the_swell_takes_every_attack_and_rises_in_its_time():
    note = np.concatenate((square(-10, 0.5), square(-70, 0.5)), axis=1)
    sound = np.concatenate((square(-70, 0.6), note, note), axis=1)
    gains = 10 ** (gain_db(effects.make("auto_swell", rise_ms=200), sound) / 20)
    for onset_s in (0.6, 1.6):
        onset = int(onset_s * RATE_HZ)
        fallen = onset + int(0.004 * RATE_HZ)
        assert gains[fallen : fallen + 100].max() < 0.01
        half = fallen + int(0.1 * RATE_HZ)
        assert gains[half] == pytest.approx(0.5, abs=0.02)
        assert gains[fallen + int(0.2 * RATE_HZ) + 10] == pytest.approx(1.0, abs=1e-5)
        assert np.abs(np.diff(gains[onset - 100 : onset + 20_000])).max() < 0.01


def test_the_curve_goes_through_its_points_and_straight_between_them():
    points = [(-80.0, -100.0), (-50.0, -45.0), (-30.0, -25.0), (-15.0, -15.0), (0.0, -6.0)]
    knobs = {"knee_db": 0.0, "attack_ms": 0.5, "release_ms": 10.0}
    for number, (heard, made) in enumerate(points, 1):
        knobs |= {f"input_{number}_db": heard, f"output_{number}_db": made}
    xs, ys = np.array(points).T
    for level_db in (-80.0, -65.0, -50.0, -41.0, -30.0, -22.0, -15.0, -3.0, 0.0):
        wanted = np.interp(level_db, xs, ys) - level_db
        assert settled_db("dynamics_curve", level_db, **knobs) == pytest.approx(wanted, abs=0.02)
    assert settled_db("dynamics_curve", 6.0, **knobs) == pytest.approx(-6.0, abs=0.02)


def test_the_de_esser_turns_down_what_hisses_and_nothing_else():
    knobs = {"threshold_db": -40, "ratio": 20, "range_db": 12, "frequency_hz": 5000}
    vowel, hiss = _tone(300, -10, 0.5), _tone(9000, -10, 0.5)
    assert null_db(through(effects.make("de_esser", **knobs), vowel), vowel) < -60
    both = through(effects.make("de_esser", **knobs), vowel + hiss)[0, -9600:]
    spectrum = np.abs(np.fft.rfft(both * np.hanning(9600))) / 2400
    # The shelf: 1 + (g - 1) s / (s + w), g being the range.
    w = 1j * np.tan(np.pi * 9000 / RATE_HZ) / np.tan(np.pi * 5000 / RATE_HZ)
    wanted = abs(1 + (10 ** (-12 / 20) - 1) * w / (w + 1))
    assert db(spectrum[1800] / 10**-0.5) == pytest.approx(db(wanted), abs=0.1)
    assert db(spectrum[60] / 10**-0.5) == pytest.approx(0.0, abs=0.1)
    wide = through(effects.make("de_esser", mode="wide", **knobs), hiss)
    assert db(rms(wide[:, -9600:]) / rms(hiss[:, -9600:])) == pytest.approx(-12, abs=0.1)


@pytest.mark.parametrize("range_db", [-12.0, 9.0])
def test_a_band_of_the_dynamic_eq_moves_by_its_range_and_only_where_it_hears(range_db):
    off = {f"threshold_{band}_db": 0.0 for band in (1, 2, 4)}
    knobs = {
        "frequency_3_hz": 2000,
        "q_3": 2.0,
        "threshold_3_db": -50,
        "range_3_db": range_db,
        "ratio": 20,
    } | off
    for frequency_hz, level_db, wanted_db in ((2000, -10, range_db), (2000, -70, 0.0), (200, -20, 0.0)):
        sound = _tone(frequency_hz, level_db, 0.8)
        out = through(effects.make("dynamic_eq", **knobs), sound)
        moved = db(rms(out[:, -9600:]) / rms(sound[:, -9600:]))
        assert moved == pytest.approx(wanted_db, abs=0.15 if wanted_db else 0.05)


@pytest.mark.parametrize("frequency_hz", [1000.0, 2000.0, 3000.0, 8000.0])
def test_the_bells_of_the_dynamic_eq_are_those_of_regalia_and_mitra(frequency_hz):
    knobs = {f"threshold_{band}_db": 0.0 for band in (1, 2, 3, 4)}
    effect = effects.make("dynamic_eq", ratio=1.0, frequency_3_hz=2000, q_3=1.5, gain_3_db=9.0, **knobs)
    impulse = np.zeros((2, RATE_HZ), np.float32)
    impulse[:, 0] = 1.0
    got = np.abs(np.fft.rfft(through(effect, impulse)[0]))[round(frequency_hz)]
    s = 1j * np.tan(np.pi * frequency_hz / RATE_HZ) / np.tan(np.pi * 2000 / RATE_HZ)
    wanted = abs((s * s + 10 ** (9 / 20) * s / 1.5 + 1) / (s * s + s / 1.5 + 1))
    assert db(got) == pytest.approx(db(wanted), abs=0.001)
