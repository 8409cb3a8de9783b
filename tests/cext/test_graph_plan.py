import numpy as np
import pytest

from cext import effects
from cext.effects.routing import Align
from cext.graph import PROTOCOL, BusRow, EffectRow, Graph, GraphPlan, VoiceRow
from cext.limits import Calibration, Carried
from cext.parameters import Parameter
from tests.cext.sound import RATE_HZ, db, played, rms

WIDE = GraphPlan(
    voices=(
        VoiceRow("low", "sine", {"level": 0.1, "frequency_hz": 110.0}, "strings"),
        VoiceRow("rain", "white", {"level": 0.2}, "weather"),
        VoiceRow("sea", "white", {"level": 0.1}, "weather"),
        VoiceRow("high", "sine", {"level": 0.1, "frequency_hz": 880.0}),
    ),
    effects=(EffectRow("tone", "lowpass", {"cutoff_hz": 9000.0}), EffectRow("master", "volume")),
    buses=(
        BusRow("strings", (EffectRow("edge", "limiter", {"drive_db": 6.0}),), {"main": 1.0, "hall": 0.3}),
        BusRow(
            "weather",
            (EffectRow("duck", "ducker", key="strings"), EffectRow("air", "lowpass", channels="side")),
            {"main": 0.7},
        ),
        BusRow("hall", (EffectRow("room", "reverb", {"mix": 1.0}),)),
    ),
)


def _sound(plan, seconds=0.5, targets=None, block=4800):
    graph = Graph(plan=plan)
    graph.apply(targets or {}, 0.0)
    return graph, played(graph, seconds, block)[:2].astype(np.float64)


@pytest.mark.parametrize("block", [1, 64, 128, 256])
def test_a_composed_graph_gives_the_same_bits_in_blocks_of_any_size(block):
    def rendered(size):
        graph = Graph(seed=3, plan=WIDE)
        graph.apply(
            {"light.left": 0.3, "vibration.level": 0.5, "strings.to_hall": 0.9, "duck.depth_db": 30.0}
        )
        return played(graph, 4000 / RATE_HZ, size)

    assert np.array_equal(rendered(block), rendered(1000))


def test_every_knob_of_a_plan_carries_the_name_of_its_row_and_the_value_of_the_plan():
    graph = Graph(plan=WIDE)
    names = [row.name for row in graph.parameters]
    assert len(set(names)) == len(names)
    assert {"low.level", "rain.level", "room.mix", "duck.depth_db", "air.cutoff_hz", "weather.to_main"} < set(
        names
    )
    assert {"limiter.ceiling_dbfs", "light.left", "vibration.level", "strings.to_hall"} < set(names)
    assert (graph.get("weather.to_main"), graph.get("edge.drive_db"), graph.get("room.mix")) == (
        0.7,
        6.0,
        1.0,
    )
    for row in graph.parameters:
        assert graph.get(row.name) == row.default
        for value in (row.minimum, row.maximum):
            graph.set(row.name, value)
            assert np.isfinite(played(graph, 0.004)).all()


def test_the_plan_of_the_protocols_is_the_graph_without_a_plan():
    targets = {"pad.level": 0.5, "noise.level": 0.2}
    lanes = []
    for graph in (Graph(seed=4), Graph(seed=4, plan=PROTOCOL)):
        graph.apply(targets)
        lanes.append(played(graph, 0.1))
    assert np.array_equal(*lanes)


def test_a_sound_split_over_ways_of_different_length_comes_together_without_a_comb():
    # One way looks ahead by 64 frames, the other does not: as loud as twice the single way at every pitch.
    for hz in (300.0, 375.0, 750.0, 1125.0):
        voice = VoiceRow("tone", "sine", {"level": 0.05, "frequency_hz": hz}, "source")
        long_way = BusRow("long", (EffectRow("look", "limiter"),))
        split = GraphPlan((voice,), buses=(BusRow("source", into={"main": 1.0, "long": 1.0}), long_way))
        single = GraphPlan((voice,), buses=(BusRow("source", into={"long": 1.0}), long_way))
        _, both = _sound(split)
        graph, one = _sound(single)
        assert np.allclose(both[:, 4800:], 2 * one[:, 4800:], atol=1e-6)
        assert graph.latency_frames == 192


def test_voices_that_go_straight_wait_for_those_that_take_the_long_way():
    tone = {"level": 0.05, "frequency_hz": 375.0}
    plan = GraphPlan(
        (VoiceRow("near", "sine", tone), VoiceRow("far", "sine", tone, "long")),
        buses=(BusRow("long", (EffectRow("look", "limiter"),)),),
    )
    _, both = _sound(plan)
    assert rms(both[0, 4800:]) == pytest.approx(0.1 / np.sqrt(2), rel=1e-3)


