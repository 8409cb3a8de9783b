"""What people read is true: settings are documented, verbs load, every kernel is built."""

from __future__ import annotations

import ast
import inspect
import itertools
import subprocess
import sys
import tomllib
from dataclasses import fields
from importlib.metadata import entry_points
from pathlib import Path

import click
import pytest

from appliance.contracts import settings

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_every_setting_has_its_manual_beneath_it() -> None:
    tree = ast.parse(inspect.getsource(settings))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings")
    told = {
        field.target.id
        for field, text in itertools.pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
    }
    assert told == {field.name for field in fields(settings.Settings)}


def test_every_setting_stands_in_the_manual() -> None:
    manual = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [field.name for field in fields(settings.Settings) if f"`{field.name}`" not in manual] == []


@pytest.mark.parametrize("row", sorted(entry_points(group="echoel.commands")), ids=lambda row: row.name)
def test_every_verb_loads_and_says_what_it_does(row: object) -> None:
    verb = row.load()  # type: ignore[attr-defined]
    assert isinstance(verb, click.Command)
    assert (verb.help or "").strip()


def test_every_kernel_source_is_a_row_of_the_build() -> None:
    rows = {row["sources"][0] for row in PROJECT["tool"]["setuptools"]["ext-modules"]}
    assert rows == {str(file.relative_to(ROOT)) for file in (ROOT / "cext").rglob("*.pyx")}


def test_every_library_has_a_lower_bound() -> None:
    assert [row for row in PROJECT["project"]["dependencies"] if ">=" not in row] == []


def test_the_command_itself_imports_no_package_of_ours() -> None:
    code = (
        "import sys, provisioning.command;"
        "print([n for n in sys.modules if n.split('.')[0] in ('api','appliance','cext','firmware')])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT).stdout
    assert printed.strip() == "[]"


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md", "LICENSE"])
def test_the_papers_are_there(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8")) > 400
