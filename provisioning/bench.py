"""`echoel bench NAME`: runs a benchmark of `tests/bench/` and prints its table."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from provisioning.command import unknown

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "bench"


@click.command("bench", context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print rows for a program.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(name: str, as_json: bool, arguments: tuple[str, ...]) -> None:
    """Measure one part of the box, beside a peer in the same run."""
    there = sorted(file.stem.removeprefix("bench_") for file in FOLDER.glob("bench_*.py"))
    if name not in there:
        raise click.UsageError(unknown("benchmark", name, there))
    words = [*(["--json"] if as_json else []), *arguments]
    finished = subprocess.run([sys.executable, str(FOLDER / f"bench_{name}.py"), *words])
    sys.exit(finished.returncode)
