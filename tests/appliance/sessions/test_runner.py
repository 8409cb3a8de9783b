from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.contracts import CommandKind
from appliance.contracts.messages import SessionState
from appliance.sessions.pacer import Pacer
from appliance.sessions.protocol import load
from appliance.sessions.runner import Runner, State

PROTOCOL = load("resonance_breathing")
MOVES = [
    CommandKind.PAUSE,
    CommandKind.RESUME,
    CommandKind.STOP,
    CommandKind.EMERGENCY_STOP,
    CommandKind.RELEASE,
]


def running(now_s: float = 0.0) -> Runner:
    runner = Runner()
    assert runner.start(PROTOCOL, now_s).is_done
    return runner


def pass_time(runner: Runner, start_s: float, span_s: float) -> float:
    end_s = start_s + span_s
    while start_s < end_s:
        start_s += 0.05
        runner.advance(start_s)
    return start_s


def test_a_session_fades_in_plays_its_length_fades_out_and_is_finished() -> None:
    runner = running()
    now_s = pass_time(runner, 0, PROTOCOL.fade_in_s)
    assert runner.gain == pytest.approx(1.0, abs=0.02)
    now_s = pass_time(runner, now_s, PROTOCOL.length_s + PROTOCOL.fade_out_s)
    assert (runner.state, runner.gain, runner.outcome) == (State.IDLE, 0.0, SessionState.FINISHED)


def test_a_pause_silences_and_holds_the_session_clock() -> None:
    runner = running()
    now_s = pass_time(runner, 0, 20)
    runner.ask(CommandKind.PAUSE)
    elapsed_s = runner.elapsed_s
    now_s = pass_time(runner, now_s, 30)
    assert (runner.gain, runner.elapsed_s) == (0.0, elapsed_s)
    runner.ask(CommandKind.RESUME)
    pass_time(runner, now_s, 10)
    assert runner.gain > 0.9
    assert runner.elapsed_s == pytest.approx(elapsed_s + 10, abs=0.1)


def test_the_emergency_stop_is_dark_at_once_and_only_a_release_ends_it() -> None:
    runner = running()
    pass_time(runner, 0, 10)
    assert runner.ask(CommandKind.EMERGENCY_STOP).is_done
    assert (runner.state, runner.gain) == (State.EMERGENCY, 0.0)
    for kind in (CommandKind.PAUSE, CommandKind.RESUME, CommandKind.STOP):
        refused = runner.ask(kind)
        assert not refused.is_done
        assert "release" in (refused.reason or "")
    assert not runner.start(PROTOCOL, 11).is_done
    assert runner.ask(CommandKind.RELEASE).is_done
    assert runner.state is State.IDLE


def test_a_second_start_is_refused_with_what_to_do() -> None:
    answer = running().start(PROTOCOL, 1)
    assert not answer.is_done
    assert "stop it first" in (answer.reason or "")


@given(st.lists(st.tuples(st.sampled_from(MOVES), st.floats(0, 40)), max_size=30))
def test_no_order_of_commands_leaves_the_gain_outside_its_limits_or_resumes_by_itself(
    moves: list[tuple[CommandKind, float]],
) -> None:
    runner = running()
    now_s = 0.0
    for kind, wait_s in moves:
        was = runner.state
        runner.ask(kind)
        if was is State.EMERGENCY and kind is not CommandKind.RELEASE:
            assert runner.state is State.EMERGENCY
        now_s += wait_s
        runner.advance(now_s)
        assert 0.0 <= runner.gain <= 1.0
        if runner.state in (State.IDLE, State.EMERGENCY):
            assert runner.gain == 0.0


def test_the_pacer_rises_for_four_seconds_and_falls_for_six() -> None:
    pacer = Pacer(4, 6)
    assert pacer.rate_bpm == 6
    swells = [pacer.swell(tick / 20) for tick in range(200)]
    assert swells.index(max(swells)) == 80
    assert swells[:81] == sorted(swells[:81])
    assert swells[80:] == sorted(swells[80:], reverse=True)
    assert pacer.inhale(2) == pytest.approx(1)
    assert pacer.inhale(7) == 0
