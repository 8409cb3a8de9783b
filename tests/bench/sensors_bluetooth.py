"""Bluetooth sensors over a virtual link, a real host stack on both ends: coming back, and losing nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import suppress

import numpy as np

from appliance.sensors.ble import BleSensor, LinkLost
from tests.bench.rows import Row
from tests.peripherals.evening import alone, beside_an_absent_strap, longest_return_s
from tests.peripherals.polar import PolarStrap
from tests.peripherals.virtual_time import LoopClock, run
from tests.virtual_bluetooth import Air, back_ends

DROPS = 40
BETWEEN_S = 150.0
BLOCK, ECG_HZ = 73, 130.0
ECG_S = 600.0


async def _ecg() -> tuple[int, int, float]:
    """Ten minutes of ECG: samples sent, wrong or missing at the other end, and the box's processor time."""
    air = Air()
    _, client = back_ends(await air.device("box"), 247)
    strap = PolarStrap(await air.device("H10"))
    await strap.advertise()
    sensor = BleSensor(strap.address, backend=client, clock=LoopClock(), silence_s=2.0)
    await sensor.open()
    blocks = int(ECG_S * ECG_HZ / BLOCK)
    sent = np.arange(blocks * BLOCK) % 4000 - 2000

    async def stream() -> None:
        for number in range(blocks):
            await asyncio.sleep(BLOCK / ECG_HZ)
            last_ns = 10**18 + round((number + 1) * BLOCK / ECG_HZ * 1e9)
            await strap.ecg(last_ns, sent[number * BLOCK : (number + 1) * BLOCK].tolist())

    streaming = asyncio.ensure_future(stream())
    heard = []
    with suppress(LinkLost):
        async for frame in sensor.frames():
            heard.append(frame.values)  # noqa: PERF401  (what came before the silence is kept)
    await streaming
    last_ns = [2 * 10**18 + round(n * BLOCK / ECG_HZ * 1e9) for n in range(2000)]
    notices = [bytes([0]) + ns.to_bytes(8, "little") + bytes(220) for ns in last_ns]
    profile = sensor._profiles["polar"]
    began_s = time.process_time()
    for number, data in enumerate(notices):
        profile.heard(data, number * BLOCK / ECG_HZ)  # type: ignore[attr-defined]
    used_s = time.process_time() - began_s
    await sensor.close()
    got = np.concatenate(heard) * 1000
    wrong = int((np.round(got) != sent[: len(got)]).sum()) + abs(len(sent) - len(got))
    return len(sent), wrong, used_s / (len(notices) * BLOCK / ECG_HZ)


def rows() -> Iterator[Row]:
    """The figures, on virtual time where a wait would be needed."""
    drops_s = [BETWEEN_S * (n + 1) for n in range(DROPS)]
    frames, told = run(alone(BETWEEN_S * (DROPS + 1), drops_s), 1e5)
    yield Row(f"BLE: streams again, worst of {DROPS} losses", longest_return_s(told), "s", 3.0)
    beside = beside_an_absent_strap(33.0 * (DROPS + 1), [33.0 * (n + 1) for n in range(DROPS)])
    yield Row("BLE: the same beside a strap that is never there", longest_return_s(beside), "s", 3.0)
    numbers = [frame.sequence for frame in frames]
    yield Row("BLE: intervals given twice", float(len(numbers) - len(set(numbers))), "", 0.0)
    sent, wrong, share = run(_ecg(), 1e5)
    yield Row(f"BLE: ECG samples lost or changed of {sent:,}", float(wrong), "", 0.0)
    yield Row("BLE: one Polar ECG, share of a core", 100.0 * share, "%", 5.0 / 8.0)
