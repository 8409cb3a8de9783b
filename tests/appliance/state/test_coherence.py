"""Coherence told in levels: thresholds with a hold, a score every five seconds, points that honesty earns."""

from __future__ import annotations

import pytest

from appliance.contracts.settings import Settings
from appliance.errors import Misused
from appliance.state.coherence import CoherenceLevel, Standing


def run(shares: list[float | None]) -> list[Standing | None]:
    """One share a second."""
    level = CoherenceLevel()
    return [level.update(share, float(second)) for second, share in enumerate(shares)]


def test_there_is_a_standing_every_five_seconds() -> None:
    told = [number for number, standing in enumerate(run([0.5] * 16)) if standing]
    assert told == [0, 5, 10, 15]


def test_levels_rise_at_their_thresholds_and_hold_a_little_below() -> None:
    shares = (0.1, 0.34, 0.35, 0.33, 0.31, 0.7, 0.63, 0.61, 0.0)
    told = [one for one in run([share for share in shares for _ in range(5)]) if one]
    assert [one.level for one in told] == [
        "low", "low", "medium", "medium", "low", "high", "high", "medium", "low",
    ]  # fmt: skip


def test_points_are_gathered_and_lost_and_never_negative() -> None:
    told = [one for one in run([share for share in (0.0, 0.5, 0.9, 0.9, 0.0) for _ in range(5)]) if one]
    assert [one.points for one in told] == [0, 1, 3, 5, 4]


def test_not_knowing_has_no_standing_and_earns_nothing() -> None:
    level = CoherenceLevel()
    level.update(0.9, 0.0)
    assert level.update(None, 5.0) is None
    assert level.standing is None
    back = level.update(0.9, 10.0)
    assert back is not None
    assert back.points == 4


def test_thresholds_come_from_the_settings_and_must_rise() -> None:
    usual = Settings()
    CoherenceLevel(usual.coherence_medium_score, usual.coherence_high_score)
    with pytest.raises(Misused, match="do not rise"):
        CoherenceLevel(60.0, 40.0)
