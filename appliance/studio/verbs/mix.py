"""`echoel mix BEAT [VOCAL] --out OUT`: beat and voice become one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

PRESETS = ("warm", "clean", "bright")
# option, what it says.
_SLIDERS = (
    ("eq-low", "Bass, -6 to 6 dB."),
    ("eq-mid", "Middle, -6 to 6 dB."),
    ("eq-high", "Treble, -6 to 6 dB."),
    ("compression", "0 to 1."),
    ("reverb", "0 to 1."),
    ("limiter", "0 to 1."),
    ("mix-strength", "How much of the chain, 0 to 1."),
    ("master-strength", "How much of the master, 0 to 1."),
    ("beat-gain", "-24 to 12 dB."),
    ("vocal-gain", "-24 to 12 dB."),
    ("hpf-hz", "The voice's high-pass, 0 to 400 Hz."),
    ("deess-amount", "0 to 1."),
)


def _sliders(verb: Any) -> Any:
    for name, text in reversed(_SLIDERS):
        verb = click.option(f"--{name}", type=float, default=None, help=text)(verb)
    return verb


@click.command("mix")
@click.argument("beat", type=click.Path(path_type=Path))
@click.argument("vocal", type=click.Path(path_type=Path), required=False)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Sound file to write.")
@click.option("--preset", type=click.Choice(PRESETS), help="Overrides tone, compression, reverb and limiter.")
@click.option("--ai", "is_advised", is_flag=True, help="Let the analyser turn the sliders, and say why.")
@click.option("--master", "is_mastered", is_flag=True, help="Master the mix as well, to -13 LUFS.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@_sliders
def command(
    beat: Path,
    vocal: Path | None,
    out: Path,
    preset: str | None,
    is_advised: bool,
    is_mastered: bool,
    as_json: bool,
    **turned: float | None,
) -> None:
    """Mix BEAT and VOCAL, or one song alone, through tone, compressor, echo and limiter."""
    from appliance.studio.mix import mix
    from appliance.studio.sliders import Sliders
    from appliance.studio.verbs.showing import loudness_lines, progress

    sliders = Sliders.of({name: value for name, value in turned.items() if value is not None}, preset)
    with progress("Mixing") as show:
        mixed = mix(
            beat,
            vocal,
            out,
            sliders,
            is_advised=is_advised,
            is_mastered=is_mastered,
            preset=preset or "clean",
            progress=show,
        )
    if as_json:
        click.echo(json.dumps(mixed.data(), allow_nan=False))
        return
    click.echo(f"{out}: {mixed.after.seconds:.2f} s")
    click.echo("\n".join(loudness_lines(mixed.after)))
    for reason in (*mixed.reasons, *(mixed.master.notes if mixed.master else ())):
        click.echo(f"- {reason}")
