"""An update survives a cut at any step: the old code or the new, whole, and never anything else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware import commands
from firmware.disk import Disk, Twin
from firmware.ota import Receiver
from firmware.slots import TRIES, Slots

OLD = {"firmware/main.py": b"version = 'old'\n" * 90, "firmware/__init__.py": b""}
NEW = {
    "firmware/main.py": b"version = 'new'\n" * 100,
    "firmware/__init__.py": b"",
    "firmware/drivers/chip.py": b"x" * 3000,
}


class PowerCut(BaseException):
    """The board has no power any more."""


class CuttingDisk(Disk):
    """A disk whose power fails at its N-th step: before it, with half of it done, or after."""

    def __init__(self, root: str, steps: int, how: str) -> None:
        super().__init__(root)
        self._left = steps
        self._how = how
        self.steps = 0

    def _step(self, done: Callable[[], None], half: Callable[[], None]) -> None:
        self.steps += 1
        self._left -= 1
        if self._left != 0:
            done()
            return
        if self._how == "half":
            half()
        elif self._how == "after":
            done()
        raise PowerCut

    def _put(self, path: str, data: bytes, mode: str) -> None:
        put = super()._put
        self._step(lambda: put(path, data, mode), lambda: put(path, data[: len(data) // 2], mode))

    def remove(self, path: str) -> None:
        self._step(lambda: super(CuttingDisk, self).remove(path), lambda: None)

    def make_folder(self, path: str) -> None:
        self._step(lambda: super(CuttingDisk, self).make_folder(path), lambda: None)


def _put(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def _pieces(files: dict[str, bytes], size: int) -> tuple[bytes, list[tuple[int, bytes]]]:
    rows = [[name, len(data), hashlib.sha256(data).hexdigest()] for name, data in files.items()]
    manifest = json.dumps({"version": "2", "files": rows}).encode()
    stream = manifest + b"".join(files.values())
    return manifest, [(at, stream[at : at + size]) for at in range(0, len(stream), size)]


def _receive(disk: Disk, files: dict[str, bytes] = NEW, number: int = 1) -> list[int]:
    receiver = Receiver(disk, Slots(disk), lambda: True)
    manifest, pieces = _pieces(files, 240)
    reasons = [receiver.begin(number, len(manifest), hashlib.sha256(manifest).digest())]
    reasons += [receiver.data(offset, piece) for offset, piece in pieces]
    return [*reasons, receiver.end()]


def _whole_update(disk: Disk) -> None:
    """Everything a board does from the first piece to the proof: receive, start, commit, start again."""
    assert set(_receive(disk)) == {commands.OK}
    slots = Slots(disk)
    slots.choose()
    slots.commit()
    slots.choose()


def _what_starts(root: Path) -> dict[str, bytes]:
    folder = root / Slots(Disk(str(root))).choose()
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("how", ["before", "half", "after"])
def test_a_cut_at_every_single_step_leaves_whole_code_that_starts(tmp_path: Path, how: str) -> None:
    steps, started = 0, set()
    while True:
        steps += 1
        root = tmp_path / str(steps)
        _put(root / "a", OLD)
        disk = CuttingDisk(str(root), steps, how)
        try:
            _whole_update(disk)
        except PowerCut:
            assert _what_starts(root) in (OLD, NEW)
            started.add(_what_starts(root) == NEW)
            # And the next attempt, uncut, succeeds, unless the cut one had already been staged.
            again = Slots(Disk(str(root)))
            if not again.is_on_trial() and again.update_number() == 0:
                _whole_update(Disk(str(root)))
            again.commit()
            assert _what_starts(root) == NEW
        else:
            break
    assert steps > 15
    assert started == {True, False}


def test_control_writing_over_the_running_code_would_be_found(tmp_path: Path) -> None:
    """The same harness over the naive way: the state in one file and the code in one folder."""
    broken = 0
    for steps in range(1, 6):
        root = tmp_path / str(steps)
        _put(root / "a", OLD)
        disk = CuttingDisk(str(root), steps, "half")
        try:
            for name, data in NEW.items():
                disk.make_folder("/a/" + str(Path(name).parent))
                disk.write("/a/" + name, data)
        except PowerCut:
            broken += _what_starts(root) not in (OLD, NEW)
    assert broken > 0


def test_a_folder_that_never_proves_itself_starts_three_times_and_then_the_old_one_is_back(
    tmp_path: Path,
) -> None:
    _put(tmp_path / "a", OLD)
    disk = Disk(str(tmp_path))
    _receive(disk)
    assert [Slots(disk).choose() for _ in range(TRIES + 2)] == ["b"] * TRIES + ["a", "a"]
    assert not Slots(disk).is_on_trial()


def test_a_proved_folder_stays_and_the_next_update_goes_into_the_other(tmp_path: Path) -> None:
    _put(tmp_path / "a", OLD)
    disk = Disk(str(tmp_path))
    _whole_update(disk)
    assert (Slots(disk).choose(), Slots(disk).free_folder(), Slots(disk).update_number()) == ("b", "a", 1)
    assert set(_receive(disk, OLD, 2)) == {commands.OK}
    assert _what_starts(tmp_path) == OLD


def test_an_update_is_refused_with_its_reason(tmp_path: Path) -> None:
    _put(tmp_path / "a", OLD)
    disk = Disk(str(tmp_path))
    manifest, pieces = _pieces(NEW, 240)
    digest = hashlib.sha256(manifest).digest()
    weak = Receiver(disk, Slots(disk), lambda: False)
    assert weak.begin(1, len(manifest), digest) == commands.LOW_BATTERY
    receiver = Receiver(disk, Slots(disk), lambda: True)
    assert receiver.data(0, b"x") == commands.INCOMPLETE
    assert receiver.begin(0, len(manifest), digest) == commands.OLD
    assert receiver.begin(1, 100_000, digest) == commands.BAD_MANIFEST
    assert receiver.begin(1, len(manifest), digest) == commands.OK
    assert receiver.data(240, pieces[1][1]) == commands.MISPLACED
    assert receiver.data(*pieces[0]) == commands.OK
    assert receiver.data(*pieces[0]) == commands.MISPLACED
    assert receiver.offset == 240
    assert receiver.end() == commands.INCOMPLETE
    assert _receive(disk)[-1] == commands.OK
    assert receiver.begin(2, len(manifest), digest) == commands.ON_TRIAL


def test_a_damaged_manifest_or_file_is_never_let_to_start(tmp_path: Path) -> None:
    _put(tmp_path / "a", OLD)
    disk = Disk(str(tmp_path))
    manifest, pieces = _pieces(NEW, 240)
    for wrong, reason in ((0, commands.DAMAGED_MANIFEST), (len(pieces) - 1, commands.DAMAGED_FILE)):
        receiver = Receiver(disk, Slots(disk), lambda: True)
        receiver.begin(1, len(manifest), hashlib.sha256(manifest).digest())
        damaged = [(at, bytes([piece[0] ^ 1]) + piece[1:] if number == wrong else piece)
                   for number, (at, piece) in enumerate(pieces)]  # fmt: skip
        assert reason in [receiver.data(at, piece) for at, piece in damaged]
        assert receiver.end() == commands.INCOMPLETE
        assert _what_starts(tmp_path) == OLD


@pytest.mark.parametrize("path", ["../boot.py", "/boot.py", "a//b", "firmware/", "", "Über.py", "x" * 65, 7])
def test_a_manifest_may_not_reach_out_of_its_folder(tmp_path: Path, path: object) -> None:
    _put(tmp_path / "a", OLD)
    manifest = json.dumps({"files": [[path, 1, "0" * 64]]}).encode()
    receiver = Receiver(Disk(str(tmp_path)), Slots(Disk(str(tmp_path))), lambda: True)
    receiver.begin(1, len(manifest), hashlib.sha256(manifest).digest())
    assert receiver.data(0, manifest) == commands.BAD_MANIFEST


def test_a_state_cut_short_at_any_byte_gives_the_one_before(tmp_path: Path) -> None:
    twin = Twin(Disk(str(tmp_path)), "/state")
    assert twin.load() is None
    twin.store({"n": 1})
    twin.store({"n": 2})
    newest = tmp_path / "state1.json"
    whole = newest.read_bytes()
    for size in range(len(whole)):
        newest.write_bytes(whole[:size])
        assert twin.load() == {"n": 1}
    for at in range(len(whole)):
        newest.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        assert twin.load() in ({"n": 1}, {"n": 2})
