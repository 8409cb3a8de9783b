"""A stream of the Lab Streaming Layer as a sensor: what another program measures, with its labels and units.

An optional extra. The stream's type and the labels of its lines say what each measures; units are brought to
the box's. Stamps are mapped from the sender's clock to ours by the layer itself, whose local clock is the
box's monotonic one. A stream that went away is waited for by its `source_id`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
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
from appliance.sensors.registry import Finding
from appliance.sensors.sensor import Identity, identity

Array = NDArray[np.float64]

POLL_S = 0.02
SILENCE_S = 5.0
OPEN_S = 5.0
SEARCH_S = 1.0
# A stamp this much later than the one before it means that samples are missing.
GAP_S = 0.25
OURS = "echoel-"


@dataclass(frozen=True, slots=True)
class Row:
    """How a channel is recognised by type or label, and how units become ours: name -> factor."""

    pattern: re.Pattern[str]
    unit: str
    factors: dict[str, float]


def _row(pattern: str, unit: str, **factors: float) -> Row:
    return Row(re.compile(rf"^(?:{pattern})", re.IGNORECASE), unit, factors)


# Names of units are compared in small letters, without spaces.
_SPEED_UP = {"m/s^2": 1 / 9.80665, "m/s2": 1 / 9.80665}
_TO_MS = {"ms": 1.0, "milliseconds": 1.0, "s": 1e3, "seconds": 1e3}
_TO_MV = {"mv": 1.0, "millivolts": 1.0, "uv": 1e-3, "microvolts": 1e-3, "v": 1e3, "volts": 1e3}
_TO_UV = {name: 1e3 * factor for name, factor in _TO_MV.items()}
ROWS: dict[Channel, Row] = {
    Channel.RR: _row(r"(?:rri?|ibi|nn|ppi|rr.?interv.*|inter.?beat.*)$", "ms", **_TO_MS),
    Channel.ECG: _row("ecg|ekg", "mV", **_TO_MV),
    Channel.EEG: _row("eeg|exg", "uV", **_TO_UV),
    Channel.PPG: _row("ppg|bvp|pleth|pulse", "a.u."),
    Channel.BREATH: _row("resp|rsp|breath", "a.u."),
    Channel.SKIN: _row("eda|gsr|skin.?cond|scl", "uS", us=1, microsiemens=1, s=1e6, siemens=1e6),
    Channel.MOTION: _row("acc", "g", g=1, mg=1e-3, **_SPEED_UP),
    Channel.TEMPERATURE: _row("temp|skin.?temp", "degC", c=1, celsius=1, degc=1),
}


@dataclass(frozen=True, slots=True)
class Lines:
    """Which lines of a stream make one of our channels, in what unit, and the factor to ours."""

    channel: Channel
    places: tuple[int, ...]
    unit: str
    factor: float


def lines_of(kind: str, rate_hz: float, labels: list[tuple[str, str, str]]) -> list[Lines]:
    """What the lines of a stream measure.

    kind: the stream's type. labels: (label, unit, type) of each line, empty where unsaid. Only intervals may
    come irregularly. Movement takes up to three lines, EEG all, the others the first.
    """
    found: dict[Channel, Lines] = {}
    for place, (label, unit, own_kind) in enumerate(labels):
        channel = _channel(own_kind) or _channel(label) or _channel(kind)
        if channel is None or (rate_hz > 0) == (channel is Channel.RR):
            continue
        row = ROWS[channel]
        name = unit.lower().replace(" ", "").replace("µ", "u").replace("μ", "u")
        known = row.factors.get(name)
        ours = row.unit if known is not None or not unit else "a.u."
        before = found.get(channel)
        if before is None:
            found[channel] = Lines(channel, (place,), ours, known or 1.0)
        elif channel is Channel.EEG or (channel is Channel.MOTION and len(before.places) < 3):
            found[channel] = Lines(channel, (*before.places, place), before.unit, before.factor)
    return list(found.values())


def _channel(word: str) -> Channel | None:
    return next((channel for channel, row in ROWS.items() if row.pattern.match(word.strip())), None)


def _labels(info: Any) -> list[tuple[str, str, str]]:
    one = info.desc().child("channels").child("channel")
    labels = []
    for _ in range(info.channel_count()):
        labels.append((one.child_value("label"), one.child_value("unit"), one.child_value("type")))
        one = one.next_sibling("channel")
    return labels


class LslSensor:
    """One stream. info: as it was found."""

    def __init__(self, info: Any, clock: Clock | None = None) -> None:
        self._info = info
        who = info.source_id() or f"{info.name()}-{info.hostname()}"
        self._identity = identity("lsl", who, f"{info.name()} on {info.hostname()}")
        self._clock = clock or SystemClock()
        self._inlet: Any = None
        self._lines: list[Lines] = []
        self._sequences: dict[Channel, int] = {}
        self._last_s: float | None = None

    @property
    def identity(self) -> Identity:
        """Who this is."""
        return self._identity

    async def open(self) -> None:
        """Connect. Raises SensorLost when it is gone, SensorRefused when it measures nothing we know."""
        lsl = import_module("pylsl")
        inlet = lsl.StreamInlet(self._info, max_buflen=10, recover=True)
        try:
            whole = await asyncio.to_thread(inlet.info, OPEN_S)
            await asyncio.to_thread(inlet.open_stream, OPEN_S)
        except (TimeoutError, lsl.util.TimeoutError, lsl.util.LostError) as error:
            raise SensorLost(f"{self._identity.name} does not answer", "start its program again") from error
        self._rate_hz = float(whole.nominal_srate())
        self._lines = lines_of(whole.type(), self._rate_hz, _labels(whole))
        if not self._lines:
            raise SensorRefused(
                f"{self._identity.name} sends {whole.type() or 'something without a type'}",
                "choose a stream of ECG, PPG, RR, RESP, GSR, ACC or EEG",
            )
        # The layer's clock and the box's are both monotonic; on most systems they are the same.
        self._shift_s = self._clock.monotonic_s() - float(lsl.local_clock())
        self._inlet, self._last_s = inlet, None

    async def frames(self) -> AsyncGenerator[SensorFrame, None]:
        """Give what the stream brings. Raises SensorLost when it falls silent."""
        heard_s = self._clock.monotonic_s()
        while True:
            samples, stamps = await asyncio.to_thread(self._inlet.pull_chunk, POLL_S)
            now_s = self._clock.monotonic_s()
            if stamps:
                heard_s = now_s
                correction_s = await asyncio.to_thread(self._correction_s)
                for frame in self._read(np.asarray(samples), np.asarray(stamps) + correction_s, now_s):
                    yield frame
            elif now_s - heard_s > SILENCE_S:
                raise SensorLost(f"{self._identity.name} fell silent", "start its program again")

    async def close(self) -> None:
        """Let go of the stream; never raises."""
        inlet, self._inlet = self._inlet, None
        if inlet is not None:
            await asyncio.to_thread(inlet.close_stream)

    def _correction_s(self) -> float:
        """From the sender's clock to the box's."""
        return float(self._inlet.time_correction(OPEN_S)) + self._shift_s

    def _read(self, samples: Array, stamps_s: Array, now_s: float) -> list[SensorFrame]:
        frames = []
        has_gap = self._last_s is not None and self._rate_hz > 0 and stamps_s[0] - self._last_s > GAP_S
        self._last_s = float(stamps_s[-1])
        for lines in self._lines:
            values = samples[:, list(lines.places)].astype(np.float64) * lines.factor
            is_wide = lines.channel in (Channel.MOTION, Channel.EEG) and len(lines.places) > 1
            sequence = self._sequences.get(lines.channel, 0) + has_gap
            self._sequences[lines.channel] = sequence + 1
            frames.append(
                SensorFrame(
                    self._identity.sensor_id,
                    lines.channel,
                    sequence,
                    float(stamps_s[0]),
                    # An interval is placed by when it ended; samples by when they came.
                    float(stamps_s[-1]) if lines.channel is Channel.RR else now_s,
                    np.ascontiguousarray(values if is_wide else values[:, 0]),
                    self._rate_hz,
                    lines.unit,
                )
            )
        return frames


async def find(settings: Settings, is_scan: bool) -> Finding:
    """Look for the stream of the settings, by name, type or source id; `any` takes the first that we know."""
    if not settings.lsl_stream:
        return Finding(
            (), "no stream of the Lab Streaming Layer is set", "set lsl_stream, such as any or ECG"
        )
    if find_spec("pylsl") is None:
        return Finding((), "the Lab Streaming Layer is not installed", "pip install 'echoel[lsl]'", False)
    try:
        library = import_module("pylsl")
    except (RuntimeError, OSError):
        # Its Python part is there, but on some machines (ARM) the library itself comes separately.
        return Finding((), "liblsl is not installed", "install liblsl for this machine", False)
    infos = await asyncio.to_thread(library.resolve_streams, SEARCH_S)
    wanted = settings.lsl_stream.lower()
    fitting = [
        info
        for info in infos
        if not info.source_id().startswith(OURS)
        and ((wanted == "any" and _channel(info.type())) or wanted in _names(info))
    ]
    if not fitting:
        seen = ", ".join(sorted({info.name() for info in infos})) or "none"
        return Finding(
            (), f"no stream {settings.lsl_stream!r} is there", f"start its program; there are: {seen}"
        )
    return Finding(tuple(LslSensor(info) for info in fitting))


def _names(info: Any) -> tuple[str, str, str]:
    return info.name().lower(), info.type().lower(), info.source_id().lower()
