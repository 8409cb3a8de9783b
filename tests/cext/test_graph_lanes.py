"""Light and touch of a graph: rows of a plan that add up, in step with the sound, judged by the guard."""

from __future__ import annotations

import numpy as np
import pytest

from cext.graph import PARAMETERS, Graph, GraphPlan, LaneRow, VoiceRow

BEAT = GraphPlan(
    voices=(VoiceRow("beat", "isochronic", {"level": 0.0}),),
    lanes=(LaneRow("light", "light"), LaneRow("pulses", "pulses"), LaneRow("waves", "waves")),
)


def rendered(graph: Graph, seconds: float) -> np.ndarray:
    block = np.zeros((8, int(seconds * graph.rate_hz)), dtype=np.float32)
    graph.render(block)
    return block


def crossings(wave: np.ndarray) -> int:
    """Count how often it rises through the middle of its range."""
    middle = (wave.max() + wave.min()) / 2
    return int(np.count_nonzero((wave[:-1] < middle) & (wave[1:] >= middle)))


def test_every_lane_of_the_catalogue_can_be_turned_in_the_protocols_graph() -> None:
    names = {row.name for row in PARAMETERS}
    assert {
        "light.left",
        "pulses.frequency_hz",
        "colour.hue_turns",
        "vibration.level",
        "waves.wave_hz",
    } < names


def test_pulses_flicker_with_consent_and_stand_still_without() -> None:
    for consent, flashes in (("L2", 80), ("L0", 0)):
        graph = Graph(plan=BEAT, consent=consent)
        graph.apply({"pulses.level": 0.5, "pulses.frequency_hz": 8.0}, 0.0)
        rendered(graph, 70.0)  # the light is led up slowly
        light = rendered(graph, 10.0)[2]
        seen = crossings(light) if np.ptp(light) > 0.05 else 0
        assert seen == pytest.approx(flashes, abs=1)
        assert ("is_light_held", consent == "L0") in graph.guard_report().items()


def test_pulses_that_come_back_are_where_they_would_have_been() -> None:
    levels = {}
    for name, pause in (("steady", False), ("paused", True)):
        graph = Graph(plan=BEAT)
        graph.apply({"pulses.level": 0.4, "pulses.frequency_hz": 1.0}, 0.0)
        rendered(graph, 60.0)
        graph.apply({"pulses.level": 0.0 if pause else 0.4}, 0.0)
        rendered(graph, 0.75)
        graph.apply({"pulses.level": 0.4}, 0.0)
        rendered(graph, 3.0)
        levels[name] = rendered(graph, 4.0)[2]
    peaks = {name: int(np.argmax(wave[: 2 * 48_000])) for name, wave in levels.items()}
    assert peaks["paused"] % 48_000 == pytest.approx(peaks["steady"] % 48_000, abs=480)


def test_two_makers_of_light_add_up_and_never_pass_full() -> None:
    graph = Graph(plan=BEAT)
    graph.apply({"light.left": 1.0, "pulses.level": 1.0, "pulses.depth": 0.0}, 0.0)
    rendered(graph, 90.0)
    light = rendered(graph, 1.0)[2]
    assert 0.5 < light.max() <= 1.0


def test_a_plan_without_lanes_is_dark_and_still() -> None:
    graph = Graph(plan=GraphPlan(voices=BEAT.voices, lanes=()))
    graph.apply({"beat.level": 0.5}, 0.0)
    assert not rendered(graph, 1.0)[2:].any()


def test_an_unknown_lane_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="pulses"):
        Graph(plan=GraphPlan(lanes=(LaneRow("flash", "pulse"),)))
