"""What the panel is told of coherence: its level by the settings, points that begin anew with a session."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from appliance.clock import SystemClock
from appliance.contracts import BodyState, Features
from appliance.sessions import live
from appliance.sessions.runner import Runner
from appliance.state.coherence import CoherenceLevel


class Told:
    """A bus that keeps what it was given."""

    is_connected = True

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    def publish(self, topic: str, body: bytes, qos: int) -> None:
        self.messages.append(json.loads(body))


@pytest.fixture
def every_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "EVERY_S", 0.0)


def test_the_panel_hears_the_level_and_points_of_this_session(every_turn: None) -> None:
    told, keeper = Told(), SimpleNamespace(body_session_id="one")
    view = live.LiveView(
        cast("Any", told), "box", SystemClock(), cast("Any", keeper),
        lambda: ("", "absent"), lambda: (-120.0, 0.0, 0.0, ""), CoherenceLevel(20.0, 50.0),
    )  # fmt: skip
    for second in range(0, 11, 5):
        view.turn(Features(float(second)), BodyState(float(second), coherence=0.6, is_lost=False), Runner())
    assert [one["coherence_level"] for one in told.messages] == ["high"] * 3
    assert [one["coherence_points"] for one in told.messages] == [2, 4, 6]
    keeper.body_session_id = "two"
    view.turn(Features(12.0), BodyState(12.0, coherence=0.1, is_lost=False), Runner())
    assert (told.messages[-1]["coherence_level"], told.messages[-1]["coherence_points"]) == ("low", 0)
    view.turn(Features(13.0), BodyState(13.0, coherence=0.9, is_lost=True), Runner())
    assert told.messages[-1]["coherence_level"] is None
