"""Each limit of `cext/safety_limits.json` that frames can show, by a judge that knows nothing of ours."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cext.guard import Guard
from cext.limits import Calibration, Carried, load
from tests.cext.sound import RATE_HZ
from tests.cext.test_guard import flashes, lanes, led_up, most_in_a_second, wave

LIMITS = load()
CEILING = 10 ** (LIMITS["audio"]["true_peak_dbfs"] / 20)


def true_peak(sound, taps=64):
    """Highest value at eighths of a sample: a longer filter than the guard's own."""
    t = np.arange(-taps * 8, taps * 8 + 1) / 8
    kernel = np.sinc(t) * np.kaiser(len(t), 9.0)
    stuffed = np.zeros(len(sound) * 8)
    stuffed[::8] = sound
    size = 1 << int(np.ceil(np.log2(len(stuffed) + len(kernel))))
    return np.abs(np.fft.irfft(np.fft.rfft(stuffed, size) * np.fft.rfft(kernel, size), size)).max()


def loudest_three_seconds(ears):
    power = np.cumsum(np.pad(ears.astype(np.float64) ** 2, ((0, 0), (1, 0))), axis=1)
    span = min(3 * RATE_HZ, ears.shape[1])
    return 10 * np.log10((power[:, span:] - power[:, :-span]).max() / (3 * RATE_HZ) + 1e-30)


