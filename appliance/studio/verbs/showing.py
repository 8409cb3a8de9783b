"""What the studio's verbs print the same way: progress on a long file, and figures in words."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from appliance.studio.files import Progress
    from appliance.studio.loudness import Loudness

_STEPS = 1_000


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """A bar on standard error where somebody is watching; it may begin again for another pass."""
    watched = sys.stderr.isatty()
    with click.progressbar(length=_STEPS, label=label, file=sys.stderr, hidden=not watched) as bar:

        def show(share: float) -> None:
            bar.update(int(share * _STEPS) - bar.pos)

        yield show


def number(value: float | None, unit: str, digits: int = 1) -> str:
    """A figure with its unit, or that there is none."""
    return "nothing to measure" if value is None else f"{value:.{digits}f} {unit}"


def loudness_lines(found: Loudness) -> list[str]:
    """The figures of a sound, one a line."""
    return [
        f"  integrated       {number(found.integrated_lufs, 'LUFS', 2)}",
        f"  range            {number(found.range_lu, 'LU')}",
        f"  momentary, most  {number(found.momentary_max_lufs, 'LUFS')}",
        f"  short, most      {number(found.short_max_lufs, 'LUFS')}",
        f"  true peak        {number(found.true_peak_dbtp, 'dBTP', 2)}",
        f"  sample peak      {number(found.peak_dbfs, 'dBFS', 2)}",
    ]
