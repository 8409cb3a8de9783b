"""A full disk, a broken file, a folder that may not be written: told, survived, nothing lost before."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from appliance.errors import StorageBroken, StorageFull
from appliance.journal import Journal, reading
from tests.appliance import making
from tests.broker import until

KIB = 1024


def noise(sequence: int) -> np.ndarray:
    return np.random.default_rng(sequence).normal(size=4000)


def fill(journal: Journal, is_full: Callable[[], bool]) -> int:
    """Record raw samples until there is no room; returns how many intervals were confirmed before."""
    confirmed = 0
    for sequence in range(2000):
        journal.add_frame("one", making.frame(sequence, values=noise(sequence)))
        journal.add_intervals("one", making.intervals(1, sequence), making.BEGAN_S)
        if journal.flush():
            confirmed = sequence + 1
        if is_full():
            return confirmed
    raise AssertionError("the disk never filled")


def test_at_the_size_limit_raw_samples_stop_and_the_session_is_still_closed(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal(path, size_limit_bytes=600 * KIB, ballast_bytes=200 * KIB)
    journal.open_session(making.head())
    confirmed = fill(journal, lambda: journal.trouble is not None)
    assert isinstance(journal.trouble, StorageFull)
    assert "free" in journal.trouble.remedy
    assert confirmed > 10
    raw = sum(1 for _ in journal.chunks("one"))
    for sequence in range(confirmed + 1, confirmed + 101):  # the reserve is for these
        journal.add_intervals("one", making.intervals(1, sequence), making.BEGAN_S)
    journal.add_frame("one", making.frame(5000, values=noise(1)))
    journal.close_session(making.head(state="stopped"))
    journal.flush()
    detail = journal.session("one")
    assert detail is not None
    assert str(detail.head.state) == "stopped"
    assert [row.number for row in detail.intervals] == list(range(confirmed + 101))
    assert detail.chunks == raw  # nothing recorded before is touched, nothing raw is added
    assert journal.losses > 0
    with sqlite3.connect(path) as janitor:
        janitor.execute("delete from chunks")
    janitor.close()
    until(lambda: journal.trouble is None, "the journal to notice that there is room")
    journal.open_session(making.head("two"))
    journal.add_frame("two", making.frame(0, values=noise(2)))
    journal.close_session(making.head("two", state="finished"))
    assert journal.flush()
    assert sum(1 for _ in journal.chunks("two")) == 1
    journal.close()


def test_losses_are_written_down_once_there_is_room_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = Journal(path, size_limit_bytes=600 * KIB, ballast_bytes=200 * KIB)
    journal.open_session(making.head())
    fill(journal, lambda: journal.trouble is not None)
    with sqlite3.connect(path) as janitor:
        janitor.execute("delete from chunks")
    janitor.close()

    def gaps() -> list[str]:
        with reading.reading(path) as connection:
            assert connection is not None
            return [row[0] for row in connection.execute("select detail from events where kind = 'gap'")]

    until(lambda: any("lost" in detail for detail in gaps()), "the gap to be written down")
    journal.close()


SMALL_DISK = """
import os, sys
sys.path.insert(0, {root!r})
from pathlib import Path
from appliance.errors import StorageFull
from appliance.journal import Journal
from tests.appliance import making
from tests.appliance.journal.test_trouble import fill, noise, KIB
from tests.broker import until

