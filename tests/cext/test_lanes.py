import numpy as np
import pytest

from cext import lanes
from cext.graph import Graph
from cext.guard import Guard
from tests.cext.sound import RATE_HZ


def filled(lane, seconds):
    block = np.empty((lane.rows, int(seconds * RATE_HZ) // 64 * 64), np.float32)
    lane.render(block)
    return block.astype(np.float64)


def test_every_lane_keeps_its_range_at_every_end_of_its_parameters():
    for name, rows in lanes.catalogue().items():
        for row in rows:
            for value in (row.minimum, row.maximum):
                lane = lanes.make(name, **{"level": 1.0} if name != "light" else {})
                lane.set(row.name, value)
                block = filled(lane, 0.1)
                assert np.isfinite(block).all()
                assert np.abs(block).max() <= 1.0
                assert lane.rows == 2 or block.min() >= 0.0


def test_an_unknown_lane_is_refused_with_the_nearest_name():
    with pytest.raises(ValueError, match="did you mean 'pulses'"):
        lanes.make("pulse")


def test_a_pulse_with_wide_edges_is_a_pure_sine():
    block = filled(lanes.make("pulses", level=1.0, frequency_hz=10.0), 1.0)
    turn = 2 * np.pi * 10 * np.arange(block.shape[1]) / RATE_HZ
    assert np.abs(block[0] - (0.5 + 0.5 * np.sin(turn))).max() < 1e-7


@pytest.mark.parametrize("duty", [0.2, 0.5, 0.85])
def test_a_square_is_bright_for_its_duty_and_has_no_corner(duty):
    block = filled(lanes.make("pulses", level=1.0, frequency_hz=8.0, duty=duty, edge=0.1), 1.0)[0]
    assert (block > 0.5).mean() == pytest.approx(duty, abs=1e-3)
    assert block.max() == 1.0
    assert block.min() == 0.0
    # Half a cosine over a tenth of a turn: never steeper than its middle.
    assert np.abs(np.diff(block)).max() <= 0.5 * np.pi * 8.0 / 0.1 / RATE_HZ * 1.001


def test_left_and_right_alternate_by_half_a_turn():
    block = filled(lanes.make("pulses", level=1.0, frequency_hz=10.0, apart=1.0), 1.0)
    assert np.abs(block[0] + block[1] - 1.0).max() < 1e-6


def test_a_light_of_eight_hours_has_not_drifted_by_a_sample():
    # From the phase step itself: 0.01 micro-hertz over eight hours would be 0.0003 turns.
    for hz in (0.01, 7.83, 40.0, 59.9):
        step = int(hz / RATE_HZ * 2.0**64)
        assert abs(step * RATE_HZ / 2.0**64 - hz) < 1e-8
    lane = lanes.make("pulses", level=1.0, frequency_hz=39.7)
    block = filled(lane, 20.0)
    late = block[0, -RATE_HZ:]
    at = np.arange(block.shape[1] - RATE_HZ, block.shape[1]) / RATE_HZ
    assert np.abs(late - (0.5 + 0.5 * np.sin(2 * np.pi * 39.7 * at))).max() < 1e-6


def test_sound_and_light_of_one_beat_leave_the_guard_on_the_same_frames():
    pulses = filled(lanes.make("pulses", level=1.0, frequency_hz=10.0, duty=0.3, edge=0.3), 5.0)
    block = np.zeros((8, pulses.shape[1]), np.float32)
    block[0] = 0.1 * pulses[0]
    block[2:4] = 0.02 * pulses[:2]
    guard = Guard(consent="L2")
    guard.hold(block)
    settled = slice(3 * RATE_HZ, None)
    assert np.abs(block[0, settled] / 0.1 - block[2, settled] / 0.02).max() < 1e-6
    assert np.abs(block[0, settled] / 0.1 - pulses[0, settled]).max() < 1e-6
    assert not {"light_flicker", "light_drift", "light_ripple"} & guard.report()["limits"].keys()


def test_colours_are_made_of_the_same_light_all_round():
    for hue in np.linspace(0, 1, 13):
        block = filled(lanes.make("colour", level=0.9, hue_turns=hue, saturation=0.5), 0.01)
        assert block[:3].sum(axis=0) == pytest.approx(0.9, abs=1e-5)
        assert np.argmax(block[:3, 0]) == round(hue * 3) % 3 or abs(hue * 3 % 1 - 0.5) < 0.3


@pytest.mark.parametrize(("bits", "gamma"), [(1, 1.0), (8, 1.0), (8, 2.2), (12, 2.2)])
def test_codes_give_the_light_asked_for_in_the_mean(bits, gamma):
    fade = np.linspace(0.001, 0.3, 200_000, dtype=np.float32)
    out = np.empty((1, len(fade)), np.uint16)
    lanes.Drive(bits, gamma).codes(fade[None, :], out)
    shone = (out[0] / (2.0**bits - 1)) ** gamma
    means = (shone - fade).reshape(-1, 10_000).mean(axis=1)
    assert np.abs(means).max() < 2e-4
    # The control: rounding alone is far from it with few bits.
    if bits == 8 and gamma == 2.2:
        rounded = (np.round(fade ** (1 / gamma) * 255) / 255) ** gamma
        assert np.abs((rounded - fade)[:10_000]).max() > 1e-5


def test_dark_is_dark_whatever_is_still_owed():
    lane = np.concatenate([np.full(1000, 0.0013), np.zeros(1000)]).astype(np.float32)[None, :]
    out = np.empty(lane.shape, np.uint16)
    lanes.Drive(8, 1.0).codes(lane, out)
    assert out[0, :1000].any()
    assert not out[0, 1000:].any()


def test_vibration_waves_begin_at_nothing_and_alternate():
    block = filled(lanes.make("waves", level=1.0, frequency_hz=40.0, wave_hz=1.0, apart=1.0), 2.0)
    parts = np.sqrt((block.reshape(2, -1, 1200) ** 2).mean(axis=2))
    assert parts[0, 0] < 0.02
    assert parts[1, 0] > 0.68
    assert np.corrcoef(parts)[0, 1] < -0.9


def test_the_graph_still_lights_and_shakes_through_its_lanes():
    graph = Graph(consent="L1")
    graph.apply({"light.left": 0.01, "vibration.level": 0.5}, 0.0)
    block = np.empty((8, RATE_HZ), np.float32)
    graph.render(block)
    assert block[2].max() > 0.005
    assert np.abs(block[6]).max() > 0.05