def test_light_waits_for_the_longest_way_of_the_sound():
    plan = GraphPlan(
        (VoiceRow("tone", "sine", {"level": 0.0}, "a"),),
        buses=(
            BusRow("a", (EffectRow("one", "limiter"),), {"b": 1.0}),
            BusRow("b", (EffectRow("two", "limiter"),)),
        ),
    )
    graph = Graph(plan=plan)
    graph.apply({"tone.level": 1.0, "light.left": 0.01}, 0.0)
    lanes = played(graph, 0.1)
    assert graph.latency_frames == 256
    assert np.argmax(lanes[2] > 0) - graph.latency_frames in (0, 1)
    assert np.argmax(np.abs(lanes[0]) > 0) - np.argmax(lanes[2] > 0) in (-1, 0, 1)


def test_a_send_moves_smoothly_from_sample_to_sample():
    plan = GraphPlan(
        (VoiceRow("tone", "sine", {"level": 0.2, "frequency_hz": 100.0}, "a"),), buses=(BusRow("a"),)
    )
    graph = Graph(plan=plan)
    played(graph, 0.2)
    graph.apply({"a.to_main": 0.0}, 0.1)
    sound = played(graph, 0.2)[0].astype(np.float64)
    tone = 0.2 * 2 * np.pi * 100.0 / RATE_HZ
    assert np.abs(np.diff(sound)).max() < 1.1 * tone
    assert not sound[-1000:].any()


def test_a_ducked_sound_steps_back_by_the_depth_while_the_key_speaks_and_returns():
    plan = GraphPlan(
        (
            VoiceRow("talk", "sine", {"level": 0.0, "frequency_hz": 1000.0}, "speech"),
            VoiceRow("bed", "sine", {"level": 0.05, "frequency_hz": 200.0}, "music"),
        ),
        buses=(
            BusRow("speech", into={}),
            BusRow("music", (EffectRow("duck", "ducker", {"depth_db": 20.0}, key="speech"),)),
        ),
    )
    graph = Graph(plan=plan)
    before = rms(played(graph, 0.5)[0, 12_000:].astype(np.float64))
    graph.apply({"talk.level": 0.5}, 0.0)
    during = rms(played(graph, 1.0)[0, 36_000:].astype(np.float64))
    graph.apply({"talk.level": 0.0}, 0.0)
    after = rms(played(graph, 4.0)[0, -12_000:].astype(np.float64))
    assert db(during / before) == pytest.approx(-20.0, abs=0.1)
    assert db(after / before) == pytest.approx(0.0, abs=0.01)


def test_two_noises_of_one_kind_are_not_the_same_noise():
    row = {"level": 0.2}
    one = GraphPlan((VoiceRow("a", "white", row),))
    two = GraphPlan((VoiceRow("a", "white", row), VoiceRow("b", "white", row)))
    _, single = _sound(one)
    _, double = _sound(two)
    assert rms(double[0]) / rms(single[0]) == pytest.approx(np.sqrt(2), rel=0.03)


def test_a_graph_hands_all_it_is_told_about_the_person_to_its_guard():
    graph = Graph(consent="L3", light_map="rgbw", carried=Carried(light_day_s=600.0))
    assert (graph.guard.consent, graph.guard.light_map) == ("L3", "rgbw")
    assert graph.guard_report()["carry"]["light_day_s"] == pytest.approx(600.0)
    with pytest.raises(ValueError, match="did you mean 'L"):
        Graph(consent="L4")
    with pytest.raises(ValueError, match="sound_full_dba = nan"):
        Graph(calibration=Calibration(sound_full_dba=float("nan")))


