import math

from hypothesis import given
from hypothesis import strategies as st

from appliance.guard.gate import FRESH_S, LIT, NONSENSE, STALE, STOPPED, WAITING, Gate

DARK = (0.0,) * 6
FULL = (1.0,) * 6


def lit_gate():
    gate = Gate(light_rise_per_s=0.02, touch_rise_per_s=0.2)
    gate.resume(0.0)
    return gate


def test_nothing_is_shown_before_somebody_asks():
    gate = Gate(0.02, 0.2)
    gate.show(1, FULL, 0.01)
    assert (gate.values, gate.reason) == (DARK, WAITING)


def test_brightness_is_led_up_slowly_and_goes_down_at_once():
    gate = lit_gate()
    for n in range(1, 501):
        gate.show(n, (0.5, *FULL[1:]), n * 0.02)
    assert math.isclose(gate.values[0], 0.2, abs_tol=0.001)
    assert math.isclose(gate.values[4], 1.0)
    gate.show(501, DARK, 10.02)
    assert gate.values == DARK


def test_frames_that_stop_make_it_dark_and_it_stays_dark_when_they_return():
    gate = lit_gate()
    gate.show(1, FULL, 0.02)
    gate.look(0.02 + FRESH_S)
    assert gate.reason == LIT
    gate.look(0.021 + FRESH_S)
    assert (gate.values, gate.reason) == (DARK, STALE)
    gate.show(2, FULL, 0.1)
    assert gate.values == DARK
    gate.resume(0.11)
    gate.show(3, FULL, 0.12)
    assert 0 < gate.values[0] <= 0.02 * 0.02


def test_a_repeated_frame_does_not_count_as_fresh():
    gate = lit_gate()
    gate.show(1, FULL, 0.02)
    gate.show(1, FULL, 0.07)
    gate.look(0.09)
    assert gate.reason == STALE
    assert gate.refused == 1


def test_only_a_release_ends_a_stop():
    gate = lit_gate()
    gate.dark(STOPPED)
    gate.dark(STALE)
    assert not gate.resume(1.0)
    assert gate.reason == STOPPED
    assert gate.resume(1.0, is_release=True)
    assert gate.reason == LIT


@given(value=st.floats(allow_nan=True, allow_infinity=True, width=32), place=st.integers(0, 5))
def test_a_value_outside_0_to_1_makes_it_dark(value, place):
    gate = lit_gate()
    gate.show(1, FULL, 0.02)
    row = [0.5] * 6
    row[place] = value
    gate.show(2, tuple(row), 0.04)
    if 0.0 <= value <= 1.0:
        assert gate.reason == LIT
    else:
        assert (gate.values, gate.reason) == (DARK, NONSENSE)


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["show", "resume", "release", "stop", "look"]), st.floats(0, 0.2)),
        max_size=60,
    )
)
def test_whatever_happens_dark_is_dark_and_a_stop_holds_until_released(steps):
    gate, now_s, is_stopped = lit_gate(), 0.0, False
    for sequence, (act, passed_s) in enumerate(steps, 1):
        now_s += passed_s
        if act == "show":
            gate.show(sequence, FULL, now_s)
        elif act == "look":
            gate.look(now_s)
        elif act == "stop":
            gate.dark(STOPPED)
            is_stopped = True
        else:
            gate.resume(now_s, is_release=act == "release")
            is_stopped = is_stopped and act != "release"
        assert (gate.reason == STOPPED) == is_stopped
        assert gate.reason == LIT or gate.values == DARK
