import time

import numpy as np
import pytest

from appliance.contracts.settings import Settings
from appliance.engine import Conductor
from appliance.errors import OutputUnavailable, StorageFull
from appliance.outputs import OutputFan, choose_sink
from cext import jackout
from cext.clockout import SteppedSink, TimerSink
from cext.graph import Graph
from cext.jackout import JackSink
from tests.cext.jack.server import serving


class Kept:
    """An output that remembers."""

    def __init__(self):
        self.blocks = []
        self.is_closed = False

    def write(self, samples):
        self.blocks.append(samples)

    def close(self):
        self.is_closed = True


class Failing(Kept):
    """An output whose disk is full from the start."""

    def write(self, samples):
        raise StorageFull("no room", "free some")


def until(condition, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


def test_every_frame_reaches_every_output_and_the_meters_follow():
    graph = Graph()
    sink = TimerSink(graph)
    one, two = Kept(), Kept()
    fan = OutputFan(sink, [one, two])
    conductor = Conductor(graph, sink)
    conductor.start()
    conductor.apply({"master.level": 0.8, "pad.level": 0.5, "light.left": 0.5, "vibration.level": 0.5})
    fan.start()

    def fed():
        conductor.feed()
        return fan.meters.level_db > -40 and fan.meters.light[0] > 0 and fan.meters.vibration[0] > 0

    until(fed)
    conductor.close()
    fan.close()
    whole = np.concatenate(one.blocks, axis=1)
    assert whole.shape[1] == sink.frames == fan.frames
    assert np.array_equal(whole, np.concatenate(two.blocks, axis=1))
    assert one.is_closed
    assert two.is_closed


def test_closing_ends_in_silence_and_not_in_a_click():
    graph = Graph()
    sink = TimerSink(graph)
    kept = Kept()
    fan = OutputFan(sink, [kept])
    conductor = Conductor(graph, sink)
    conductor.start()
    fan.start()

    def fed():
        conductor.apply({"master.level": 0.8, "sine.level": 0.2})
        return fan.meters.level_db > -30

    until(fed)
    conductor.close(fade_s=0.1)
    fan.close()
    assert np.abs(np.concatenate(kept.blocks, axis=1)[0, -64:]).max() < 1e-3


def test_an_output_that_fails_is_closed_and_named_and_the_others_go_on():
    failing, kept = Failing(), Kept()
    fan = OutputFan(None, [failing, kept])
    block = SteppedSink(Graph()).advance(4800)
    fan.take(block)
    fan.take(block)
    assert fan.troubles == {"Failing": "no room"}
    assert failing.is_closed
    assert len(kept.blocks) == 2


def test_the_settings_choose_the_sink():
    assert isinstance(choose_sink(Settings(sink="stepped"), Graph()), SteppedSink)
    assert isinstance(choose_sink(Settings(sink="timer"), Graph()), TimerSink)


def test_without_a_card_the_sound_server_is_taken_and_without_both_a_timer(monkeypatch):
    nowhere = Settings(sink="auto", sound_device="echoel_there_is_no_such_device")
    with serving() as server:
        monkeypatch.setenv("JACK_DEFAULT_SERVER", server.name)
        assert isinstance(choose_sink(nowhere, Graph()), JackSink)
        assert isinstance(choose_sink(Settings(sink="jack"), Graph()), JackSink)
    monkeypatch.setattr(jackout, "LIBRARIES", jackout.LIBRARIES[:1])
    assert isinstance(choose_sink(nowhere, Graph()), TimerSink)


def test_a_sound_card_that_was_asked_for_and_is_not_there_is_an_error_with_a_remedy():
    with pytest.raises(OutputUnavailable) as caught:
        choose_sink(Settings(sink="alsa", sound_device="echoel_there_is_no_such_device"), Graph())
    assert "timer" in caught.value.remedy


def test_a_sound_server_that_was_asked_for_and_is_not_there_is_an_error_with_a_remedy(monkeypatch):
    monkeypatch.setattr(jackout, "LIBRARIES", ())
    with pytest.raises(OutputUnavailable, match="JACK library") as caught:
        choose_sink(Settings(sink="jack"), Graph())
    assert "timer" in caught.value.remedy
