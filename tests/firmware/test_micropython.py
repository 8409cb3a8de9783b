"""What a board will really run: compiled, weighed, type-checked, and tested by MicroPython itself."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from firmware.sender import files_of
from tests.firmware import budget
from tests.firmware.desk import tools
from tests.firmware.desk.wearable import HERE, ROOT, micropython

BOTH = ROOT / "tests" / "firmware" / "both"
# The board's part: without the models, and without the box's end.
ON_BOARDS = ["simulation", "sender.py", "manifest.py", "**/*_fake.py"]


def _run(root: Path, program: Path) -> subprocess.CompletedProcess[str]:
    command = ["node", str(HERE / "run.mjs"), str(micropython()), str(root), str(program)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("is_compiled", [False, True])
def test_micropython_passes_the_same_tests_as_cpython(tmp_path: Path, is_compiled: bool) -> None:
    files = files_of(has_models=True)
    if is_compiled:
        files = tools.compiled(files, tmp_path / "compiled")
    for name, data in files.items():
        (tmp_path / "root" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "root" / name).write_bytes(data)
    shutil.copytree(BOTH, tmp_path / "root" / "both", ignore=shutil.ignore_patterns("__pycache__"))
    said = _run(tmp_path / "root", HERE / "both.py")
    assert said.returncode == 0, said.stdout
    assert "failed 0" in said.stdout
    assert int(said.stdout.split()[1]) >= 20


def test_control_a_test_that_fails_in_micropython_is_seen(tmp_path: Path) -> None:
    (tmp_path / "both").mkdir()
    (tmp_path / "both" / "test_wrong.py").write_text("def test_wrong():\n    assert 1 == 2\n")
    said = _run(tmp_path, HERE / "both.py")
    assert said.returncode == 1
    assert "FAILED test_wrong.py" in said.stdout


def test_every_file_compiles_and_flash_and_memory_stay_within_their_budget(tmp_path: Path) -> None:
    sizes = budget.flash_bytes(tmp_path / "flash")
    assert len(sizes) == len(files_of())
    assert sum(sizes.values()) <= budget.FLASH_LIMIT
    assert sum(budget.memory_bytes(tmp_path / "memory").values()) <= budget.MEMORY_LIMIT


@pytest.mark.slow
@pytest.mark.parametrize("port", ["esp32", "rp2"])
def test_the_types_of_the_boards_modules_agree(tmp_path: Path, port: str) -> None:
    said = _checked(tools.stubs(port), ROOT / "firmware", tmp_path)
    assert said.returncode == 0, said.stdout


@pytest.mark.slow
def test_control_a_wrong_call_of_the_boards_modules_is_seen(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "wrong.py").write_text("import machine\n\nmachine.WDT(timeout='long')\n")
    said = _checked(tools.stubs("esp32"), tmp_path / "code", tmp_path)
    assert said.returncode == 1
    assert "WDT" in said.stdout or "timeout" in said.stdout


def _checked(stubs: Path, code: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Check types with pyright, MicroPython's own modules in place of CPython's."""
    checker = tools.fetched(ROOT / "build" / "pyright", tools.PYRIGHT)
    project = folder / "project"
    project.mkdir()
    shutil.copytree(code, project / code.name, ignore=shutil.ignore_patterns("__pycache__"))
    settings = {
        "typeshedPath": str(stubs),
        "stubPath": str(stubs),
        "exclude": ON_BOARDS,
        "ignore": [f"{code.name}/{pattern}" for pattern in ON_BOARDS],
        "pythonVersion": "3.11",
        "typeCheckingMode": "standard",
        "reportMissingModuleSource": "none",
    }
    (project / "pyrightconfig.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "pyright", "-p", str(project)]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=110,
        cwd=project,
        env={"PYTHONPATH": str(checker), **_path()},
    )


def _path() -> dict[str, str]:
    import os

    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
