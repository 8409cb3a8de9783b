"""What `echoel sensors test` prints is true: rate, jitter, gaps, contact, on streams made for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

import numpy as np
import pytest

from appliance.contracts import Channel, SensorFrame
from appliance.errors import SensorLost
from appliance.sensors.probe import Report, probe
from appliance.sensors.sensor import Identity
from tests.peripherals.virtual_time import run

RATE_HZ, BLOCK = 100.0, 10


def _frame(number: int, late_s: float = 0.0, **more: object) -> SensorFrame:
    first_s = number * BLOCK / RATE_HZ
    given = {
        "sensor_id": "test:one",
        "channel": Channel.ECG,
        "sequence": number,
        "sensor_time_s": first_s,
        "arrival_s": first_s + (BLOCK - 1) / RATE_HZ + 0.03 + late_s,
        "values": np.zeros(BLOCK),
        "rate_hz": RATE_HZ,
        "unit": "mV",
    }
    return SensorFrame(**(given | more))  # type: ignore[arg-type]


def _told(frames: Sequence[SensorFrame]) -> dict[str, object]:
    report = Report()
    for frame in frames:
        report.feed(frame, "test:one")
    (stream,) = report.streams.values()
    return stream.told()


def test_a_steady_stream_has_its_rate_and_neither_jitter_nor_gaps() -> None:
    told = _told([_frame(number, has_contact=True) for number in range(50)])
    assert told["measured_hz"] == pytest.approx(RATE_HZ, rel=1e-6)
    assert (told["jitter_ms"], told["gaps"], told["missing_ms"], told["contact"]) == (0.0, 0, 0.0, 1.0)
    assert told["samples"] == 500


def test_jitter_is_what_ninety_five_of_a_hundred_stay_below() -> None:
    random = np.random.default_rng(1)
    late_s = random.uniform(0.0, 0.04, 2000)
    told = _told([_frame(number, float(late_s[number])) for number in range(2000)])
    assert told["jitter_ms"] == pytest.approx(38.0, abs=0.8)


def test_a_gap_has_its_true_length() -> None:
    kept = [number for number in range(50) if number not in (20, 21, 22)]
    told = _told([_frame(number) for number in kept])
    assert (told["gaps"], told["missing_ms"]) == (1, 300.0)


def test_a_gap_between_heartbeats_is_counted() -> None:
    beats = [
        _frame(
            number,
            channel=Channel.RR,
            rate_hz=0.0,
            values=np.array([1000.0]),
            sensor_time_s=float(number),
            arrival_s=float(number),
        )
        for number in (0, 1, 2, 5, 6)
    ]
    told = _told(beats)
    assert (told["gaps"], told["missing_ms"], told["samples"]) == (1, 0.0, 5)


def test_lost_samples_and_contact_are_counted() -> None:
    holes = np.zeros(BLOCK)
    holes[3:5] = np.nan
    told = _told([_frame(0, has_contact=True), _frame(1, values=holes, has_contact=False)])
    assert (told["lost_samples"], told["contact"]) == (2, 0.5)


def test_inputs_beside_each_other_are_told_apart() -> None:
    report = Report()
    for number in range(5):
        for name in ("x", "y"):
            report.feed(_frame(number, channel=Channel.MOTION, sensor_id=f"test:one.{name}"), "test:one")
    assert list(report.streams) == ["motion.x", "motion.y"]
    assert [stream.told()["gaps"] for stream in report.streams.values()] == [0, 0]


class _Leaving:
    """A sensor that gives some frames, one each 0.1 s, and is then lost, or silent for ever."""

    identity = Identity("test:one", "one", "test")

    def __init__(self, frames: int, *, is_lost: bool) -> None:
        self._frames, self._is_lost, self.closed = frames, is_lost, 0

    async def open(self) -> None:
        """Nothing to connect."""

    async def frames(self) -> AsyncGenerator[SensorFrame, None]:
        for number in range(self._frames):
            await asyncio.sleep(BLOCK / RATE_HZ)
            yield _frame(number)
        if self._is_lost:
            raise SensorLost("one left", "stay")
        await asyncio.sleep(1e6)

    async def close(self) -> None:
        self.closed += 1


@pytest.mark.parametrize("is_lost", [True, False])
def test_a_test_ends_in_time_and_lets_the_sensor_go(is_lost: bool) -> None:
    sensor = _Leaving(20, is_lost=is_lost)

    async def timed() -> tuple[Report, float]:
        report = await probe(sensor, 10.0)
        return report, asyncio.get_running_loop().time()

    report, length_s = run(timed())
    assert report.streams["ecg"].samples == 200
    assert (str(report.trouble) == "one left") == is_lost
    assert length_s == pytest.approx(2.0 if is_lost else 10.0, abs=0.1)
    assert sensor.closed == 1