disk = Path({disk!r})
journal = Journal(disk / "journal.db", ballast_bytes=256 * KIB)
journal.open_session(making.head())
until(lambda: (disk / "ballast").exists(), "the ballast")
hog = disk / "somebody-elses-file"
hog.write_bytes(bytes(3 * 1024 * KIB))
confirmed = fill(journal, lambda: journal.trouble is not None)
assert isinstance(journal.trouble, StorageFull), journal.trouble
assert not (disk / "ballast").exists()
journal.close_session(making.head(state="stopped"))
journal.flush(2)
detail = journal.session("one")
assert str(detail.head.state) == "stopped", detail.head
assert [row.number for row in detail.intervals][:confirmed] == list(range(confirmed))
hog.unlink()
until(lambda: journal.trouble is None and (disk / "ballast").exists(), "recovery")
journal.open_session(making.head("two"))
journal.close_session(making.head("two", state="finished"))
assert journal.flush()
journal.close()
print("survived", confirmed)
"""


def own_disk(folder: Path, size: str) -> list[str]:
    """Return how to run a program with a small disk of its own mounted on the folder."""
    mount = f'mount -t tmpfs -o size={size} small {folder} && exec "$@"'
    for words in (["unshare", "-m"], ["unshare", "-rm"]):
        program = [*words, "sh", "-c", mount, "sh"]
        if (
            shutil.which("unshare")
            and subprocess.run([*program, "true"], capture_output=True).returncode == 0
        ):
            return program
    raise AssertionError("this machine lets nobody mount a small disk; run the tests as root")


@pytest.mark.slow
def test_a_disk_that_fills_while_recording_loses_nothing_that_was_recorded(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    root = str(Path(__file__).parents[3])
    program = SMALL_DISK.format(root=root, disk=str(disk))
    done = subprocess.run(
        [*own_disk(disk, "5m"), sys.executable, "-c", program], capture_output=True, text=True, timeout=100
    )
    assert done.returncode == 0, done.stderr
    assert "survived" in done.stdout


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A journal with one finished session, closed."""
    path = tmp_path / "journal.db"
    journal = Journal(path)
    journal.open_session(making.head())
    journal.add_intervals("one", making.intervals(500), making.BEGAN_S)
    journal.close_session(making.head(state="finished"))
    journal.close()
    return path


def broken(path: Path) -> list[Path]:
    return [file for file in path.parent.glob("*.broken-*") if not file.name.endswith(("-wal", "-shm"))]


@pytest.mark.parametrize("damage", ["zeros", "text", "head"])
def test_a_broken_file_is_kept_aside_and_a_new_one_begun(
    recorded: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    size = recorded.stat().st_size
    content = {"zeros": bytes(size), "text": b"this is no database\n" * 500, "head": os.urandom(100)}[damage]
    with recorded.open("r+b") as file:
        file.write(content)
    journal = Journal(recorded)
    assert journal.sessions() == []
    assert journal.replaced is not None
    assert journal.replaced.read_bytes()[: len(content)] == content
    assert "broken" in caplog.text
    journal.open_session(making.head("two"))
    assert journal.flush()
    journal.close()
    assert broken(recorded) == [journal.replaced]


def test_pages_damaged_before_a_crash_are_noticed_at_the_next_start(recorded: Path) -> None:
    with recorded.open("r+b") as file:
        for page in range(3, recorded.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(os.urandom(4096))
    Path(f"{recorded}-wal").write_bytes(b"the sign of a crash")
    journal = Journal(recorded)
    assert journal.replaced is not None
    journal.close()


def test_a_file_that_breaks_while_in_use_is_replaced_and_the_session_goes_on(recorded: Path) -> None:
    journal = Journal(recorded)
    journal.open_session(making.head("two"))
    assert journal.flush()
    # The damage must reach pages that the writer reads again: its cache is passed over by a second writer.
    other = sqlite3.connect(recorded, isolation_level=None)
    other.execute("pragma wal_checkpoint(truncate)")
    with recorded.open("r+b") as file:
        for page in range(1, recorded.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(random.Random(page).randbytes(4096))
    other.execute("pragma user_version = 1")
    other.close()
    journal.add_intervals("two", making.intervals(3), making.BEGAN_S)
    journal.close_session(making.head("two", state="finished"))
    journal.flush()
    assert journal.flush()
    assert journal.trouble is None
    assert journal.replaced is not None
    detail = journal.session("two")
    assert detail is not None
    assert (str(detail.head.state), len(detail.intervals)) == ("finished", 3)
    journal.close()


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with sqlite3.connect(path) as stranger:
        stranger.execute("pragma application_id = 12345")
        stranger.execute("create table theirs (x)")
    stranger.close()
    before = path.read_bytes()
    with pytest.raises(StorageBroken, match="another program"):
        Journal(path)
    assert path.read_bytes() == before
    assert broken(path) == []


@pytest.mark.parametrize("kind", ["a file where the folder should be", "a folder where the file should be"])
def test_a_place_that_cannot_be_written_is_said_with_a_remedy(tmp_path: Path, kind: str) -> None:
    if kind.startswith("a file"):
        (tmp_path / "data").write_text("x")
    else:
        (tmp_path / "data" / "journal.db").mkdir(parents=True)
    with pytest.raises(StorageBroken) as refusal:
        Journal(tmp_path / "data" / "journal.db")
    assert refusal.value.remedy


def test_a_journal_that_is_no_database_is_said_by_the_reader(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"no database at all, but long enough to be taken for one" * 100)
    with pytest.raises(StorageBroken, match="cannot be read"):
        reading.sessions(path)
