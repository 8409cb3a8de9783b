"""A whole wearable on the desk: its firmware in a real MicroPython, the box at the other end of the cable."""

from __future__ import annotations

import asyncio

import numpy as np

from appliance.contracts import Channel, SensorFrame
from appliance.sensors.decoders.wearable import WearableDecoder
from appliance.sensors.serial_port import SerialSensor
from tests.firmware.desk.wearable import Wearable

# The recording the wearer is made of: 125 samples a second, in thousandths of a millivolt.
RECORDED_HZ = 125.0


async def _frames(wearable: Wearable, decoder: WearableDecoder, span_s: float) -> list[SensorFrame]:
    """Open the port as the box does, and take the frames until they tell of so many seconds."""
    sensor = SerialSensor(str(wearable.path), decoder)
    await sensor.open()
    taken: list[SensorFrame] = []
    try:
        frames = sensor.frames()
        async with asyncio.timeout(30.0):
            async for frame in frames:
                taken.append(frame)
                if taken[-1].sensor_time_s - taken[0].sensor_time_s > span_s:
                    break
        await frames.aclose()
    finally:
        await sensor.close()
    return taken


def test_the_box_sees_the_recorded_heart_in_short_packets_through_chip_firmware_and_cable(
    wearable: Wearable,
) -> None:
    decoder = WearableDecoder("serial:a")
    frames = asyncio.run(_frames(wearable, decoder, 3.0))
    assert (dict(decoder.dropped), decoder.lost, decoder.name) == ({}, 0, "Echoel wearable")
    ecg = [frame for frame in frames if frame.channel is Channel.ECG]
    assert {frame.rate_hz for frame in ecg} == {250.0}
    assert all(frame.has_contact for frame in ecg)
    seen = np.concatenate([frame.values for frame in ecg])
    counts = np.fromfile(wearable.flash / "recordings" / "ecg.bin", dtype="<i2")
    at = np.arange(len(seen) + 200) / 250.0 * RECORDED_HZ
    recorded = np.interp(at, np.arange(len(counts)), counts * 0.001)
    # The first sample is a few milliseconds after the start; only the converter's steps may differ.
    errors = [np.max(np.abs(seen - recorded[first : first + len(seen)])) for first in range(200)]
    assert min(errors) < 1e-4
    for channel, rate_hz in ((Channel.ECG, 250.0), (Channel.PPG, 100.0)):
        mine = [frame for frame in frames if frame.channel is channel][5:]
        sizes = [len(frame.values) for frame in mine]
        assert np.median(sizes) <= np.ceil(0.016 * rate_hz) + 1
        # Each packet begins where the one before ended, to the millisecond the frame can tell.
        ends_s = np.array([frame.sensor_time_s + len(frame.values) / rate_hz for frame in mine])
        steps_ms = 1000.0 * (np.array([frame.sensor_time_s for frame in mine[1:]]) - ends_s[:-1])
        assert np.percentile(np.abs(steps_ms), 95) <= 2.0
