"""The set-up on first use says what is missing and how to get it, and costs nothing the second time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from provisioning import environment
from provisioning.environment import Need, SetupFailed

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def may_not_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECHOEL_NO_APT", "1")


def test_what_is_missing_comes_with_the_one_line_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "NEEDS", (Need("C compiler", lambda: False, "gcc libc6-dev"),))
    with pytest.raises(SetupFailed) as caught:
        environment.system_packages("run")
    assert "sudo apt-get install -y --no-install-recommends gcc libc6-dev" in str(caught.value)


def test_what_is_optional_is_told_with_its_loss_and_does_not_stop_the_set_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = (Need("MQTT broker", lambda: False, "mosquitto", is_optional=True, loss="the local bus is used"),)
    monkeypatch.setattr(environment, "NEEDS", rows)
    environment.system_packages("run")
    assert "the local bus is used" in capsys.readouterr().err


def test_what_only_the_tests_need_is_not_asked_of_a_person_who_runs_the_box(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(environment, "NEEDS", (Need("browser", lambda: False, "chromium", level="test"),))
    environment.system_packages("run")
    with pytest.raises(SetupFailed):
        environment.system_packages("test")


def test_a_failed_step_shows_its_last_words_and_where_the_rest_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(environment, "LOG", tmp_path / "setup.log")
    with pytest.raises(SetupFailed) as caught:
        environment.Steps().run("installing", [sys.executable, "-c", "raise SystemExit('no network')"])
    assert "no network" in str(caught.value)
    assert str(tmp_path / "setup.log") in str(caught.value)


def test_the_set_up_needs_nothing_but_the_standard_library() -> None:
    code = (
        "import sys; sys.path.insert(0, '.'); from provisioning import environment;"
        "print([n for n in sys.modules if n.split('.')[0] in ('click', 'setuptools', 'numpy')])"
    )
    words = [sys.executable, "-I", "-S", "-c", code]
    assert subprocess.run(words, capture_output=True, text=True, cwd=ROOT).stdout.strip() == "[]"


def test_a_change_of_the_project_file_changes_the_fingerprint(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = environment.fingerprint()
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'other'\n")
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    assert environment.fingerprint() != before


def test_a_kernel_newer_than_its_build_is_seen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "cext"
    folder.mkdir()
    source = folder / "hrv.pyx"
    built = folder / "hrv.cpython-311.so"
    source.write_text("")
    built.write_text("")
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    assert not environment.is_stale()
    later_s = time.time() + 10

    os.utime(source, (later_s, later_s))
    assert environment.is_stale()
