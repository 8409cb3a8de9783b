"""One breath out of all sources there are: their series vote together, the surest of them gives the phase."""

from __future__ import annotations

from collections.abc import Iterable

from appliance.signal.breath import Breath

# What was looked at longer ago than this no longer votes; slow hearts are settled some seconds late.
FRESH_S = 6.0


class BreathFusion(Breath):
    """Ask `update` with every source; a source that knows nothing is passed over."""

    def __init__(self) -> None:
        super().__init__()
        self._surest: Breath | None = None
        self._seen: tuple[float, ...] = ()

    def update(self, sources: Iterable[Breath], now_s: float) -> None:
        """Let the fresh series of all sources vote; nothing is counted twice when nothing is new."""
        fresh = [one for one in sources if one.waves and abs(now_s - one.looked_s) <= FRESH_S]
        if not fresh:
            self._forget()
            self._surest, self._seen = None, ()
            return
        seen = tuple(one.looked_s for one in fresh)
        if seen == self._seen:
            return
        self._seen = seen
        self._surest = max(fresh, key=lambda one: one.confidence)
        self.chance_of_one = self._surest.chance_of_one
        self._look([wave for one in fresh for wave in one.waves], max(seen))

    def phase(self, now_s: float) -> float | None:
        """The phase of the surest source, 0..1; None when the sources together know no breath."""
        return self._surest.phase(now_s) if self._surest is not None and self.rate_bpm is not None else None
