import numpy as np
import pytest

from cext import effects
from tests.cext.effects.dynamics import gain_db, settled_db, soft, square, time_to_63_ms
from tests.cext.sound import RATE_HZ, db, rms, through

FAST = {"attack_ms": 0.5, "release_ms": 10.0}


def _steps(*levels_db, seconds=0.1):
    return np.concatenate([square(level_db, seconds) for level_db in levels_db], axis=1)


@pytest.mark.parametrize("knee_db", [0.0, 12.0])
@pytest.mark.parametrize("ratio", [1.5, 4.0])
def test_the_expander_rests_on_its_curve_and_goes_no_deeper_than_its_range(ratio, knee_db):
    for level_db in (-70.0, -50.0, -42.0, -36.0, -31.0, -20.0, 0.0):
        got = settled_db(
            "expander", level_db, threshold_db=-36, ratio=ratio, knee_db=knee_db, range_db=25, **FAST
        )
        assert got == pytest.approx(-min(25, (ratio - 1) * soft(-36 - level_db, knee_db)), abs=0.005)


@pytest.mark.parametrize(("attack_ms", "release_ms"), [(1.0, 50.0), (5.0, 200.0)])
def test_the_expander_opens_with_its_attack_and_closes_with_its_release(attack_ms, release_ms):
    sound = np.concatenate((_steps(-50, -10, seconds=0.3), square(-50, 1.5)), axis=1)
    gains = gain_db(effects.make("expander", attack_ms=attack_ms, release_ms=release_ms), sound)
    up, down = int(0.3 * RATE_HZ), int(0.6 * RATE_HZ)
    assert time_to_63_ms(gains[up - 1 : down]) == pytest.approx(attack_ms, rel=0.02, abs=0.03)
    assert time_to_63_ms(gains[down - 1 :]) == pytest.approx(release_ms, rel=0.02)


def test_the_gate_opens_at_its_threshold_and_shuts_below_its_hysteresis():
    knobs = {"threshold_db": -30, "hysteresis_db": 6, "range_db": 60, "hold_ms": 0, **FAST}
    #                 shut   open   still open  shut   not open yet
    sound = _steps(-31.0, -29.5, -35.5, -36.5, -31.0)
    gains = gain_db(effects.make("noise_gate", **knobs), sound)
    ends = gains[np.arange(1, 6) * int(0.1 * RATE_HZ) - 1]
    assert ends == pytest.approx([-60, 0, 0, -60, -60], abs=0.5)


def test_the_gate_holds_to_the_frame_before_it_lets_go():
    sound = _steps(-10, -70)
    gains = gain_db(effects.make("noise_gate", hold_ms=50, attack_ms=0.05, release_ms=30), sound)
    loud = int(0.1 * RATE_HZ)
    begins = loud + int(np.argmax(gains[loud:] < -0.001))
    assert begins == pytest.approx(loud + int(0.05 * RATE_HZ), abs=2)


def test_the_gate_opens_and_shuts_evenly_in_amplitude():
    knobs = {"hold_ms": 0, "attack_ms": 5, "release_ms": 40, "range_db": 90}
    gains = 10 ** (gain_db(effects.make("noise_gate", **knobs), _steps(-70, -10, -70, seconds=0.4)) / 20)
    up, down = int(0.4 * RATE_HZ), int(0.8 * RATE_HZ)
    assert time_to_63_ms(gains[up - 1 : down]) == pytest.approx(5, rel=0.02)
    assert time_to_63_ms(gains[down - 1 :]) == pytest.approx(40, rel=0.02)


def test_a_keyed_effect_follows_its_key_and_not_its_own_sound():
    for name, quiet_db, loud_db in (("sidechain_gate", -80, 0), ("sidechain_compressor", 0, -15)):
        effect = effects.make(name, threshold_db=-30, attack_ms=1, release_ms=20)
        key = np.zeros((2, 64), np.float32)
        effect.listen(key)
        ends = []
        for level_db in (-90, -10):
            for _ in range(200):
                key[:] = square(level_db, 0.1)[:, :64]
                block = square(-40, 0.1)[:, :64].copy()
                effect.process(block)
            ends.append(db(rms(block)) + 40)
        assert ends[0] == pytest.approx(quiet_db, abs=1)
        assert ends[1] == pytest.approx(loud_db, abs=2)


def test_the_filter_in_the_key_keeps_the_bass_from_turning_the_sound_down():
    time_s = np.arange(RATE_HZ // 2) / RATE_HZ
    for frequency_hz, worked in ((50.0, False), (1000.0, True)):
        tone = 0.5 * np.sin(2 * np.pi * frequency_hz * time_s)
        sound = np.stack([tone, tone]).astype(np.float32)
        out = through(effects.make("sidechain_compressor", key_highpass_hz=1000, threshold_db=-30), sound)
        assert (db(rms(out[:, -9600:]) / rms(sound[:, -9600:])) < -6) == worked


@pytest.mark.parametrize("frequency_hz", [50.0, 400.0, 2000.0, 12_000.0])
def test_listening_to_the_key_lets_its_filters_be_heard(frequency_hz):
    tone = 0.1 * np.sin(2 * np.pi * frequency_hz * np.arange(RATE_HZ // 2) / RATE_HZ)
    knobs = {"key_highpass_hz": 400, "key_lowpass_hz": 2000, "listen": "on"}
    out = through(effects.make("sidechain_gate", **knobs), np.stack([tone, tone]).astype(np.float32))[
        0, 12000:
    ]
    w, high, low = (np.tan(np.pi * f / RATE_HZ) for f in (frequency_hz, 400, 2000))
    passed = (w / high) ** 2 / np.hypot(1, (w / high) ** 2) / np.hypot(1, (w / low) ** 2)
    assert db(rms(out) / rms(tone[12000:])) == pytest.approx(db(passed), abs=0.02)
