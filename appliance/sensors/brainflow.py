"""Boards that BrainFlow speaks with: Ganglion, Cyton, Muse and many more, as one kind of sensor.

An optional extra: without the library, or without a board in the settings, this is a reason and a remedy. The
library reads in threads of its own; here its buffer is emptied many times a second. Its synthetic board is a
board like any other, and its frames are marked as simulated.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from appliance.clock import Clock, SystemClock
from appliance.contracts import Channel, SensorFrame
from appliance.contracts.settings import Settings
from appliance.errors import SensorLost, SensorRefused
from appliance.sensors.clock_map import ClockMap
from appliance.sensors.registry import Finding
from appliance.sensors.sensor import Identity, identity

POLL_S = 0.02
SILENCE_S = 3.0
OPEN_S = 30.0
_SIMULATED = ("SYNTHETIC", "PLAYBACK_FILE")


@dataclass(frozen=True, slots=True)
class Row:
    """How a channel is read: the name of BrainFlow's list of rows, our unit, and our units in one of its."""

    rows: str
    unit: str
    scale: float = 1.0


# BrainFlow tells ECG and EEG in uV, skin conductance in uS, acceleration in g.
ROWS: dict[Channel, Row] = {
    Channel.ECG: Row("ecg_channels", "mV", 1e-3),
    Channel.PPG: Row("ppg_channels", "a.u."),
    Channel.SKIN: Row("eda_channels", "uS"),
    Channel.TEMPERATURE: Row("temperature_channels", "degC"),
    Channel.MOTION: Row("accel_channels", "g"),
    Channel.EEG: Row("eeg_channels", "uV"),
}
# Exit codes of the library -> is it a refusal?, what happened, what to do.
_TROUBLE: Mapping[str, tuple[bool, str, str]] = {
    "PORT_ALREADY_OPEN_ERROR": (True, "is used by another program", "close the other program"),
    "UNABLE_TO_OPEN_PORT_ERROR": (False, "is not plugged in", "plug its dongle in, or set brainflow_port"),
    "SER_PORT_ERROR": (True, "has no port", "set brainflow_port, such as /dev/ttyUSB0"),
    "BOARD_NOT_READY_ERROR": (False, "does not answer", "switch it on, renew its battery, stay near"),
    "INVALID_ARGUMENTS_ERROR": (True, "needs a port or an address", "set brainflow_port"),
    "UNSUPPORTED_BOARD_ERROR": (True, "is not known on this machine", "choose another brainflow_board"),
    "ANOTHER_BOARD_IS_CREATED_ERROR": (True, "is used by another program", "close the other program"),
}


