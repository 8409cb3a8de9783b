"""The linters are part of the suite: what they say is a failure, not advice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PACKAGES = ["api", "appliance", "cext", "firmware", "provisioning", "tests"]
LONGEST_FILE_LINES = 300
WORDS = ("TO" + "DO", "FIX" + "ME", "Not" + "ImplementedError", "pragma: no " + "cover")
DISEASE_WORDS = (
    "alzheimer",
    "adhd",
    "depression",
    "migraine",
    "ptsd",
    "epilep" + "tic patient",
    "disorder",
    "cure ",
)


def _tool(*words: str) -> None:
    around = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    command = [str(BIN / words[0]), *words[1:]]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=around)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def _tracked(*endings: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split("\n")
    return [ROOT / name for name in listed if name.endswith(endings) and (ROOT / name).exists()]


def test_ruff_finds_nothing() -> None:
    _tool("ruff", "check", *PACKAGES, "echoel")


def test_ruff_would_format_nothing() -> None:
    _tool("ruff", "format", "--check", *PACKAGES, "echoel")


@pytest.mark.slow
def test_mypy_strict_finds_nothing() -> None:
    _tool("mypy")


def test_codespell_finds_nothing() -> None:
    _tool("codespell", *PACKAGES, "README.md", "docs", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")


def test_cython_lint_finds_nothing() -> None:
    _tool("cython-lint", "cext")


@pytest.mark.parametrize("file", _tracked(".py", ".pyx", ".pxd", ".js", ".css"), ids=lambda file: file.name)
def test_a_file_holds_one_idea(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_FILE_LINES
    assert not [word for word in WORDS if word in text]


def test_no_disease_word_is_shown_to_a_person() -> None:
    shown = _tracked(".toml", ".html", ".js")
    found = [
        (file.name, word) for file in shown for word in DISEASE_WORDS if word in file.read_text().lower()
    ]
    assert found == []


def test_every_kernel_has_its_types_beside_it() -> None:
    assert [file for file in (ROOT / "cext").rglob("*.pyx") if not file.with_suffix(".pyi").exists()] == []
