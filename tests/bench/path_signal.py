"""From a heartbeat to a changed sound: latencies of the signal path and the speed of the render."""

from __future__ import annotations

import asyncio
import os
import pty
import statistics
import threading
import time
import tty
from collections.abc import Iterator, Mapping

import numpy as np

from appliance.contracts.settings import Settings
from appliance.sensors import serial_port
from appliance.sensors.virtual import VirtualWearer
from appliance.sessions import protocol as protocols
from appliance.sessions.loop import Loop
from appliance.sessions.runner import Runner
from appliance.signal import SignalChain
from cext.graph import Graph
from tests.bench.rows import Row
from tests.bench.twin import NumpyTwin

RATE_HZ = 250.0
RENDERED_S = 30.0


def rows() -> Iterator[Row]:
    """Beat latency, frame latency, render speed."""
    yield from _beats()
    yield from _frames()
    yield from _render()


def _beats() -> Iterator[Row]:
    wearer = VirtualWearer(seed=7, rate_hz=RATE_HZ, length_s=180)
    chain = SignalChain()
    found = []
    now_s = 0.0
    while not wearer.is_finished:
        now_s += 0.02
        for frame in wearer.take(now_s):
            chain.feed(frame)
        found += [(beat.time_s, now_s) for beat in chain.features(now_s).beats]
    truth = np.array(wearer.beats_s)
    late = [1000 * (at_s - time_s) for time_s, at_s in found if np.min(np.abs(truth - time_s)) < 0.05]
    yield Row("R peak to beat event, median of signal time", statistics.median(late), "ms", 250)
    yield Row("R peak to beat event, 95th percentile", float(np.percentile(late, 95)), "ms", 250)


class _Watched:
    """An engine that notes when its parameters were set."""

    def __init__(self) -> None:
        self.graph = Graph()
        self.at_s = 0.0

    def apply(self, targets: Mapping[str, float], glide_s: float = 0.05) -> None:
        self.graph.apply(targets, glide_s)
        self.at_s = time.perf_counter()


def _frames() -> Iterator[Row]:
    """A line written into a real pseudo-terminal, through pyserial and the loop, to the engine."""
    late = asyncio.run(_frame_latencies(200))
    yield Row("sensor frame to changed engine parameter, median", statistics.median(late), "ms", 20)
    yield Row("sensor frame to changed engine parameter, 95th pct", float(np.percentile(late, 95)), "ms", 20)


async def _frame_latencies(count: int) -> list[float]:
    far, near = pty.openpty()
    tty.setraw(near)
    engine = _Watched()
    loop = Loop(engine, Runner(), [])
    loop.runner.start(protocols.load("resonance_breathing"), time.monotonic())
    settings = Settings(serial_port=os.ttyname(near), serial_rate_hz=RATE_HZ)
    (sensor,) = (await serial_port.find(settings, False)).sensors
    await sensor.open()
    written_s: list[float] = []
    late: list[float] = []

    def write() -> None:
        for number in range(count):
            time.sleep(0.02)
            written_s.append(time.perf_counter())
            os.write(far, b"".join(b"%d\n" % (number % 50) for _ in range(5)))

    writer = threading.Thread(target=write)
    writer.start()
    async for frame in sensor.frames():
        loop.take(frame)
        loop.turn(time.monotonic())
        late.append(1000 * (engine.at_s - written_s[-1]))
        if len(late) >= count * 0.9 or len(written_s) == count:
            break
    writer.join()
    await sensor.close()
    os.close(far)
    os.close(near)
    return late


def _render() -> Iterator[Row]:
    protocol = protocols.load("resonance_breathing")
    graph = Graph()
    graph.apply(protocol.scene)
    block = np.zeros((8, 128), dtype=np.float32)
    count = int(RENDERED_S * graph.rate_hz / 128)
    began_s = time.process_time()
    for _ in range(count):
        graph.render(block)
    ours = RENDERED_S / (time.process_time() - began_s)
    twin = NumpyTwin(graph.rate_hz)
    began_s = time.process_time()
    for _ in range(count // 10):
        twin.render(128)
    theirs = RENDERED_S / 10 / (time.process_time() - began_s)
    yield Row(
        "render of the protocol, block 128, one core",
        ours,
        "x real",
        100,
        is_lower_better=False,
        peer="NumPy twin (pad and noise only)",
        peer_value=theirs,
    )