class BrainflowSensor:
    """One board.

    board: its number. streams: what to take; by default the heart (ECG, else PPG), skin, temperature, motion.
    """

    def __init__(
        self,
        board: int,
        name: str,
        port: str = "",
        streams: tuple[Channel, ...] = (),
        *,
        is_simulated: bool = False,
        clock: Clock | None = None,
    ) -> None:
        who = f"{name.lower()}-{port}" if port else name.lower()
        self._identity = identity("brainflow", who, f"BrainFlow {name.lower()}", is_simulated=is_simulated)
        self._board, self._port, self._streams = board, port, streams
        self._clock = clock or SystemClock()
        self._map = ClockMap()
        self._shim: Any = None
        self._about: dict[str, Any] = {}
        self._sequences: dict[Channel, int] = {}
        self._count = 0
        self._package: int | None = None
        self.battery_percent: int | None = None

    @property
    def identity(self) -> Identity:
        """Who this is."""
        return self._identity

    async def open(self) -> None:
        """Connect and start. Raises SensorLost or SensorRefused."""
        library = import_module("brainflow.board_shim")
        library.BoardShim.disable_board_logger()
        parameters = library.BrainFlowInputParams()
        parameters.serial_port = parameters.mac_address = self._port
        shim = library.BoardShim(self._board, parameters)
        self._about = library.BoardShim.get_board_descr(self._board)
        self._map.forget()
        self._package = None
        try:
            async with asyncio.timeout(OPEN_S):
                await asyncio.to_thread(_begin, shim)
        except TimeoutError as error:
            raise SensorLost(f"{self._identity.name} did not answer", "switch it on, stay near") from error
        except library.BrainFlowError as error:
            raise _explained(self._identity.name, error) from error
        self._shim = shim

    async def frames(self) -> AsyncGenerator[SensorFrame, None]:
        """Give what the board sends. Raises SensorLost when it falls silent."""
        heard_s = self._clock.monotonic_s()
        while True:
            data: NDArray[np.float64] = await asyncio.to_thread(self._shim.get_board_data)
            now_s = self._clock.monotonic_s()
            if data.shape[1]:
                heard_s = now_s
                for frame in self._read(data, now_s):
                    yield frame
            elif now_s - heard_s > SILENCE_S:
                raise SensorLost(f"{self._identity.name} fell silent", "switch it on, stay near")
            await asyncio.sleep(POLL_S)

    async def close(self) -> None:
        """Stop and let go of the board; never raises."""
        shim, self._shim = self._shim, None
        if shim is not None:
            with suppress(Exception):  # the library's own errors, for a board that is gone
                await asyncio.to_thread(shim.release_session)

    def _read(self, data: NDArray[np.float64], arrival_s: float) -> list[SensorFrame]:
        """Make a frame a channel of the columns that came."""
        rate_hz = float(self._about["sampling_rate"])
        missing = self._missing(data)
        self._count += missing
        first_s = self._count / rate_hz
        self._count += data.shape[1]
        time_s = self._map.box_time_s(first_s, (self._count - 1) / rate_hz, arrival_s)
        if "battery_channel" in self._about:
            self.battery_percent = int(min(max(data[self._about["battery_channel"], -1], 0.0), 100.0))
        frames = []
        for channel in self._channels():
            sequence = self._sequences.get(channel, 0) + (missing > 0)
            self._sequences[channel] = sequence + 1
            frames.append(
                SensorFrame(
                    self._identity.sensor_id,
                    channel,
                    sequence,
                    time_s,
                    arrival_s,
                    self._values(channel, data),
                    rate_hz,
                    ROWS[channel].unit,
                    self._identity.is_simulated,
                )
            )
        return frames

    def _channels(self) -> list[Channel]:
        there = [channel for channel, row in ROWS.items() if self._about.get(row.rows)]
        if self._streams:
            return [channel for channel in self._streams if channel in there]
        # Two signals of one heart would take turns in the signal chain.
        twice = Channel.PPG if Channel.ECG in there else None
        return [channel for channel in there if channel not in (twice, Channel.EEG)]

    def _values(self, channel: Channel, data: NDArray[np.float64]) -> NDArray[np.float64]:
        row = ROWS[channel]
        lines = data[self._about[row.rows]] * row.scale
        return np.ascontiguousarray(lines[:3].T if channel is Channel.MOTION else lines[0])

    def _missing(self, data: NDArray[np.float64]) -> int:
        """Samples that were lost on the way before or among these, by the board's package numbers."""
        numbers = data[self._about["package_num_channel"]].astype(np.int64)
        before = numbers[0] - 1 if self._package is None else self._package
        self._package = int(numbers[-1])
        steps = np.diff(np.concatenate([[before], numbers])) % 256
        return int(np.maximum(steps - 1, 0).sum()) if numbers.max() < 256 else 0


def _begin(shim: Any) -> None:
    shim.prepare_session()
    shim.start_stream()


def _explained(name: str, error: Any) -> SensorLost | SensorRefused:
    codes = import_module("brainflow.exit_codes").BrainFlowExitCodes
    code = codes(error.exit_code).name
    is_refused, what, remedy = _TROUBLE.get(
        code, (False, f"cannot be reached ({code.lower()})", "switch it on, stay near, see brainflow_board")
    )
    return (SensorRefused if is_refused else SensorLost)(f"{name} {what}", remedy)


async def find(settings: Settings, is_scan: bool) -> Finding:
    """Give the board of the settings, if there is one and the library is installed."""
    if not settings.brainflow_board:
        return Finding((), "no BrainFlow board is set", "set brainflow_board, such as ganglion or synthetic")
    if find_spec("brainflow") is None:
        return Finding((), "BrainFlow is not installed", "install it: pip install 'echoel[brainflow]'", False)
    boards = import_module("brainflow.board_shim").BoardIds
    wanted = settings.brainflow_board.upper().removesuffix("_BOARD")
    found = [row for row in boards if wanted in (row.name.removesuffix("_BOARD"), str(row.value))]
    if not found:
        names = ", ".join(row.name.removesuffix("_BOARD").lower() for row in boards)
        return Finding((), f"BrainFlow knows no board {settings.brainflow_board!r}", f"there are: {names}")
    name = found[0].name.removesuffix("_BOARD")
    return Finding(
        (
            BrainflowSensor(
                found[0].value, name, settings.brainflow_port, is_simulated=name.startswith(_SIMULATED)
            ),
        )
    )
