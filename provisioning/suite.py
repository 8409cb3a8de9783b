"""`echoel test`: the whole suite, from a clean checkout, with everything it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent


@click.command("test", context_settings={"ignore_unknown_options": True})
@click.option("--quick", is_flag=True, help="Leave out the journeys with real processes.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(quick: bool, arguments: tuple[str, ...]) -> None:
    """Run the whole test suite; further words go to pytest."""
    if not (ROOT / "tests").is_dir():
        raise click.UsageError("there are no tests here; run `./echoel test` in a checkout of the repository")
    chosen = ["-m", "not slow"] if quick else []
    finished = subprocess.run([sys.executable, "-m", "pytest", *chosen, *arguments], cwd=ROOT)
    sys.exit(finished.returncode)
