"""One row a figure, printed for people or as JSON: what was measured, its goal, and a peer beside it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """One figure. `is_lower_better` says on which side of the goal it should be.

    met is None when it could not be measured, and then `reason` says why. ratio is value / peer_value.
    """

    name: str
    value: float | None
    unit: str
    goal: float | None = None
    is_lower_better: bool = True
    peer: str | None = None
    peer_value: float | None = None
    reason: str | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goal was reached."""
        if self.value is None or self.goal is None:
            return None
        return self.value <= self.goal if self.is_lower_better else self.value >= self.goal

    @property
    def ratio(self) -> float | None:
        """The figure over the peer's."""
        if self.value is None or not self.peer_value:
            return None
        return self.value / self.peer_value


def show(rows: Iterable[Row]) -> None:
    """Print the rows: a table, or JSON with `--json`."""
    rows = list(rows)
    if "--json" in sys.argv:
        print(json.dumps([{**asdict(row), "met": row.met, "ratio": row.ratio} for row in rows], indent=2))
        return
    for row in rows:
        value = "-" if row.value is None else f"{row.value:,.3g}"
        sign = "<=" if row.is_lower_better else ">="
        goal = "" if row.goal is None else f"goal {sign} {row.goal:g}"
        verdict = {True: "met", False: "NOT MET", None: row.reason or ""}[row.met]
        peer = "" if row.ratio is None else f"{row.ratio:.3g} x {row.peer} ({row.peer_value:,.3g})"
        print(f"{row.name:<58} {value:>10} {row.unit:<10} {goal:<14} {verdict:<8} {peer}")
