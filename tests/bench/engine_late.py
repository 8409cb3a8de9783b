"""Late blocks while Python is busy: our thread and our JACK client beside a Python callback.

Twenty seconds at 128 frames; a thread runs pure Python all the time, as a panel, a log or a model would.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cext.clockout import TimerSink
from cext.graph import Graph
from cext.jackout import JackSink
from cext.sink import ThreadSink
from tests.bench.rows import Row, show

SPAN_S, FRAMES, RATE_HZ = 20.0, 128, 48_000
SERVER = "echoel-bench"
SCENE = {"pad.level": 0.5, "noise.level": 0.2, "light.left": 0.3, "vibration.level": 0.5}
NO_SERVER = "no JACK server: apt-get install -y --no-install-recommends jackd2"
NO_PEER = "no sounddevice: pip install sounddevice; apt-get install -y libportaudio2"


@contextmanager
def busy() -> Iterator[None]:
    """A thread that never lets the interpreter rest."""
    done = threading.Event()

    def spin() -> None:
        number = 0
        while not done.is_set():
            number = (number * 31 + 7) % 1_000_003

    thread = threading.Thread(target=spin, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def jack_server() -> Iterator[bool]:
    """A JACK server without a card for the length of the block; says whether there is one."""
    if shutil.which("jackd") is None:
        yield False
        return
    device = ["-d", "dummy", "-r", str(RATE_HZ), "-p", str(FRAMES), "-C", "0", "-P", "2"]
    process = subprocess.Popen(
        ["jackd", "-R", "-P", "80", "-n", SERVER, *device],
        env={**os.environ, "JACK_NO_AUDIO_RESERVATION": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _answers()
    finally:
        process.terminate()
        process.wait(10)


def _answers() -> bool:
    knock = JackSink(Graph(RATE_HZ), server=SERVER, name="knock")
    for _ in range(100):
        try:
            knock.look()
        except OSError:
            time.sleep(0.1)
        else:
            return True
    return False


def _graph() -> Graph:
    made = Graph(RATE_HZ)
    made.apply(SCENE)
    return made


def _run(sink: ThreadSink, span_s: float) -> None:
    with sink, busy():
        end_s = time.monotonic() + span_s
        while time.monotonic() < end_s:
            sink.feed()
            time.sleep(0.02)


def _peer(span_s: float) -> tuple[int | None, str]:
    """Underflows that sounddevice's Python callback is told of, or None and what is missing.

    In a process of its own: PortAudio takes its process down with it when the JACK server ends.
    """
    command = [sys.executable, __file__, "--peer", str(span_s)]
    around = {**os.environ, "JACK_DEFAULT_SERVER": SERVER, "JACK_NO_START_SERVER": "1"}
    done = subprocess.run(command, env=around, capture_output=True, text=True, check=False)
    words = done.stdout.split()
    return (int(words[-1]), "") if done.returncode == 0 and words else (None, NO_PEER)


def _play_with_sounddevice(span_s: float) -> int:
    import sounddevice

    apis = [api for api in sounddevice.query_hostapis() if api["name"].startswith("JACK")]
    device = apis[0]["default_output_device"]
    missed = 0

    def callback(out: Any, frames: int, when: Any, status: Any) -> None:
        nonlocal missed
        missed += bool(status.output_underflow)
        out.fill(0)

    shape: dict[str, Any] = {"samplerate": RATE_HZ, "blocksize": FRAMES, "channels": 2, "device": device}
    with sounddevice.OutputStream(callback=callback, **shape), busy():
        time.sleep(span_s)
    return missed


def rows(span_s: float = SPAN_S) -> Iterator[Row]:
    """Late blocks of ours and of the peer, in the same run."""
    timer = TimerSink(_graph(), FRAMES)
    _run(timer, span_s)
    on_jack, peer, why = None, None, NO_SERVER
    with jack_server() as is_there:
        if is_there:
            on_jack = JackSink(_graph(), FRAMES, server=SERVER)
            _run(on_jack, span_s)
            peer, why = _peer(span_s)
    how = "SCHED_FIFO" if timer.is_realtime else "SCHED_OTHER, as the system permits no other"
    name = f"late blocks in {span_s:g} s, busy Python thread, {how}"
    yield Row(name, timer.late_blocks, "blocks", 0, peer="sounddevice callback", peer_value=peer)
    if on_jack is None:
        yield Row("the same on a JACK server", None, "xruns", 0, reason=NO_SERVER)
    else:
        missed = on_jack.xruns + on_jack.late_blocks
        yield Row("the same on a JACK server", missed, "xruns", None, peer="sounddevice", peer_value=peer)
    if peer is None:
        yield Row("sounddevice callback on the same server", None, "underflows", reason=why)
    else:
        yield Row("sounddevice callback on the same server", peer, "underflows")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        print(_play_with_sounddevice(float(sys.argv[2])))
    else:
        show(rows())
