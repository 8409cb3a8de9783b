"""The engine on a real JACK server: what a second client hears is what an offline render holds."""

import time
from pathlib import Path

import numpy as np
import pytest

from cext.clockout import SteppedSink
from cext.graph import Graph
from cext.jackout import PORTS, JackSink
from tests.cext.jack.server import Listener, serving
from tests.waiting import until

SCENE = {"pad.level": 0.5, "noise.level": 0.2, "light.left": 0.3, "light.right": 0.2, "vibration.level": 0.5}


def graph(seed=1):
    made = Graph(48_000, seed)
    made.apply(SCENE)
    return made


def fed_until(sink, condition, seconds=30):
    """Feeds the sink as a control loop does, until something is so."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        sink.feed()
        time.sleep(0.01)
    return condition()


def place_of(heard, meant):
    """At which frame of `meant` all that was heard begins, or None: every sample must be equal.

    Where `meant` ends the comparison ends, after a tenth of a second at least.
    """
    probe = int(np.flatnonzero(heard[0])[0])
    for at in np.flatnonzero(meant[0] == heard[0, probe]) - probe:
        part = meant[:, at : at + heard.shape[1]]
        if at >= 0 and part.shape[1] >= 2_400 and np.array_equal(part, heard[:, : part.shape[1]]):
            return int(at)
    return None


def played_to_a_listener(server, folder, sink, frames, ports=None):
    """What the listener heard and what it should have heard.

    On a busy machine this process may be too late to feed; from there on the sink is silent by design.
    """
    names = ports or [f"{sink.name}:{port}" for port in PORTS[: sink.lanes]]
    listener = Listener(server, frames, names, Path(folder))
    with sink:
        assert fed_until(sink, lambda: listener.is_done)
        frames = sink.frames
    fed = sink.graph.guard_report()["limits"].get("starved", {}).get("first_frame", frames)
    return listener.heard(), SteppedSink(graph()).advance(fed)[: sink.lanes]


def test_a_second_client_hears_every_lane_exactly_as_rendered_offline(tmp_path):
    with serving() as server:
        sink = JackSink(graph(), server=server.name, lanes=8)
        heard, meant = played_to_a_listener(server, tmp_path, sink, 24_000)
    assert np.abs(heard).max(axis=1)[[0, 1, 2, 6]].all()
    assert place_of(heard, meant) is not None


def test_the_comparison_finds_one_lost_frame_and_another_seed():
    meant = SteppedSink(graph()).advance(9_600)
    assert place_of(meant[:, 1_000:5_000], meant) == 1_000
    assert place_of(np.delete(meant[:, 1_000:5_000], 2_000, axis=1), meant) is None
    assert place_of(SteppedSink(graph(2)).advance(9_600)[:, 1_000:5_000], meant) is None


def test_the_ears_are_joined_to_the_loudspeakers_without_being_asked(tmp_path):
    with serving() as server:
        sink = JackSink(graph(), server=server.name)
        heard, _ = played_to_a_listener(server, tmp_path, sink, 48_000, ["-", "-"])
    assert np.abs(heard).max(axis=1).all()


def test_the_servers_block_is_free_and_changes_no_bit(tmp_path):
    with serving(frames=1024) as server:
        sink = JackSink(graph(), 128, server=server.name)
        heard, meant = played_to_a_listener(server, tmp_path, sink, 12_000)
    assert place_of(heard, meant) is not None


def test_a_server_that_ends_leaves_the_session_running_without_sound():
    with serving() as server:
        with JackSink(graph(), server=server.name) as sink:
            assert fed_until(sink, lambda: sink.frames > 4_800)
            assert sink.is_playing
            server.end()
            assert fed_until(sink, lambda: not sink.is_playing)
            gone = sink.frames
            assert fed_until(sink, lambda: sink.frames > gone + 9_600)
        assert not sink.is_running


def test_a_sink_nobody_feeds_is_silent_on_the_server_too():
    with serving() as server, JackSink(graph(), server=server.name) as sink:
        assert fed_until(sink, lambda: sink.frames > 9_600)
        assert until(lambda: sink.graph.guard_report()["is_starved"], 20)
        alone = sink.frames
        assert until(lambda: sink.frames > alone + 14_400, 20)
        assert not sink.read_tap()[:, -2_400:].any()


def test_a_server_at_another_rate_is_one_clear_error_and_leaves_the_graph_free():
    with serving(rate_hz=44_100) as server:
        free = graph()
        with pytest.raises(OSError, match="44100 Hz"):
            JackSink(free, server=server.name).start()
        free.render(np.empty((8, 64), np.float32))


def test_no_server_is_one_clear_error():
    with pytest.raises(OSError, match="no JACK or PipeWire server"):
        JackSink(graph(), server="echoel-nobody-is-here").start()


@pytest.mark.parametrize("lanes", [1, 9])
def test_a_number_of_ports_that_no_block_has_is_refused(lanes):
    with pytest.raises(ValueError, match="lanes"):
        JackSink(graph(), lanes=lanes)


def test_a_sink_that_is_forgotten_leaves_the_server():
    with serving() as server:
        sink = JackSink(graph(), server=server.name)
        sink.start()
        del sink
        again = JackSink(graph(), server=server.name)
        again.start()
        again.stop()
