"""Sensors on real pseudo-terminals: how late a sample is, eight at once, and a cable that is pulled."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pty
import statistics
import tempfile
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from appliance.contracts import SensorFrame
from appliance.contracts.settings import Settings
from appliance.sensors.decoders.wearable import WearableDecoder
from appliance.sensors.hub import Hub
from appliance.sensors.sensor import identity
from appliance.sensors.serial_port import SerialSensor
from appliance.signal import SignalChain
from firmware import wire
from tests.bench.rows import Row

RATE_HZ, SAMPLES = 250.0, 4  # 16 ms packets
PACKET_S = SAMPLES / RATE_HZ
SECONDS = 8.0


def rows(cycles: int) -> Iterator[Row]:
    """Latency, cost of eight, cycles."""
    late_ms, _, _ = asyncio.run(_streamed(1))
    yield Row("sample taken to signal chain over a line, median", statistics.median(late_ms), "ms", 20)
    yield Row(
        "sample taken to signal chain over a line, 95th pct", float(np.percentile(late_ms, 95)), "ms", 20
    )
    late_ms, share, stalled_ms = asyncio.run(_streamed(8))
    yield Row("8 sensors of 250 Hz at once, 16 ms packets: one core", 100 * share, "%", 5)
    yield Row("8 sensors at once: sample to chain, 95th pct", float(np.percentile(late_ms, 95)), "ms", 20)
    yield Row("8 sensors, one of them mute and one noisy: longest wait of the others", stalled_ms, "ms", 100)
    yield from asyncio.run(_pulled(cycles))


def _write(ends: list[int], seconds: float, start_s: float) -> None:
    """Another process: every wearable sends its packet when its last sample has been taken."""
    encoders = [wire.Encoder(boot=1) for _ in ends]
    number = 0
    while number * PACKET_S < seconds:
        due_s = start_s + (number + 1) * PACKET_S
        while (left_s := due_s - time.monotonic()) > 0:
            time.sleep(left_s)
        counts = [(number * SAMPLES + i) % 30_000 for i in range(SAMPLES)]
        payload = wire.Samples("ecg", RATE_HZ, 1.0, counts).pack()
        for end, encoder in zip(ends, encoders, strict=True):
            os.write(end, encoder.line(wire.SAMPLES, round(number * PACKET_S * 1000), payload))
        number += 1


async def _streamed(count: int) -> tuple[list[float], float, float]:
    """(how late each sample reached the chain in ms, share of a core, longest pause between frames in ms)."""
    pairs = [pty.openpty() for _ in range(count)]
    for far, near in pairs:
        tty.setraw(near)
        os.set_blocking(far, True)
    chain, late_ms, last_s, pause_ms = SignalChain(), [], {}, [0.0]
    start_s = time.monotonic() + 0.7

    def every(frame: SensorFrame) -> None:
        now_s = time.monotonic()
        place = round((frame.values[0]) / SAMPLES)
        taken_s = start_s + place * PACKET_S
        late_ms.extend(1e3 * (now_s - taken_s - (i + 1) / RATE_HZ) for i in range(len(frame.values)))
        pause_ms[0] = max(pause_ms[0], 1e3 * (now_s - last_s.get(frame.sensor_id, now_s)))
        last_s[frame.sensor_id] = now_s

    sensors = [
        SerialSensor(os.ttyname(near), WearableDecoder(f"serial:{i}"), identity("serial", str(i), str(i)))
        for i, (_, near) in enumerate(pairs)
    ]
    if count > 1:
        mute, noisy = pty.openpty(), pty.openpty()
        for _, near in (mute, noisy):
            tty.setraw(near)
        sensors += [
            SerialSensor(
                os.ttyname(near), WearableDecoder(name), identity("serial", name, name), silence_s=0.5
            )
            for name, (_, near) in (("mute", mute), ("noisy", noisy))
        ]
    hub = Hub(Settings(), chain.feed, lambda _: None, sensors, is_together=True, on_every=every)
    running = asyncio.create_task(hub.run())
    ends = [far for far, _ in pairs]
    writer = multiprocessing.get_context("fork").Process(target=_write, args=(ends, SECONDS, start_s))
    writer.start()
    await asyncio.sleep(max(start_s + 0.5 - time.monotonic(), 0.0))
    used_s, began_s = time.process_time(), time.monotonic()
    while time.monotonic() < start_s + SECONDS - 0.2:
        if count > 1:
            os.write(noisy[0], os.urandom(64))
        await asyncio.sleep(0.2)
    share = (time.process_time() - used_s) / (time.monotonic() - began_s)
    running.cancel()
    await asyncio.wait((running,))
    writer.join()
    for pair in pairs + ([mute, noisy] if count > 1 else []):
        for end in pair:
            os.close(end)
    return late_ms, share, pause_ms[0]


async def _pulled(cycles: int) -> Iterator[Row]:
    """A wearable with a battery whose cable is pulled for 0.05 to 0.4 s, again and again."""
    chance = np.random.default_rng(4)
    encoder, frames = wire.Encoder(boot=1), []
    again_s, wrong_ms = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ttyWEARABLE"
        far = _plug(path)
        hub = Hub(Settings(serial_port=str(path)), frames.append, lambda _: None)
        running = asyncio.create_task(hub.run())
        start_s, number = time.monotonic(), 0

        async def send_until(is_enough: object, is_plugged: bool) -> None:
            """The wearable goes on sampling; what it sends while unplugged is gone."""
            nonlocal number
            while not is_enough():  # type: ignore[operator]
                number += 1
                await asyncio.sleep(max(start_s + number * PACKET_S - time.monotonic(), 0.0))
                payload = wire.Samples("ecg", RATE_HZ, 1.0, [number] * SAMPLES).pack()
                line = encoder.line(wire.SAMPLES, round(number * PACKET_S * 1000), payload)
                if is_plugged:
                    os.write(far, line)

        await send_until(lambda: len(frames) > 20, True)
        for _ in range(cycles):
            last = number
            while frames[-1].values[0] < last:  # what was sent has arrived
                await asyncio.sleep(0.002)
            path.unlink()
            os.close(far)
            end_s = time.monotonic() + float(chance.uniform(0.05, 0.4))
            await send_until(lambda end_s=end_s: time.monotonic() > end_s, False)
            plugged_s, before = time.monotonic(), len(frames)
            far = _plug(path)
            await send_until(lambda before=before: len(frames) > before, True)
            again_s.append(time.monotonic() - plugged_s)
            true_s = (frames[before].values[0] - last - 1) * PACKET_S
            told = hub.gaps.gaps[-1].length_s if hub.gaps.gaps else 0.0
            wrong_ms.append(1e3 * abs(told - true_s))
            await send_until(lambda before=before: len(frames) > before + 4, True)
        running.cancel()
        await asyncio.wait((running,))
        os.close(far)
    told = len(hub.gaps.gaps)
    return iter(
        [
            Row(f"{cycles} times pulled and put back: slowest to attach", max(again_s), "s", 2.0),
            Row("  gaps told", told, "", cycles, is_lower_better=False),
            Row("  worst error of a gap's length", max(wrong_ms), "ms", 5.0),
        ]
    )


def _plug(path: Path) -> int:
    far, near = pty.openpty()
    tty.setraw(near)
    path.symlink_to(os.ttyname(near))
    os.close(near)
    return far
