"""What stops in the middle leaves nothing behind, whatever stopped it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.studio import unnamed, writer
from appliance.studio.unnamed import Unnamed
from appliance.studio.writer import SoundWriter
from tests.appliance.studio.sounds import RATE_HZ, loaded, saved, tone

_WRITES_AND_WAITS = """
import sys
import numpy as np
from appliance.studio.writer import SoundWriter
out = SoundWriter(sys.argv[1], 48_000)
out.write(np.zeros((2, 100_000), np.float32))
print("half", flush=True)
sys.stdin.read()
"""


@pytest.fixture(params=["without a name", "beside"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways, with a file system that knows nameless files and with one that does not."""
    if request.param == "beside":
        monkeypatch.delattr(unnamed.os, "O_TMPFILE", raising=False)


@pytest.mark.usefixtures("_way")
@pytest.mark.parametrize("is_there", [False, True])
def test_a_file_gets_its_name_when_it_is_whole(tmp_path: Path, is_there: bool) -> None:
    path = tmp_path / "x.wav"
    if is_there:
        saved(path, tone(0.01))
    with SoundWriter(path, RATE_HZ) as out:
        out.write(tone(0.1))
        assert not is_there or loaded(path).shape == (2, 480)
        assert is_there or not path.exists()
    assert loaded(path).shape == (2, 4_800)
    assert [file.name for file in tmp_path.iterdir()] == ["x.wav"]


@pytest.mark.usefixtures("_way")
def test_what_is_let_go_was_never_there(tmp_path: Path) -> None:
    out = SoundWriter(tmp_path / "x.wav", RATE_HZ)
    out.write(tone(0.1))
    assert loaded(out.unnamed()).shape == (2, 4_800)
    out.discard()
    out.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("_way")
def test_someone_who_gives_up_while_it_is_encoded_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writer.ffmpeg, "need", lambda path: "ffmpeg")
    monkeypatch.setattr(writer.ffmpeg, "convert", interrupted)
    out = SoundWriter(tmp_path / "x.m4a", RATE_HZ)
    out.write(tone(0.1))
    with pytest.raises(KeyboardInterrupt):
        out.close()
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_has_the_rights_that_any_other_has(tmp_path: Path) -> None:
    with SoundWriter(tmp_path / "x.wav", RATE_HZ) as out:
        out.write(tone(0.1))
    (tmp_path / "other").touch()
    assert (tmp_path / "x.wav").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.fixture
def nameless_path(tmp_path: Path) -> Iterator[Path]:
    """A folder where files can be without a name: the usual one, else memory."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
        for folder in (tmp_path, Path(memory)):
            held = Unnamed(folder / "y")
            is_nameless = held.place.parent != folder
            held.leave()
            if is_nameless:
                yield folder
                return
        pytest.fail("neither the temporary folder nor /dev/shm knows files without a name")


def test_a_program_killed_in_the_middle_leaves_nothing(nameless_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", _WRITES_AND_WAITS, str(nameless_path / "x.wav")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"half\n"
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert list(nameless_path.iterdir()) == []
