"""Kill -9 of a process that records: every row it was told is on the disk must be on the disk."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from appliance.journal import Journal
from appliance.journal.storage import connect
from tests.appliance import making

pytestmark = pytest.mark.slow

ROOT = str(Path(__file__).parents[3])

RECORDER = """
import sys
sys.path.insert(0, {root!r})
from pathlib import Path
from appliance.journal import Journal
from tests.appliance import making

journal = Journal(Path({path!r}))
journal.recover()
name = {name!r}
journal.open_session(making.head(name))
number = 0
while True:
    for _ in range(3):
        journal.add_intervals(name, making.intervals(1, number), making.BEGAN_S)
        number += 1
    {acknowledge}
    print(number, flush=True)
"""
HONEST = "assert journal.flush()"
PLANTED = "pass  # the planted fault: says that it is kept before it is"


def record_and_kill(path: Path, name: str, acknowledge: str, lines: int) -> int:
    """Run the recorder, kill it after so many acknowledgements, return the last one it gave."""
    program = RECORDER.format(root=ROOT, path=str(path), name=name, acknowledge=acknowledge)
    recorder = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert recorder.stdout is not None
    told = 0
    for _ in range(lines):
        told = int(recorder.stdout.readline())
    recorder.send_signal(signal.SIGKILL)
    rest, _ = recorder.communicate()
    assert recorder.returncode == -signal.SIGKILL
    whole = rest[: rest.rfind("\n") + 1].split()
    return int(whole[-1]) if whole else told


def kept(path: Path, name: str) -> list[int]:
    journal = Journal(path)
    assert journal.replaced is None
    detail = journal.session(name)
    journal.close()
    return [] if detail is None else [row.number for row in detail.intervals]


def test_twenty_kills_lose_no_acknowledged_row_and_leave_no_gap(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    chance = random.Random(11)
    for run in range(20):
        name = f"run-{run}"
        told = record_and_kill(path, name, HONEST, chance.randrange(1, 30))
        numbers = kept(path, name)
        assert numbers == list(range(len(numbers)))
        assert len(numbers) >= told
    journal = Journal(path)
    interrupted = journal.recover()
    assert [head.body_session_id for head in interrupted] == ["run-19"]  # each start closed the one before
    states = {str(head.state) for head in journal.sessions()}
    journal.close()
    assert states == {"interrupted"}


def test_control_a_journal_that_acknowledges_too_early_is_caught(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    lost = 0
    for run in range(3):
        told = record_and_kill(path, f"run-{run}", PLANTED, 40)
        lost += told - len(kept(path, f"run-{run}"))
    assert lost > 0


def test_after_a_kill_everything_kept_is_reported_once(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    record_and_kill(path, "one", HONEST, 15)
    journal = Journal(path)
    journal.recover()
    detail = journal.session("one")
    assert detail is not None
    connection = connect(path, mode="ro")
    bodies = connection.execute(
        "select body from outbox where stream = 'intervals' order by sequence"
    ).fetchall()
    connection.close()
    journal.close()
    reported = [row["number"] for (body,) in bodies for row in json.loads(body)["rows"]]
    assert reported == [row.number for row in detail.intervals]
    assert making.head("one").protocol == detail.head.protocol