TONE = VoiceRow("tone", "sine")


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (GraphPlan((VoiceRow("tone", "sien"),)), "did you mean 'sine'"),
        (GraphPlan((VoiceRow("tone", "sine", {"levle": 1.0}),)), "did you mean 'level'"),
        (GraphPlan((VoiceRow("tone", "sine", bus="mayn"),)), "did you mean 'main'"),
        (GraphPlan((TONE, TONE)), "there twice"),
        (GraphPlan((VoiceRow("light", "sine"),)), "taken"),
        (GraphPlan((VoiceRow("a b", "sine"),)), "letters, digits and _"),
        (GraphPlan((TONE,), buses=(BusRow("main"),)), "a name of its own"),
        (GraphPlan((TONE,), buses=(BusRow("a"), BusRow("a"))), "a name of its own"),
        (GraphPlan((TONE,), buses=(BusRow("a", into={}),)), "leads nowhere"),
        (GraphPlan((TONE,), buses=(BusRow("a", into={"hall": 1.0}),)), "no bus 'hall'"),
        (GraphPlan((TONE,), buses=(BusRow("a", into={"main": 1.5}),)), "the nearest is 1"),
        (
            GraphPlan((TONE,), buses=(BusRow("a", into={"b": 1.0}), BusRow("b", into={"a": 1.0}))),
            "in a circle",
        ),
        (GraphPlan((TONE,), (EffectRow("x", "lowpass", key="main"),)), "circle|listens to nothing"),
        (GraphPlan((TONE,), (EffectRow("x", "gain", key="a"),), (BusRow("a"),)), "listens to nothing"),
        (GraphPlan((TONE,), (EffectRow("x", "gain", channels="middle"),)), "did you mean 'mid"),
    ],
)
def test_a_plan_that_cannot_be_wired_is_refused_with_the_reason(plan, words):
    with pytest.raises(ValueError, match=words):
        Graph(plan=plan)


def test_a_graph_holds_very_many_voices():
    plan = GraphPlan(tuple(VoiceRow(f"tone{k}", "sine", {"level": 0.001}) for k in range(200)))
    graph = Graph(plan=plan)
    assert sum(isinstance(row, Parameter) for row in graph.parameters) > 400
    graph.apply({"tone199.frequency_hz": 440.0}, 0.0)
    assert np.isfinite(played(graph, 0.05)).all()
    assert graph.get("tone199.frequency_hz") == 440.0


@pytest.mark.parametrize("delay_frames", [1, 63, 64, 100, 1000])
def test_light_keeps_with_the_sound_however_long_its_way(monkeypatch, delay_frames):
    monkeypatch.setitem(effects.EFFECTS, "later", "")
    make = effects.make
    monkeypatch.setattr(
        effects,
        "make",
        lambda name, *given, **values: (
            Align(given[0], delay_frames) if name == "later" else make(name, *given, **values)
        ),
    )
    graph = Graph(plan=GraphPlan((VoiceRow("tone", "sine", {"level": 1.0}),), (EffectRow("wait", "later"),)))
    graph.apply({"light.left": 0.01}, 0.0)
    lanes = played(graph, 0.1, 1000)
    assert graph.latency_frames == -(-delay_frames // 64) * 64 + 128
    assert np.argmax(lanes[2] > 0) - graph.latency_frames in (0, 1)
    assert np.argmax(np.abs(lanes[0]) > 0) - graph.latency_frames in (0, 1)
    again = Graph(plan=GraphPlan((VoiceRow("tone", "sine", {"level": 1.0}),), (EffectRow("wait", "later"),)))
    again.apply({"light.left": 0.01}, 0.0)
    assert np.array_equal(played(again, 0.1, 77), lanes)


@pytest.mark.parametrize("slow_bus", ["speech", "music"])
def test_a_sound_is_ducked_by_what_is_heard_with_it_whichever_way_is_longer(slow_bus):
    def plan():
        looks_ahead = {slow_bus: (EffectRow("look", "limiter"),)}
        duck = EffectRow("duck", "ducker", {"attack_ms": 1.0, "threshold_dbfs": -80.0}, key="speech")
        return GraphPlan(
            (
                VoiceRow("talk", "square", {"level": 0.0}, "speech"),
                VoiceRow("bed", "square", {"level": 0.1, "frequency_hz": 90.0}, "music"),
            ),
            buses=(
                BusRow("speech", looks_ahead.get("speech", ())),
                BusRow("music", (*looks_ahead.get("music", ()), duck)),
            ),
        )

    def sound(talk, **levels):
        graph = Graph(plan=plan())
        graph.apply({name.replace("__", "."): level for name, level in levels.items()}, 0.0)
        played(graph, 6400 / RATE_HZ)
        graph.apply({"talk.level": talk}, 0.0)
        return played(graph, 0.1)[0]

    heard = np.argmax(np.abs(sound(0.5, bed__level=0.0)) > 1e-4)
    ducked = sound(0.5, speech__to_main=0.0)
    stepped_back = np.argmax(np.abs(ducked - sound(0.0, speech__to_main=0.0)) > 1e-4)
    assert abs(int(stepped_back) - int(heard)) <= 8
