"""BrainFlow boards: a reason where there is none, and the library's synthetic board."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from appliance.contracts import Channel
from appliance.contracts.settings import Settings
from appliance.sensors import brainflow
from appliance.sensors.brainflow import BrainflowSensor, find
from tests.fetching import ROOT, fetched

RATE_HZ = 250


def test_without_a_board_in_the_settings_there_is_a_remedy() -> None:
    finding = asyncio.run(find(Settings(), False))
    assert not finding.sensors
    assert "brainflow_board" in finding.remedy


def test_without_the_library_there_is_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brainflow, "find_spec", lambda _: None)
    finding = asyncio.run(find(Settings(brainflow_board="ganglion"), False))
    assert (finding.sensors, finding.is_available) == ((), False)
    assert "pip install" in finding.remedy


def _board(streams: tuple[Channel, ...] = ()) -> BrainflowSensor:
    sensor = BrainflowSensor(-1, "SYNTHETIC", streams=streams, is_simulated=True)
    sensor._about = {
        "sampling_rate": RATE_HZ,
        "package_num_channel": 0,
        "ecg_channels": [1],
        "ppg_channels": [2],
        "accel_channels": [3, 4, 5],
        "eeg_channels": [1],
    }
    return sensor


def _data(numbers: list[int]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    lines = np.zeros((6, len(numbers)))
    lines[0] = numbers
    lines[1], lines[3], lines[4] = 1500.0, 3.0, 4.0
    return lines


def test_a_board_gives_one_signal_of_the_heart_and_all_others_in_our_units() -> None:
    ecg, motion = _board()._read(_data([0, 1, 2]), 1.0)
    assert (ecg.channel, ecg.unit, ecg.values.tolist()) == (Channel.ECG, "mV", [1.5] * 3)
    assert (motion.channel, motion.unit, motion.values.tolist()) == (
        Channel.MOTION,
        "g",
        [[3.0, 4.0, 0.0]] * 3,
    )
    assert ecg.is_simulated
    asked = _board((Channel.EEG, Channel.PPG))._read(_data([0]), 1.0)
    assert [frame.channel for frame in asked] == [Channel.EEG, Channel.PPG]


def test_lost_packages_are_a_jump_in_sequence_and_in_time() -> None:
    sensor = _board()
    first, *_ = sensor._read(_data([254, 255]), 1.0)
    whole, *_ = sensor._read(_data([0, 1]), 1.0 + 2 / RATE_HZ)
    late, *_ = sensor._read(_data([12, 13]), 1.0 + 14 / RATE_HZ)
    assert [frame.sequence for frame in (first, whole, late)] == [0, 1, 3]
    assert late.sensor_time_s - whole.sensor_time_s == pytest.approx(12 / RATE_HZ, abs=1e-3)


# BrainFlow needs a setuptools older than the one that builds our kernels: it lives in a folder, and a
# process, of its own.
_PACKAGES = ("--no-deps", "brainflow==5.23.0", "setuptools==80.9.0")
_BEGIN = """
import asyncio, json
from appliance.contracts.settings import Settings
from appliance.sensors.brainflow import find
from appliance.sensors.probe import probe
"""
_HEAR = """
frames = []
(sensor,) = asyncio.run(find(Settings(brainflow_board="synthetic"), False)).sensors
report = asyncio.run(probe(sensor, 2.0, frames.append))
print(json.dumps({
    "trouble": report.trouble,
    "told": report.streams["ecg"].told(),
    "simulated": all(frame.is_simulated for frame in frames),
    "channels": sorted({frame.channel.value for frame in frames}),
}, default=str))
"""
_MISS = """
from appliance.errors import EchoelError
(sensor,) = asyncio.run(find(Settings(brainflow_board="cyton", brainflow_port="/dev/nothing"), False)).sensors
try:
    asyncio.run(sensor.open())
except EchoelError as missing:
    said = {"kind": type(missing).__name__, "remedy": missing.remedy}
asyncio.run(sensor.close())
unnamed = asyncio.run(find(Settings(brainflow_board="cytom"), False))
print(json.dumps({**said, "nearest": unnamed.remedy}))
"""


def _beside_brainflow(script: str) -> dict[str, Any]:
    library = fetched(ROOT / "build" / "brainflow", *_PACKAGES)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _BEGIN + script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(library), str(ROOT)))},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return said


def test_the_synthetic_board_streams_without_a_gap() -> None:
    said = _beside_brainflow(_HEAR)
    assert said["trouble"] is None
    assert said["told"]["gaps"] == 0
    assert said["told"]["measured_hz"] == pytest.approx(RATE_HZ, rel=0.1)
    assert said["simulated"]
    assert said["channels"] == sorted(
        channel.value for channel in (Channel.ECG, Channel.SKIN, Channel.TEMPERATURE, Channel.MOTION)
    )


def test_a_board_that_is_not_plugged_in_is_told_with_a_remedy() -> None:
    said = _beside_brainflow(_MISS)
    assert said["remedy"]
    assert "cyton" in said["nearest"]
    assert said["kind"] != "SensorRefused" or "port" in said["remedy"]
