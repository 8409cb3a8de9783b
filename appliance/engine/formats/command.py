"""`echoel sbg` looks into .sbg files; `render_schedule` turns a schedule into a sound file for `render`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from appliance.engine.formats.sbg import Script

_ENDLESS_S = 600.0
_GNAURAL = (".gnaural", ".xml")
ENDINGS = (".sbg", *_GNAURAL)


@click.group("sbg")
def command() -> None:
    """Look into .sbg files (sbagen 1.4.4, sbagen+)."""


@command.command("table")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--plus", is_flag=True, help="Print it the way of sbagen+.")
def table(file: Path, plus: bool) -> None:
    """Print the period table of FILE, as `sbagen -D` does with the clock at 00:00:00."""
    from appliance.engine.formats.periods import compile_periods
    from appliance.engine.formats.sbg import read_sbg
    from appliance.engine.formats.table import period_table

    script = read_sbg(file)
    periods = compile_periods(script.rows, script.options.fade_ms)
    click.echo(period_table(script, periods, plus or script.dialect != "sbagen"), nl=False)


def is_schedule(source: str) -> bool:
    """Whether the name of a source ends like a schedule of another program."""
    return source.lower().endswith(ENDINGS)


def render_schedule(
    path: Path, out: Path, length_s: float | None, *, lanes: bool, strict: bool, consent: str
) -> dict[str, Any]:
    """Write the file and say what was done: length, notes, and what the guard limited (or would have).

    Raises BadSchedule or Misused before anything is written; a failure on the way leaves no file.
    """
    from appliance.errors import Misused

    if strict and (lanes or not path.name.lower().endswith(".sbg")):
        raise Misused("--strict is for the two ears of an .sbg file", "leave it out, or leave --lanes out")
    return _strict(path, out, length_s, consent) if strict else _better(path, out, length_s, lanes, consent)


def _strict(path: Path, out: Path, length_s: float | None, consent: str) -> dict[str, Any]:
    from appliance.engine.formats.periods import compile_periods
    from appliance.engine.formats.player import play_strict
    from appliance.engine.formats.sbg import read_sbg
    from appliance.engine.formats.sbg_tracks import natural_length_s
    from appliance.engine.formats.strict import strict_player
    from appliance.outputs.recording import WavRecording
    from cext.guard import Guard

    script = read_sbg(path)
    player = strict_player(script, compile_periods(script.rows, script.options.fade_ms))
    notes = [*_unused(script.options.unused), *_unmixed(script)]
    length_s = _length(length_s, natural_length_s(script), notes)
    guard = Guard(player.rate_hz, consent)
    recording = WavRecording(out, player.rate_hz, bits=16)
    _keep(recording, recording.write_words, play_strict(player, length_s, guard), length_s, path.name)
    return _report(out, length_s, player.rate_hz, True, script.comments, notes, guard.report())


def _better(path: Path, out: Path, length_s: float | None, lanes: bool, consent: str) -> dict[str, Any]:
    from appliance.engine.formats.gnaural import gnaural_tracks, read_gnaural
    from appliance.engine.formats.periods import compile_periods
    from appliance.engine.formats.player import play
    from appliance.engine.formats.sbg import read_sbg
    from appliance.engine.formats.sbg_tracks import natural_length_s, sbg_tracks
    from appliance.outputs.recording import WavRecording
    from cext.guard import Guard

    notes: list[str] = []
    comments: list[str] = []
    if path.name.lower().endswith(_GNAURAL):
        tracks = gnaural_tracks(read_gnaural(path))
        length_s = _length(length_s, tracks.length_s, notes)
    else:
        script = read_sbg(path)
        periods = compile_periods(script.rows, script.options.fade_ms)
        comments, notes = script.comments, _unused(script.options.unused)
        length_s = _length(length_s, natural_length_s(script), notes)
        tracks = sbg_tracks(script, periods, length_s)
    guard = Guard(48_000.0, consent)
    blocks = play(tracks, length_s, guard)
    recording = WavRecording(out, guard.rate_hz, lanes=lanes)
    _keep(recording, recording.write, blocks, length_s, tracks.title or path.name)
    return _report(out, length_s, guard.rate_hz, False, comments, [*notes, *tracks.notes], guard.report())


def _keep(recording: Any, write: Any, blocks: Iterator[Any], length_s: float, title: str) -> None:
    from appliance.engine.command import keep

    keep(recording, write, blocks, length_s, title)


def _length(asked_s: float | None, own_s: float | None, notes: list[str]) -> float:
    if asked_s is not None:
        return asked_s
    if own_s is None:
        notes.append(
            f"it has no end; {_ENDLESS_S / 60:g} minutes are rendered, --minutes asks for more or less"
        )
    return own_s or _ENDLESS_S


def _unmixed(script: Script) -> list[str]:
    has_mix = script.options.mix or any(tone.kind == "mix" for row in script.rows for tone in row.tones)
    return [f"mix: the recording {script.options.mix or ''} is not played"] if has_mix else []


def _unused(options: list[str]) -> list[str]:
    return [f"the option {option} has no meaning here" for option in options]


def _report(
    out: Path,
    length_s: float,
    rate_hz: float,
    is_strict: bool,
    comments: list[str],
    notes: list[str],
    guard: Any,
) -> dict[str, Any]:
    return {
        "out": str(out),
        "seconds": length_s,
        "rate_hz": rate_hz,
        "is_strict": is_strict,
        "comments": comments,
        "notes": notes,
        "guard": guard,
    }