def hostile(kind, size, seed):
    """A second or so of what nobody should send, for all eight lanes."""
    chance = np.random.default_rng(seed)
    flipping = np.where(np.arange(size) % 2, 1.0, -1.0)
    time_s = np.arange(size) / RATE_HZ
    hz = chance.uniform(0.3, 90.0, (8, 1))
    rows = {
        "noise": lambda: chance.normal(0.0, 3.0, (8, size)),
        "square": lambda: np.sign(np.sin(2 * np.pi * hz * time_s)),
        "chirp": lambda: np.sin(2 * np.pi * (hz * time_s + chance.uniform(0, 30) * time_s**2)),
        "fold": lambda: flipping * np.sign(np.sin(2 * np.pi * hz * 90 * time_s)),
        "bursts": lambda: np.where(
            chance.uniform(size=(8, size)) > 0.999, chance.choice([1e30, -1e30, 1], (8, 1)), 0
        ),
        "nonsense": lambda: chance.choice([0.0, 1.0, np.nan, np.inf, -np.inf, 1e30, -0.5], (8, size)),
        "steady": lambda: np.repeat(chance.choice([0.0, 0.3, 1.0], (8, 1)), size, axis=1),
        "staircase": lambda: np.repeat(chance.uniform(0, 1, (8, size // 3000 + 1)), 3000, axis=1)[:, :size],
    }
    return rows[kind]().astype(np.float32)


KINDS = ["noise", "square", "chirp", "fold", "bursts", "nonsense", "steady", "staircase"]
PARTS = st.tuples(st.sampled_from(KINDS), st.integers(1, 20_000), st.integers(0, 2**32 - 1))
BLOCKS = st.lists(PARTS, min_size=1, max_size=5)
CUTS = st.lists(st.integers(1, 9000), min_size=1, max_size=20)


LEVELS = st.sampled_from([("L0", 3, False), ("L1", 3, True), ("L2", 15, True), ("L3", 60, True)])

# What a player sends at the end: a wave that breaks off has peaks of its own.
SILENCE = np.zeros((8, 512), np.float32)


def broken(out, flashes_allowed, *, may_touch=True):
    """Which limits a stretch of frames breaks."""
    found = set()
    if not np.isfinite(out).all():
        return {"finite"}
    if max(true_peak(out[0]), true_peak(out[1])) > CEILING:
        found.add("true peak")
    if loudest_three_seconds(out[:2]) > LIMITS["audio"]["uncalibrated_program_rms_dbfs_max"]:
        found.add("loudness")
    if out[2:6].min() < 0.0 or out[2:6].max() > 1.0:
        found.add("light range")
    eyes = [*out[2:6], out[2:6].mean(axis=0), out[[2, 4, 5]].mean(axis=0), out[[3, 4, 5]].mean(axis=0)]
    if any(most_in_a_second(flashes(light[::16], RATE_HZ / 16)) > 2 * flashes_allowed for light in eyes):
        found.add("flashes")
    if np.abs(out[6:]).max() > 1.0 or (not may_touch and out[6:].any()):
        found.add("touch")
    return found


@settings(max_examples=12, deadline=None)
@given(blocks=BLOCKS, level=LEVELS)
def test_no_sequence_of_blocks_however_hostile_breaks_a_limit(blocks, level):
    consent, flashes_allowed, may_touch = level
    guard = Guard(consent=consent)
    led_up(guard)
    out = np.concatenate([*(hostile(*block) for block in blocks), SILENCE], axis=1)
    guard.process(out)
    assert broken(out, flashes_allowed, may_touch=may_touch) == set()


@settings(max_examples=8, deadline=None)
@given(blocks=BLOCKS, cuts=CUTS, stops=st.integers(0, 2**20 - 1))
def test_no_stops_releases_and_pauses_in_between_break_one_either(blocks, cuts, stops):
    guard = Guard(consent="L1")
    led_up(guard)
    whole = np.concatenate([hostile(*block) for block in blocks], axis=1)
    parts, done = [], 0
    for turn, cut in enumerate(cuts):
        part = np.ascontiguousarray(whole[:, done : done + cut])
        done += cut
        if not part.shape[1]:
            break
        if stops >> turn & 1:
            guard.stop_now()
        else:
            guard.release()
        guard.process(part)
        parts.append(part)
    parts.append(SILENCE.copy())
    guard.process(parts[-1])
    # A stop may cut a flash short: half a flash more.
    assert broken(np.concatenate(parts, axis=1), 3.5) == set()


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(blocks=BLOCKS, level=LEVELS)
def test_no_longer_search_finds_a_broken_limit(blocks, level):
    test_no_sequence_of_blocks_however_hostile_breaks_a_limit.hypothesis.inner_test(blocks, level)


def test_the_judge_finds_every_one_of_these_limits_broken_without_the_guard():
    # The control.
    assert broken(hostile("nonsense", 9000, 1), 3) == {"finite"}
    noise = hostile("noise", 4 * RATE_HZ, 1)
    assert broken(noise, 3, may_touch=False) == {"true peak", "loudness", "light range", "flashes", "touch"}


def test_blocks_of_any_size_give_the_same_bits():
    whole = np.concatenate([hostile(kind, 5000, seed) for seed, kind in enumerate(KINDS)], axis=1)
    results = []
    for size in (1, 64, 128, 256, 1000, whole.shape[1]):
        guard, parts = Guard(consent="L2"), []
        for start in range(0, whole.shape[1] if size > 1 else 3000, size):
            parts.append(np.ascontiguousarray(whole[:, start : start + size]))
            guard.process(parts[-1])
        results.append(np.concatenate(parts, axis=1))
    for result in results:
        assert np.array_equal(result, results[-1][:, : result.shape[1]])


@pytest.mark.parametrize(("consent", "hz"), [("L2", 10.0), ("L2", 14.0), ("L3", 40.0), ("L3", 55.0)])
def test_flicker_within_the_consent_passes_as_it_is(consent, hz):
    guard = Guard(consent=consent)
    led_up(guard)
    block = lanes(4, _2=0.5 + 0.5 * np.cos(2 * np.pi * hz * np.arange(4 * RATE_HZ) / RATE_HZ))
    wanted = block[2].copy()
    guard.process(block)
    assert np.abs(block[2, 128 + RATE_HZ :] - wanted[RATE_HZ:-128]).max() < 0.06
    assert "light_flicker" not in guard.report()["limits"]


@pytest.mark.parametrize(
    ("consent", "hz"), [("L1", 3.6), ("L2", 16.0), ("L2", 40.0), ("L3", 63.0), ("L3", 700)]
)
@pytest.mark.parametrize("depth", [1.0, 0.1, 0.01])
def test_flicker_above_the_consent_is_steady_within_a_second_or_two(consent, hz, depth):
    guard = Guard(consent=consent)
    led_up(guard)
    block = lanes(4, _2=wave(hz, 4, 0.9 - depth * 0.9, 0.9, square=False))
    guard.process(block)
    late = block[2, 3 * RATE_HZ :]
    # What is too faint to count as a flash loses at least a third by two poles at the consent's edge.
    assert late.max() - late.min() < (0.001 if depth > 0.05 else 0.6 * depth)
    assert guard.report()["limits"].keys() & {"light_flicker", "light_ripple"}


def test_red_may_not_flicker_below_the_highest_consent_and_pink_may():
    for consent, is_held in (("L2", True), ("L3", False)):
        guard = Guard(consent=consent, light_map="rgbw")
        led_up(guard)
        block = lanes(12, _2=wave(8.0, 12, square=False))
        guard.process(block)
        assert ("light_red" in guard.report()["limits"]) == is_held
        red = block[2, 4 * RATE_HZ :]
        assert (most_in_a_second(flashes(red)) > 6) != is_held


@pytest.mark.parametrize(("slew", "is_held"), [(0.5, False), (4.0, True)])
def test_a_flicker_that_changes_its_frequency_too_fast_is_held(slew, is_held):
    guard = Guard(consent="L2")
    led_up(guard)
    at = np.arange(5 * RATE_HZ) / RATE_HZ
    guard.process(lanes(5, _2=0.5 + 0.5 * np.sin(2 * np.pi * (6 * at + slew * at**2 / 2))))
    assert ("light_drift" in guard.report()["limits"]) == is_held


def test_light_goes_out_slowly_when_its_hour_is_over_and_rests_for_half_an_hour():
    hour_s = 60 * LIMITS["light"]["session_min"]["hard"]
    guard = Guard(carried=Carried(light_session_s=hour_s - 30))
    block = lanes(45, _2=0.3)
    guard.process(block)
    assert block[2, 15 * RATE_HZ] > 0.2
    assert np.abs(np.diff(block[2, ::64])).max() * RATE_HZ / 64 < 0.11
    assert not block[2, 31 * RATE_HZ :].any()
    assert "light_session" in guard.report()["limits"]
    assert guard.report()["carry"]["light_session_s"] <= hour_s
    again = Guard(carried=Carried(**guard.report()["carry"]))
    block = lanes(5, _2=0.3)
    again.process(block)
    assert block[2].max() < 0.1
    assert not block[2, -RATE_HZ // 10 :].any() or again.report()["limits"]["light_session"]


@pytest.mark.parametrize(
    ("calibration", "most"),
    [
        (Calibration(light_full_cd_m2=1000.0), 0.2),
        (Calibration(light_full_lx=3000.0), 0.5),
        (Calibration(light_full_blue_w_m2_sr=40.0), 0.25),
    ],
)
def test_a_measured_light_never_shines_brighter_than_the_eye_may_have(calibration, most):
    guard = Guard(calibration=calibration)
    led_up(guard)
    block = lanes(1, _2=1.0)
    guard.process(block)
    assert block[2].max() <= most + 1e-6
    assert block[2].max() > 0.9 * most
    assert "light_luminance" in guard.report()["limits"]


def wk(hz):
    """Wk of ISO 2631-1, as its table prints it."""
    return {20.0: 0.636, 31.5: 0.405, 40.0: 0.314, 50.0: 0.246, 63.0: 0.186, 80.0: 0.132}[hz]


@pytest.mark.parametrize("hz", [20.0, 31.5, 40.0, 50.0, 63.0, 80.0])
def test_vibration_is_weighted_as_the_standard_says_and_never_stronger_than_comfortable(hz):
    guard = Guard(consent="L1", calibration=Calibration(vibration_full_m_s2=20.0))
    block = lanes(14, _6=np.sin(2 * np.pi * hz * np.arange(14 * RATE_HZ) / RATE_HZ))
    guard.process(block)
    late = 20.0 * block[6, -2 * RATE_HZ :].astype(float)
    felt = wk(hz) * np.sqrt((late**2).mean())
    assert felt <= 1.02 * LIMITS["vibration"]["comfort_aw_hard"]
    assert felt > 0.8 * LIMITS["vibration"]["comfort_aw_hard"]
    assert "vibration_strength" in guard.report()["limits"]


def test_a_day_of_vibration_ends_at_its_dose():
    limit = LIMITS["vibration"]["wbv_A8_action"] ** 2 * 8 * 3600
    guard = Guard(consent="L1", carried=Carried(vibration_day_m2_s3=limit - 0.5))
    block = lanes(20, _6=np.sin(2 * np.pi * 40 * np.arange(20 * RATE_HZ) / RATE_HZ))
    guard.process(block)
    assert not block[6, -RATE_HZ:].any()
    assert "vibration_dose" in guard.report()["limits"]


def test_a_brightness_forgotten_in_the_dark_is_led_up_to_again():
    guard = Guard()
    led_up(guard)
    guard.process(lanes(25))
    block = lanes(2, _2=1.0)
    guard.process(block)
    assert block[2].max() < 0.05


def test_without_consent_the_body_stays_still_and_the_report_says_so():
    guard = Guard(consent="L0")
    block = lanes(2, _6=1.0)
    guard.process(block)
    assert not block[6].any()
    assert "vibration_consent" in guard.report()["limits"]


def test_measured_ears_get_85_dba_and_ten_less_when_the_week_is_full():
    tone = np.sin(2 * np.pi * 1000 * np.arange(6 * RATE_HZ) / RATE_HZ)
    levels = []
    for had in (0.0, LIMITS["audio"]["dose_pa2h_week"]):
        guard = Guard(calibration=Calibration(sound_full_dba=100.0), carried=Carried(sound_week_pa2h=had))
        block = lanes(6, _0=tone, _1=tone)
        guard.process(block)
        levels.append(100 + 10 * np.log10(2 * np.mean(block[0, -RATE_HZ:].astype(float) ** 2)))
    assert levels[0] == pytest.approx(85, abs=1.0)
    assert levels[0] - levels[1] == pytest.approx(10, abs=0.5)


def test_the_dose_of_sound_is_counted_in_pascal_squared_hours():
    # 80 dBA is 0.2 Pa: 0.04 Pa2 h in an hour (ITU-T H.870: 40 such hours are a week's 1.6).
    guard = Guard(calibration=Calibration(sound_full_dba=100.0))
    tone = 0.1 * np.sin(2 * np.pi * 1000 * np.arange(20 * RATE_HZ) / RATE_HZ)
    guard.process(lanes(20, _0=tone, _1=tone))
    assert guard.report()["carry"]["sound_week_pa2h"] == pytest.approx(0.04 * 20 / 3600, rel=0.03)
