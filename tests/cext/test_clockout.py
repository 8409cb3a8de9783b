import os
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

from cext.clockout import AlsaSink, SteppedSink, TimerSink
from cext.graph import Graph
from cext.ring import Ring
from tests.cext.sound import played

SCENE = {"pad.level": 0.5, "light.left": 0.3, "vibration.level": 0.5}


def graph():
    made = Graph()
    made.apply(SCENE)
    return made


def gathered(sink, seconds, fed=True):
    """What the sink lets out until so much has come, by polling with a deadline."""
    parts, frames = [], 0
    deadline = time.monotonic() + seconds + 20
    while frames < seconds * 48_000 and time.monotonic() < deadline:
        if fed:
            sink.feed()
        parts.append(sink.read_tap())
        frames += parts[-1].shape[1]
        time.sleep(0.01)
    return np.concatenate(parts, axis=1)


def test_what_leaves_live_is_what_is_rendered_offline_sample_by_sample():
    with TimerSink(graph(), 100) as sink:
        live = gathered(sink, 0.5)
    assert sink.tap_lost_frames == 0
    # On a busy machine this process may be too late to feed; from there on the sink is silent by design.
    fed = sink.graph.guard_report()["limits"].get("starved", {}).get("first_frame", live.shape[1])
    assert fed >= 4_800
    assert np.array_equal(live[:, :fed], played(graph(), 1 + fed / 48_000, 1000)[:, :fed])


def test_a_sink_nobody_feeds_fades_to_silence_and_dark_and_comes_back_when_fed():
    with TimerSink(graph(), 128) as sink:
        assert np.abs(gathered(sink, 0.3)[0, -4800:]).max() > 0.001
        # A tenth of a second may still sound, then the fade.
        alone = gathered(sink, 0.6, fed=False)
        assert not alone[:, -9600:].any()
        assert sink.graph.guard_report()["is_starved"]
        back = gathered(sink, 0.6)
        assert np.abs(back[0, -4800:]).max() > 0.001
    assert sink.graph.guard_report()["limits"]["starved"]["count"] > 0


def test_a_graph_has_one_driver_at_a_time():
    taken = graph()
    with TimerSink(taken) as sink:
        with pytest.raises(RuntimeError, match="sink renders"):
            taken.render(np.empty((8, 64), np.float32))
        with pytest.raises(RuntimeError, match="another sink"):
            TimerSink(taken).start()
        assert sink.is_running
    taken.render(np.empty((8, 64), np.float32))


def test_a_sink_starts_and_stops_as_often_as_asked():
    sink = TimerSink(graph())
    for _ in range(3):
        sink.start()
        sink.start()
        sink.stop()
        sink.stop()
    assert not sink.is_running


def test_a_sink_that_is_forgotten_ends_its_thread():
    sink = TimerSink(graph())
    sink.start()
    del sink


def test_a_stepped_sink_renders_exactly_what_it_is_told():
    sink = SteppedSink(graph())
    parts = [sink.advance(frames) for frames in (1, 127, 872)]
    assert sink.frames == 1000
    assert np.array_equal(np.concatenate(parts, axis=1), played(graph(), 1000 / 48_000))


def test_no_sound_device_is_one_clear_error_and_leaves_the_graph_free():
    free = graph()
    sink = AlsaSink(free, 128, "echoel_there_is_no_such_device")
    with pytest.raises(OSError, match=r"device|ALSA library"):
        sink.start()
    free.render(np.empty((8, 64), np.float32))


def test_a_sound_card_gets_exactly_what_is_rendered_offline(tmp_path):
    # ALSA's own `file` device over `null` stands in for a card: it keeps every sample (and no time).
    (tmp_path / "asound.conf").write_text(
        f'pcm.capture {{ type file file "{tmp_path}/card.raw" format "raw" slave.pcm {{ type null }} }}\n'
    )
    program = textwrap.dedent("""
        import ctypes, sys, time
        import numpy as np
        from cext.clockout import AlsaSink, SteppedSink
        from cext.graph import Graph
        def made():
            graph = Graph(); graph.apply({"pad.level": 0.5}); return graph
        sink = AlsaSink(made(), 128, "capture", tap_s=30)
        try:
            sink.start()
        except OSError as error:
            try:
                ctypes.CDLL("libasound.so.2")
            except OSError:
                sys.exit(0 if "not installed" in str(error) else 2)
            sys.exit(3)
        deadline = time.monotonic() + 20
        while sink.frames < 48_000 and time.monotonic() < deadline:
            time.sleep(0.005); sink.feed()
        sink.stop()
        # On a busy machine this process may be too late to feed; from there on the sink is silent by design.
        fed = sink.graph.guard_report()["limits"].get("starved", {}).get("first_frame", sink.frames)
        heard = np.fromfile(sys.argv[1], "<f4").reshape(-1, 2).T[:, :fed]
        meant = SteppedSink(made()).advance(heard.shape[1])
        sys.exit(0 if heard.shape[1] >= 4_800 and np.array_equal(heard, meant[:2]) else 4)
    """)
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "card.raw")],
        env={**os.environ, "ALSA_CONFIG_PATH": str(tmp_path / "asound.conf")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_ring_gives_back_what_was_written_in_order_over_its_edge():
    ring = Ring(256)
    rng = np.random.default_rng(1)
    sent = [rng.standard_normal((8, frames)).astype(np.float32) for frames in (100, 150, 256, 1, 200)]
    got = []
    for block in sent:
        ring.write(block)
        got.append(ring.pop())
    assert np.array_equal(np.concatenate(got, axis=1), np.concatenate(sent, axis=1))
    assert ring.pop().shape == (8, 0)
    assert ring.lost_frames == 0


def test_a_full_ring_keeps_what_it_has_and_counts_what_it_drops():
    ring = Ring(128)
    first = np.ones((8, 100), np.float32)
    ring.write(first)
    ring.write(np.zeros((8, 100), np.float32))
    assert ring.lost_frames == 100
    assert np.array_equal(ring.pop(), first)


@pytest.mark.parametrize("block", [0, 15, 10_000])
def test_a_block_no_card_can_play_is_refused(block):
    with pytest.raises(ValueError, match="block"):
        TimerSink(graph(), block)
