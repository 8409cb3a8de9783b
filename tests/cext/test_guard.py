import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cext.flicker import FlickerWatch
from cext.graph import Graph
from cext.guard import Guard
from cext.limits import Calibration, Carried, load
from tests.cext.sound import RATE_HZ, played

LED_UP_S = 57
CEILING = 10 ** (load()["audio"]["true_peak_dbfs"] / 20)
HOSTILE = st.sampled_from([0.0, 1.0, -1.0, 0.5, 1000.0, -1e30, float("nan"), float("inf"), float("-inf")])


def lanes(seconds, **rows):
    block = np.zeros((8, int(seconds * RATE_HZ)), np.float32)
    for name, values in rows.items():
        block[int(name[1:])] = values
    return block


def flashes(light, rate_hz=RATE_HZ):
    """Changes of direction of at least 10 % (WCAG 2.3.1) with their times, from first principles."""
    times, extreme, rising = [], light[0], True
    for index, value in enumerate(light):
        if (value > extreme) == rising:
            extreme = value
        elif abs(value - extreme) >= 0.1:
            times.append(index / rate_hz)
            extreme, rising = value, not rising
    return times


def most_in_a_second(times):
    return max((sum(1 for t in times if a <= t < a + 1) for a in times), default=0)


def wave(hz, seconds, low=0.0, high=1.0, square=True):
    turn = np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)
    return low + (high - low) * ((turn > 0) if square else 0.5 + 0.5 * turn)


LED_UP = lanes(LED_UP_S, _2=1.0, _3=1.0, _4=1.0, _5=1.0)


def led_up(guard):
    """Lead all lights up to full brightness, as a long session would."""
    guard.process(LED_UP.copy())


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.tuples(*([HOSTILE] * 8)), min_size=1, max_size=6),
    size=st.sampled_from([1, 63, 64, 65, 500]),
)
def test_no_hostile_frame_leaves_the_guard_unsafe(values, size):
    guard = Guard()
    for row in values:
        block = np.repeat(np.array(row, np.float32)[:, None], size, axis=1)
        guard.process(block)
        assert np.isfinite(block).all()
        assert np.abs(block[:2]).max() <= CEILING + 1e-7
        assert block[2:6].min() >= 0
        assert block[2:6].max() <= 1
        assert np.abs(block[6:]).max() <= 1


def test_the_guard_lets_a_slow_quiet_scene_pass_untouched():
    tone = 0.05 * np.sin(2 * np.pi * 220 * np.arange(RATE_HZ) / RATE_HZ)
    block = lanes(1, _0=tone, _1=tone)
    guard = Guard()
    guard.hold(block)
    assert np.array_equal(block[0], tone.astype(np.float32))
    assert guard.report()["limits"] == {}


@pytest.mark.parametrize("hz", [4.0, 10.0, 18.0, 60.0, 400.0, 5000.0])
@pytest.mark.parametrize("square", [True, False])
def test_light_faster_than_3_hz_is_held_steady_and_said(hz, square):
    guard = Guard()
    led_up(guard)
    block = lanes(4, _2=wave(hz, 4, square=square))
    guard.process(block)
    assert most_in_a_second(flashes(block[2])) <= 6
    after = block[2, 2 * RATE_HZ :]
    assert after.max() - after.min() < 1e-3
    report = guard.report()
    assert report["is_light_held"]
    assert report["limits"]["light_flicker"]["first_frame"] < (LED_UP_S + 2) * RATE_HZ


def test_the_counter_of_flashes_sees_an_unguarded_strobe():
    # The control: without the guard the same light is far over the limit.
    assert most_in_a_second(flashes(wave(10, 2))) >= 19


def test_light_as_slow_as_breath_passes_with_its_full_swing():
    guard = Guard()
    led_up(guard)
    block = lanes(20, _2=wave(0.1, 20, square=False), _3=wave(2.0, 20, 0.3, 0.5, square=False))
    guard.process(block)
    assert block[2].max() > 0.95
    assert block[2, RATE_HZ:].min() < 0.05
    assert "light_flicker" not in guard.report()["limits"]


def test_slow_lights_out_of_step_do_not_add_up_to_a_fast_one():
    late = RATE_HZ // 12
    slow = wave(2.9, 4)
    watch = FlickerWatch()
    alone = np.zeros((4, len(slow)), np.float32)
    alone[0] = slow
    assert not watch.see(alone)
    together = alone.copy()
    together[1] = np.roll(slow, late)
    assert FlickerWatch().see(together)


@settings(max_examples=8, deadline=None)
@given(
    hz=st.floats(0.2, 200.0),
    low=st.floats(0.0, 1.0),
    high=st.floats(0.0, 1.0),
    sweep=st.floats(0.0, 20.0),
    lane=st.integers(2, 5),
)
def test_no_light_flashes_more_than_three_times_in_any_second(hz, low, high, sweep, lane):
    guard = Guard()
    led_up(guard)
    time_s = np.arange(3 * RATE_HZ) / RATE_HZ
    turn = np.sin(2 * np.pi * (hz * time_s + sweep * time_s**2 / 2))
    block = lanes(3, **{f"_{lane}": np.where(turn > 0, high, low)})
    guard.process(block)
    assert most_in_a_second(flashes(block[lane])) <= 6


