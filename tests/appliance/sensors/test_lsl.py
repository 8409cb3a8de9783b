"""The Lab Streaming Layer between two processes: what another program sends arrives as it was measured."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import uuid
from collections.abc import Iterator

import numpy as np
import pytest

from appliance.contracts import Channel, SensorFrame
from appliance.contracts.settings import Settings
from appliance.errors import SensorRefused
from appliance.sensors import lsl
from appliance.sensors.lsl import LslSensor, find, lines_of

SENDER = """
import sys, time
import pylsl
name, kind, rate, unit, count, own = sys.argv[1:]
count, rate = int(count), float(rate)
info = pylsl.StreamInfo(name, kind, count, rate, pylsl.cf_float32, own)
listed = info.desc().append_child("channels")
for number in range(count):
    listed.append_child("channel").append_child_value("label", f"{kind}{number}").append_child_value(
        "unit", unit).append_child_value("type", kind)
outlet = pylsl.StreamOutlet(info)
print("ready", flush=True)
if not outlet.wait_for_consumers(20.0):
    sys.exit(1)
sent, began = 0, pylsl.local_clock()
while True:
    line = sys.stdin.readline()
    if not line:
        break
    for value in line.split():
        outlet.push_sample([float(value) + 1000.0 * number for number in range(count)],
                           began + sent / (rate or 1.0))
        sent += 1
"""


class Sender:
    """Another program with one stream; it sends what it is told to."""

    def __init__(self, kind: str, rate_hz: float, unit: str, count: int = 1) -> None:
        self.name = f"Test {uuid.uuid4().hex[:8]}"
        self.own = f"test-{uuid.uuid4().hex[:8]}"
        words = [sys.executable, "-c", SENDER, self.name, kind, str(rate_hz), unit, str(count), self.own]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def send(self, values: list[float]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(map(str, values)) + "\n")
        self._process.stdin.flush()

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture(autouse=True)
def _brief_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lsl, "SEARCH_S", 0.3)


@pytest.fixture
def senders() -> Iterator[list[Sender]]:
    made: list[Sender] = []
    yield made
    for one in made:
        one.close()


async def _received(sender: Sender, values: list[float]) -> list[SensorFrame]:
    for _ in range(20):
        found = await find(Settings(lsl_stream=sender.own), True)
        if found.sensors:
            break
    assert len(found.sensors) == 1, found.reason
    sensor = found.sensors[0]
    await sensor.open()
    sender.send(values)
    frames: list[SensorFrame] = []
    try:
        async with asyncio.timeout(15.0):
            async for frame in sensor.frames():
                frames.append(frame)
                if sum(len(one.values) for one in frames) >= len(values):
                    break
    finally:
        await sensor.close()
    return frames


def test_a_stream_of_another_program_arrives_with_its_values_in_our_units(senders: list[Sender]) -> None:
    senders.append(Sender("ECG", 250.0, "microvolts"))
    values = [float(number) for number in range(300)]
    frames = asyncio.run(_received(senders[0], values))
    got = np.concatenate([frame.values for frame in frames])
    np.testing.assert_allclose(got, np.array(values) / 1000.0, rtol=1e-6)
    assert {frame.channel for frame in frames} == {Channel.ECG}
    assert {frame.unit for frame in frames} == {"mV"}
    assert {frame.rate_hz for frame in frames} == {250.0}
    assert [frame.sequence for frame in frames] == list(range(len(frames)))
    # Stamps are the sender's, on our clock: nobody measured in the future, nor long ago.
    assert all(abs(frame.arrival_s - frame.sensor_time_s) < 10.0 for frame in frames)


def test_intervals_come_when_they_come(senders: list[Sender]) -> None:
    senders.append(Sender("RR", 0.0, "seconds"))
    frames = asyncio.run(_received(senders[0], [0.8, 0.81, 0.79]))
    assert np.concatenate([frame.values for frame in frames]) == pytest.approx(
        [800.0, 810.0, 790.0], rel=1e-5
    )
    assert {frame.rate_hz for frame in frames} == {0.0}


def test_all_axes_of_movement_come_together(senders: list[Sender]) -> None:
    senders.append(Sender("ACC", 50.0, "mg", 3))
    frames = asyncio.run(_received(senders[0], [1.0, 2.0]))
    got = np.concatenate([frame.values for frame in frames])
    np.testing.assert_allclose(got, [[0.001, 1.001, 2.001], [0.002, 1.002, 2.002]], rtol=1e-5)


def test_a_stream_that_measures_nothing_we_know_is_refused(senders: list[Sender]) -> None:
    senders.append(Sender("Gaze", 60.0, "pixels"))
    with pytest.raises(SensorRefused, match="Gaze"):
        asyncio.run(_received(senders[0], [1.0]))


def test_without_a_wish_or_without_its_program_there_is_a_remedy() -> None:
    found = asyncio.run(find(Settings(), True))
    assert "lsl_stream" in found.remedy
    found = asyncio.run(find(Settings(lsl_stream="nobody-has-this"), True))
    assert not found.sensors
    assert "nobody-has-this" in found.reason


def test_without_the_library_there_is_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lsl, "find_spec", lambda name: None)
    found = asyncio.run(find(Settings(lsl_stream="any"), True))
    assert not found.is_available
    assert "echoel[lsl]" in found.remedy


def test_without_the_native_library_there_is_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_native(name: str) -> object:
        raise RuntimeError("LSL binary library file was not found.")

    monkeypatch.setattr(lsl, "import_module", nothing_native)
    found = asyncio.run(find(Settings(lsl_stream="any"), True))
    assert not found.is_available
    assert "liblsl" in found.remedy


@pytest.mark.parametrize(
    ("kind", "rate_hz", "labels", "expected"),
    [
        (
            "EEG",
            256.0,
            [("TP9", "microvolts", "EEG"), ("AF7", "microvolts", "EEG")],
            [(Channel.EEG, (0, 1), "uV")],
        ),
        ("Polar", 130.0, [("ECG", "uV", "")], [(Channel.ECG, (0,), "mV")]),
        ("ACC", 50.0, [("x", "m/s^2", ""), ("y", "", ""), ("z", "", "")], [(Channel.MOTION, (0, 1, 2), "g")]),
        ("PPG", 64.0, [("a", "counts", ""), ("b", "counts", "")], [(Channel.PPG, (0,), "a.u.")]),
        ("Markers", 0.0, [("m", "", "")], []),
        ("RR", 100.0, [("rr", "ms", "")], []),
        ("ECG", 0.0, [("ecg", "mV", "")], []),
    ],
)
def test_lines_are_recognised_by_type_and_label(
    kind: str,
    rate_hz: float,
    labels: list[tuple[str, str, str]],
    expected: list[tuple[Channel, tuple[int, ...], str]],
) -> None:
    assert [(one.channel, one.places, one.unit) for one in lines_of(kind, rate_hz, labels)] == expected


def test_missing_samples_are_a_gap_in_the_numbers() -> None:
    class Info:
        def __getattr__(self, name: str) -> object:
            return lambda: "x"

    sensor = LslSensor(Info())
    sensor._lines, sensor._rate_hz = lines_of("ECG", 100.0, [("ecg", "mV", "")]), 100.0
    first = sensor._read(np.ones((10, 1)), 5.0 + np.arange(10) / 100, 5.1)
    second = sensor._read(np.ones((10, 1)), 5.1 + np.arange(10) / 100, 5.2)
    third = sensor._read(np.ones((10, 1)), 7.0 + np.arange(10) / 100, 7.1)
    assert [one[0].sequence for one in (first, second, third)] == [0, 1, 3]
