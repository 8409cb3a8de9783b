"""The `echoel` command: finds verbs by their entry points and knows none of them.

A verb is one row in the entry-point group `echoel.commands`; anyone may add one from outside.
Exit codes: 0 done, 1 failed, 2 misused.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points, version
from pathlib import Path

import click

GROUP = "echoel.commands"


class Verbs(click.Group):
    """A command group that imports a verb only when it is called."""

    def _rows(self) -> dict[str, EntryPoint]:
        return {row.name: row for row in entry_points(group=GROUP)}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verb names, in the order people look for them: alphabetical."""
        return sorted(self._rows())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one verb, or nothing when there is no such verb."""
        row = self._rows().get(cmd_name)
        if row is None:
            return None
        loaded = row.load()
        if not isinstance(loaded, click.Command):
            raise click.ClickException(f"the verb {cmd_name!r} is not a click command; reinstall its package")
        return loaded

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest verb when the one asked for does not exist."""
        if args and not args[0].startswith("-") and args[0] not in self._rows():
            raise click.UsageError(unknown("command", args[0], self.list_commands(ctx)))
        return super().resolve_command(ctx, args)


def unknown(kind: str, given: str, known: Sequence[str]) -> str:
    """Say that a name does not exist and which one comes nearest."""
    from difflib import get_close_matches

    near = get_close_matches(given, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}"
    return f"there is no {kind} {given!r}; {hint}"


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("echoel"), prog_name="echoel")
def cli() -> None:
    """Heart and breath become sound, light and touch."""


def main() -> None:
    """Run the command; every error ends as one clear line on standard error."""
    try:
        code = cli.main(prog_name="echoel", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "echoel"
        click.echo(f"echoel: {error.format_message()}; what to do: see {where} --help", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(0)
    except Exception as error:
        sys.exit(report(error))
    sys.exit(code if isinstance(code, int) else 0)


def report(error: Exception) -> int:
    """Print what happened and what to do; keep the traceback in a file for whoever repairs it."""
    remedy = getattr(error, "remedy", None)
    if remedy is not None:
        click.echo(f"echoel: {error}; what to do: {remedy}", err=True)
        return int(getattr(error, "exit_code", 1))
    if os.environ.get("ECHOEL_TRACEBACK"):
        traceback.print_exc()
        return 1
    kept = Path(os.environ.get("TMPDIR", "/tmp")) / f"echoel-error-{os.getpid()}.txt"
    kept.write_text(traceback.format_exc(), encoding="utf-8")
    click.echo(
        f"echoel: unexpected {type(error).__name__}: {error}; "
        f"what to do: this is a fault of ours; please send {kept} with your report",
        err=True,
    )
    return 1
