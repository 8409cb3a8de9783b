"""BrainFlow boards: a reason where there is none, and the library's synthetic board where it is installed."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from appliance.contracts import Channel, SensorFrame
from appliance.contracts.settings import Settings
from appliance.errors import EchoelError, SensorRefused
from appliance.sensors import brainflow
from appliance.sensors.brainflow import BrainflowSensor, find
from appliance.sensors.probe import Report, probe

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


def _heard(seconds: float) -> tuple[list[SensorFrame], Report]:
    frames: list[SensorFrame] = []
    (sensor,) = asyncio.run(find(Settings(brainflow_board="synthetic"), False)).sensors
    return frames, asyncio.run(probe(sensor, seconds, frames.append))


def test_the_synthetic_board_streams_without_a_gap() -> None:
    pytest.importorskip("brainflow", reason="the extra `brainflow` is not installed")
    frames, report = _heard(2.0)
    told = report.streams["ecg"].told()
    assert report.trouble is None
    assert told["gaps"] == 0
    assert told["measured_hz"] == pytest.approx(RATE_HZ, rel=0.1)
    assert all(frame.is_simulated for frame in frames)
    assert {frame.channel for frame in frames} == {
        *(Channel.ECG, Channel.SKIN, Channel.TEMPERATURE, Channel.MOTION)
    }


def test_a_board_that_is_not_plugged_in_is_told_with_a_remedy() -> None:
    pytest.importorskip("brainflow", reason="the extra `brainflow` is not installed")
    settings = Settings(brainflow_board="cyton", brainflow_port="/dev/nothing")
    (sensor,) = asyncio.run(find(settings, False)).sensors
    with pytest.raises(EchoelError) as caught:
        asyncio.run(sensor.open())
    assert caught.value.remedy
    asyncio.run(sensor.close())
    unnamed = asyncio.run(find(Settings(brainflow_board="cytom"), False))
    assert "cyton" in unnamed.remedy
    assert not isinstance(caught.value, SensorRefused) or "port" in caught.value.remedy
