"""Whatever a person gives wrongly is answered with what happened and what to do, and changes nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from provisioning.supervisor import verb
from tests.journeys.running import RECORDINGS, echoel, free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


def _up(tmp_path: Path, *flags: str, port: int | None = None) -> subprocess.CompletedProcess[str]:
    words = (
        "up",
        "--data",
        str(tmp_path / "data"),
        "--headless",
        "--once",
        "--port",
        str(port or free_port()),
    )
    return echoel(*words, *flags)


BAD_FILES = {
    "empty.csv": b"",
    "words.csv": b"time,ecg\n0,0.1\n1,heart\n2,0.2\n",
    "nothing.csv": b"ecg\n" + b"nan\n" * 500,
    "binary.csv": bytes(range(256)) * 40,
    "other.csv": b"a,b,c\n" + b"1,2,3\n" * 500,
    "lonely.hea": b"lonely 1 360 1000\nlonely.dat 212 200 11 1024 0 0 0 MLII\n",
    "broken.edf": b"0       not an edf",
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_recording_ends_with_a_remedy_and_without_a_traceback(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(BAD_FILES[name])
    for finished in (
        _up(tmp_path, "--replay", str(file), "--speed", "50"),
        echoel("analyse", str(file), "--rate", "250", "--column", "ecg", "--json"),
    ):
        said = finished.stdout + finished.stderr
        assert finished.returncode == 2, said
        assert "what to do" in said
        assert "Traceback" not in said
    assert not (tmp_path / "data" / "journal.db").exists()


@pytest.mark.parametrize(
    "flags", [("--rate", "0"), ("--rate", "-5"), ("--rate", "nan"), ("--column", "heart")]
)
def test_a_wrong_rate_or_column_is_named(flags: tuple[str, str]) -> None:
    finished = echoel("analyse", str(RECORDINGS / "rest_ecg.csv"), "--json", *flags)
    assert finished.returncode == 2
    assert "what to do" in finished.stderr
    assert finished.stderr.count("\n") == 1
    assert finished.stdout == ""


def test_a_port_in_use_is_named_with_another_that_is_free(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        finished = _up(tmp_path, "--simulate", port=taken.getsockname()[1])
    assert finished.returncode == 1
    assert "in use" in finished.stderr
    assert "--port" in finished.stderr


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    finished = _up(tmp_path, "--replay", str(tmp_path / "missing.csv"))
    assert finished.returncode == 2
    assert "missing.csv" in finished.stdout + finished.stderr


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file stands where the folder should be")
    finished = _up(tmp_path, "--simulate")
    assert finished.returncode == 1
    assert "--data" in finished.stderr


def test_a_second_box_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    words = verb(
        "up", "--data", str(tmp_path / "data"), "--headless", "--simulate", "--port", str(free_port())
    )
    first = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ
    )
    try:
        assert first.stdout is not None
        assert first.stdout.readline()
        second = _up(tmp_path, "--simulate")
        assert second.returncode == 1
        assert "already runs" in second.stderr
    finally:
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=30)


def test_an_unknown_setting_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "echoel.toml").write_text("prot = 1")
    finished = echoel("doctor", "--data", str(tmp_path))
    assert finished.returncode == 2
    assert "'port'" in finished.stderr


@pytest.mark.parametrize("words", [("fly",), ("analise", "x.csv"), ("up", "--speeed", "3")])
def test_a_misspelt_word_of_the_command_is_misuse(words: tuple[str, ...]) -> None:
    finished = echoel(*words)
    assert finished.returncode == 2
    assert "Traceback" not in finished.stderr
