"""The table of figures beside other packages holds: ours is computed anew, theirs are as near as it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cext import hrv

ROOT = Path(__file__).parents[2]
HEADING = "| figure | ours | package |"


def table() -> list[list[str]]:
    lines = (ROOT / "docs" / "hrv.md").read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith(HEADING)) + 2
    rows = []
    for line in lines[first:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    return rows


FIGURES = hrv.figures(np.loadtxt(ROOT / "tests" / "recordings" / "intervals.txt"))


@pytest.mark.parametrize("row", table(), ids=lambda row: f"{row[0]} of {row[2]}")
def test_a_figure_beside_another_package_is_as_near_as_the_table_says(row: list[str]) -> None:
    name, ours, _, theirs, within, why = row
    assert FIGURES[name] == pytest.approx(float(ours), rel=1e-5)
    apart = abs(float(theirs) / float(ours) - 1)
    assert apart <= float(within) / 100 + 1e-6
    # What differs has its reason, and is not given more room than it needs.
    assert bool(why) or apart < 1e-4
    assert float(within) < 1.0 or apart > 0.6 * float(within) / 100


def test_every_figure_is_explained() -> None:
    text = (ROOT / "docs" / "hrv.md").read_text(encoding="utf-8")
    plain = {"intervals", "corrected", "rejected"}
    assert [name for name in FIGURES if name not in plain and f"`{name}`" not in text] == []


def test_the_table_names_five_packages() -> None:
    assert {row[2] for row in table()} == {"neurokit2", "hrv-analysis", "heartpy", "pyhrv", "biosppy"}
