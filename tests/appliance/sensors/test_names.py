"""The file of known sensors: what was written is there, whenever the power goes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from appliance.errors import Misused, StorageBroken, StorageFull
from appliance.sensors import names
from appliance.sensors.names import Known, Names, checked_name

STRAP = Known("ble:AA", "ble", "AA:BB", "Polar H10", "Anna", True, ("ecg",))
SERIAL = Known("serial:x", "serial", "/dev/ttyUSB0")


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    known = Names(tmp_path / "new")
    assert known.all() == []
    known.change("ble:AA", lambda _: STRAP)
    known.change("serial:x", lambda _: SERIAL)
    assert Names(tmp_path / "new").all() == [STRAP, SERIAL]
    known.change("ble:AA", lambda row: replace(row, name="Ben") if row else None)
    assert (known.get("ble:AA") or STRAP).name == "Ben"
    known.change("ble:AA", lambda _: None)
    assert known.all() == [SERIAL]
    assert (tmp_path / "new" / names.FILE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 9}', '{"version": 1, "sensors": [{"sensor_id": 1}]}', "\x00" * 50]
)
def test_a_file_that_is_not_ours_is_an_error_with_a_remedy(tmp_path: Path, text: str) -> None:
    (tmp_path / names.FILE).write_text(text, encoding="utf-8")
    with pytest.raises(StorageBroken, match=names.FILE) as caught:
        Names(tmp_path).all()
    assert caught.value.remedy


_STEPS = ("open", "fsync", "replace")


def _after_a_cut_at(
    step: int, folder: Path, write: Callable[[Names], Any], monkeypatch: pytest.MonkeyPatch
) -> bool:
    """Fail at the step-th operation on files as a full disk does; say whether it came to that."""
    count = 0

    def cutting(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            if count == step:
                raise OSError(28, "No space left on device")
            return real(*words, **more)

        return call

    with monkeypatch.context() as cut:
        for name in _STEPS:
            cut.setattr(os, name, cutting(getattr(os, name)))
        try:
            write(Names(folder))
        except (StorageFull, OSError):
            return True
    return False


def _torn_states(folder: Path, write: Callable[[Names], Any], monkeypatch: pytest.MonkeyPatch) -> int:
    """How many of all possible cuts leave neither the old rows nor the new ones."""
    torn = 0
    for step in range(1, 50):
        Names(folder).change("ble:AA", lambda _: STRAP)
        was_cut = _after_a_cut_at(step, folder, write, monkeypatch)
        try:
            torn += Names(folder).all() not in ([STRAP], [replace(STRAP, name="Ben")])
        except StorageBroken:
            torn += 1
            (folder / names.FILE).unlink()
        if not was_cut:
            return torn
    raise AssertionError("it never ends")


def test_a_full_disk_at_any_step_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = replace(STRAP, name="Ben")
    assert _torn_states(tmp_path, lambda known: known.change("ble:AA", lambda _: new), monkeypatch) == 0


def test_a_file_written_in_place_would_be_found_torn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the test above."""

    def carelessly(known: Names) -> None:
        file = os.open(tmp_path / names.FILE, os.O_WRONLY | os.O_TRUNC)
        os.write(file, b'{"version": 1, "sensors": [')
        os.fsync(file)
        os.write(file, b"]}")
        os.close(file)

    assert _torn_states(tmp_path, carelessly, monkeypatch) > 0


WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from appliance.sensors.names import Known, Names
known = Names(Path(sys.argv[1]))
row = Known("ble:AA", "ble", "AA:BB", "x" * 4000)
print("ready", flush=True)
for number in range(1_000_000):
    known.change("ble:AA", lambda _: replace(row, name=str(number)))
    if number % 7 == 0:
        print(number, flush=True)
"""


def test_a_killed_writer_loses_nothing_it_had_finished(tmp_path: Path) -> None:
    for round_number in range(4):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        finished = -1
        for _ in range(3 + round_number):
            finished = int(writer.stdout.readline())
        os.kill(writer.pid, signal.SIGKILL)
        writer.communicate()
        (row,) = Names(tmp_path).all()
        assert int(row.name) >= finished
        assert row.own_name == "x" * 4000


@pytest.mark.parametrize("name", ["", "   ", "a" * 61, "bell\x07"])
def test_a_name_that_fits_no_line_is_refused(name: str) -> None:
    with pytest.raises(Misused):
        checked_name(name)


def test_a_name_is_tidied() -> None:
    assert checked_name("  Anna's \n strap ") == "Anna's strap"