def test_the_first_brightness_takes_a_minute_and_a_new_one_two_per_cent_a_second():
    block = lanes(70, _2=0.9)
    block[3, 62 * RATE_HZ :] = 1.0
    Guard().hold(block)
    assert block[2, 10 * RATE_HZ] == pytest.approx(10 / 60, abs=0.005)
    assert block[2, 50 * RATE_HZ] == pytest.approx(50 / 60, abs=0.005)
    assert block[2, 60 * RATE_HZ] == pytest.approx(0.9, abs=1e-6)
    assert block[3, 67 * RATE_HZ] == pytest.approx(0.1, abs=0.005)
    assert np.diff(block[2:4, ::64].astype(float)).max() * RATE_HZ / 64 <= 0.0201


def test_vibration_gets_strong_slowly_and_stays_a_pure_tone():
    tone = np.sin(2 * np.pi * 40 * np.arange(8 * RATE_HZ) / RATE_HZ)
    block = lanes(8, _6=tone)
    guard = Guard(consent="L1")
    guard.hold(block)
    early, late = block[6, RATE_HZ : RATE_HZ + 4800], block[6, -RATE_HZ:]
    assert 0.1 < np.abs(early).max() < 0.3
    assert np.abs(late).max() > 0.85
    spectrum = np.abs(np.fft.rfft(late * np.hanning(len(late))))
    assert spectrum[110:130].max() < 1e-3 * spectrum.max()
    assert "vibration_ramp" in guard.report()["limits"]


@pytest.mark.parametrize(("hz", "most"), [(0.0, 1e-3), (4.0, 0.1), (2000.0, 0.02)])
def test_what_is_outside_the_band_of_touch_does_not_reach_the_skin(hz, most):
    block = lanes(10, _6=np.cos(2 * np.pi * hz * np.arange(10 * RATE_HZ) / RATE_HZ))
    Guard(consent="L1").process(block)
    assert np.abs(block[6, -RATE_HZ:]).max() < most


def test_a_programme_that_stays_loud_is_turned_down_to_its_limit():
    tone = 0.8 * np.sin(2 * np.pi * 300 * np.arange(20 * RATE_HZ) / RATE_HZ)
    block = lanes(20, _0=tone, _1=tone)
    guard = Guard()
    guard.process(block)
    level_db = 10 * np.log10(np.mean(block[:2, -RATE_HZ:].astype(float) ** 2))
    most_db = load()["audio"]["uncalibrated_program_rms_dbfs_max"]
    assert most_db - 1 < level_db < most_db
    assert guard.report()["limits"]["sound_loudness"]["count"]


@pytest.mark.parametrize("phase", [1, 63, 64, 100])
def test_a_stop_is_dark_in_20_ms_and_still_and_silent_in_50(phase):
    graph = Graph()
    graph.apply({"pad.level": 1.0, "light.left": 1.0, "vibration.level": 1.0}, 0.0)
    played(graph, 3)
    played(graph, phase / RATE_HZ, 1)
    graph.stop_now()
    after = played(graph, 1)
    stop = load()["stop"]
    for rows, limit_ms in (
        (slice(2, 6), "estop_light_ms"),
        (slice(6, 8), "estop_vibro_ms"),
        (slice(0, 2), "estop_audio_fade_ms"),
    ):
        assert not after[rows, int(stop[limit_ms] * RATE_HZ / 1000) :].any()
    assert graph.is_stopped


def test_a_stop_stays_until_it_is_released_and_then_light_begins_from_nothing():
    graph = Graph()
    targets = {"pad.level": 1.0, "light.left": 1.0}
    graph.apply(targets, 0.0)
    played(graph, 5)
    graph.stop_now()
    graph.apply(targets)
    assert not played(graph, 2)[:, 4800:].any()
    graph.release()
    back = played(graph, 2)
    assert np.abs(back[:2]).max() > 0.01
    assert 0 < back[2].max() <= 0.0401
    assert graph.guard_report()["limits"]["stopped"]["count"] > 0


def test_a_stop_makes_no_click():
    graph = Graph()
    graph.apply({"sine.level": 0.1, "sine.frequency_hz": 100.0, "reverb.mix": 0.0}, 0.0)
    before = played(graph, 0.5)[0, RATE_HZ // 4 :]
    graph.stop_now()
    after = played(graph, 0.2)[0]
    assert np.abs(np.diff(after)).max() < 1.5 * np.abs(np.diff(before)).max()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"consent": "L4"}, "did you mean"),
        ({"light_map": "rgb"}, "did you mean 'rgbw'"),
        ({"carried": Carried(light_day_s=float("nan"))}, "carried light_day_s"),
        ({"calibration": Calibration(sound_full_dba=float("inf"))}, "calibration sound_full_dba"),
        ({"rate_hz": 0.0}, "outside 8000"),
    ],
)
def test_a_guard_that_cannot_be_built_says_why(arguments, words):
    with pytest.raises(ValueError, match=words):
        Guard(**arguments)
