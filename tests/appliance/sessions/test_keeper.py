from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from appliance.clock import SteppedClock
from appliance.contracts import Beat, BodyState, CommandKind, Features, Interval
from appliance.journal import Journal
from appliance.sessions.keeper import Keeper
from appliance.sessions.protocol import load
from appliance.sessions.runner import Runner


def _turn(keeper: Keeper, runner: Runner, now_s: float, **found: tuple[object, ...]) -> None:
    runner.advance(now_s)
    features = Features(now_s, quality=0.9, is_lost=False, **found)  # type: ignore[arg-type]
    keeper.turn(features, BodyState(now_s, heart_rate_bpm=60, quality=0.9, is_lost=False), runner)


def test_a_session_holds_only_what_was_found_in_it_and_its_head_tells_how_it_goes(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.db", clock=SteppedClock())
    keeper, runner = Keeper(journal, SteppedClock(), lambda line: None), Runner()
    runner.start(load("resonance_breathing"), 100.0)
    late = Interval(100.4, 1000, 1000)  # began before the session did
    _turn(keeper, runner, 101.0, beats=(Beat(99.4, 99.6), Beat(100.4, 100.6)), intervals=(late,))
    for beat in range(1, 14):
        row = Interval(100.4 + beat, 1000, 1000)
        _turn(keeper, runner, 101.0 + beat, beats=(Beat(100.4 + beat, 101 + beat),), intervals=(row,))
    assert journal.flush()
    running = journal.sessions()[0]
    assert running.state == "running"
    assert running.summary.beats >= 9
    runner.ask(CommandKind.STOP)
    for tick in range(100):
        _turn(keeper, runner, 115.0 + tick / 10)
    assert journal.flush()
    journal.close()
    with sqlite3.connect(tmp_path / "journal.db") as database:
        times = [row[0] for row in database.execute("select time_s from intervals")]
        reported = [
            json.loads(row[0])["summary"]["beats"]
            for row in database.execute("select body from outbox where stream = 'sessions' order by sequence")
        ]
    assert min(times) > 0
    assert reported[-1] == 13
    assert reported == sorted(reported)
    assert keeper.ended == 1
