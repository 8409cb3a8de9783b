import numpy as np
import pytest

from cext import effects
from tests.cext.effects.dynamics import (
    decoupled,
    gain_db,
    null_db,
    settled_db,
    soft,
    square,
    time_to_63_ms,
)
from tests.cext.sound import RATE_HZ, db, rms, through

FAST = {"attack_ms": 0.5, "release_ms": 10.0}
LEVELS_DB = (-70.0, -42.0, -30.5, -27.0, -24.0, -21.0, -12.0, 0.0, 6.0)


def _speech(seconds=0.25, seed=4):
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    loud = 10 ** (np.interp(time_s * 20 % 1, [0, 0.2, 1], [-50, 0, -60]) / 20)
    return (loud * np.random.default_rng(seed).uniform(-1, 1, (2, len(time_s)))).astype(np.float32)


def test_the_compressor_is_its_paper_in_double_precision_to_minus_100_db():
    sound = _speech()
    # With an attack far shorter than the release, its share in the release is the attack itself.
    got = through(
        effects.make("compressor", threshold_db=-30, ratio=5, knee_db=8, attack_ms=0.05, release_ms=80), sound
    )
    level_db = 20 * np.log10(np.abs(sound.astype(np.float64)).max(axis=0) + 1e-12)
    wanted = np.array([(1 - 1 / 5) * soft(level + 30, 8) for level in level_db])
    gain = 10 ** (-decoupled(wanted, 0.05, 80 - 0.05) / 20)
    assert null_db(got, gain * sound) < -100.0


@pytest.mark.parametrize("knee_db", [0.0, 6.0, 20.0])
@pytest.mark.parametrize("ratio", [1.5, 4.0, 100.0])
def test_the_compressor_rests_on_its_curve(ratio, knee_db):
    for level_db in LEVELS_DB:
        got = settled_db(
            "compressor", level_db, threshold_db=-24, ratio=ratio, knee_db=knee_db, makeup_db=3, **FAST
        )
        assert got == pytest.approx(3 - (1 - 1 / ratio) * soft(level_db + 24, knee_db), abs=0.005)


@pytest.mark.parametrize("knee_db", [0.0, 12.0])
def test_the_upward_compressor_lifts_the_quiet_by_no_more_than_its_range(knee_db):
    for level_db in LEVELS_DB:
        got = settled_db(
            "upward_compressor", level_db, threshold_db=-24, ratio=3, knee_db=knee_db, range_db=15, **FAST
        )
        assert got == pytest.approx(min(15, (1 - 1 / 3) * soft(-24 - level_db, knee_db)), abs=0.005)


@pytest.mark.parametrize(
    ("attack_ms", "release_ms"), [(1.0, 50.0), (10.0, 100.0), (30.0, 60.0), (0.5, 400.0)]
)
def test_attack_and_release_are_the_times_to_63_percent(attack_ms, release_ms):
    quiet, loud = square(-40, 0.2), square(-10, 0.6)
    sound = np.concatenate((quiet, loud, square(-40, 6 * release_ms / 1000)), axis=1)
    gains = gain_db(effects.make("compressor", knee_db=0, attack_ms=attack_ms, release_ms=release_ms), sound)
    up, down = quiet.shape[1], quiet.shape[1] + loud.shape[1]
    assert time_to_63_ms(gains[up - 1 : down]) == pytest.approx(attack_ms, rel=0.02, abs=0.03)
    assert time_to_63_ms(gains[down - 1 :]) == pytest.approx(release_ms, rel=0.02)


def test_the_rms_detector_hears_a_sine_3_db_lower_than_the_peak_detector():
    tone = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(RATE_HZ) / RATE_HZ)
    sound = np.stack([tone, tone]).astype(np.float32)
    knobs = {"threshold_db": -40, "ratio": 100, "knee_db": 0, "attack_ms": 20, "release_ms": 2000}
    peak, mean = (
        rms(through(effects.make("compressor", detector=detector, **knobs), sound)[:, -4800:])
        for detector in ("peak", "rms")
    )
    assert db(mean / peak) == pytest.approx(3.01 * 0.99, abs=0.1)


def test_both_ears_are_turned_down_together():
    sound = square(-6, 0.1)
    sound[1] *= 0.01
    out = through(effects.make("compressor"), sound)
    assert np.allclose(out[1] / sound[1], out[0] / sound[0], rtol=1e-6)


def test_half_mixed_is_half_the_dry_and_half_the_wet_sound():
    sound = _speech()
    wet, half = (through(effects.make("compressor", mix=mix), sound) for mix in (1.0, 0.5))
    assert null_db(half, 0.5 * (wet + sound)) < -120.0


def test_a_turned_makeup_knob_glides_without_zipper_noise():
    tone = 0.1 * np.sin(2 * np.pi * 997 * np.arange(RATE_HZ // 2) / RATE_HZ)
    sound = np.stack([tone, tone]).astype(np.float32)
    effect = effects.make("compressor", threshold_db=0.0, makeup_db=0.0)
    through(effect, sound[:, :64])
    effect.set("makeup_db", 12.0)
    out = through(effect, sound)[0]
    gain = np.full(len(tone), 12.0)
    ticks = 15  # 20 ms
    gain[: ticks * 64] = 12 * np.arange(ticks * 64) / (ticks * 64)
    assert null_db(out, tone * 10 ** (gain / 20)) < -90.0
