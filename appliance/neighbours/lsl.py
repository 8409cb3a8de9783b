"""The box on the Lab Streaming Layer: raw signals, intervals, the body state and marks, for recorders.

An optional extra. Each stream is made when its first data comes: name, type, rate, labels and units as the
layer's conventions want them, and a `source_id` that stays the same over restarts, so that recorders find it
again. Intervals and marks come when they come (rate 0). Every stamp is on the layer's own clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np

from appliance.contracts import BodyState, Channel, Features, SensorFrame
from appliance.errors import BadSetting

NAME = "Echoel"
IRREGULAR_HZ = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """What a raw channel is called by neighbours: the stream's type, each line's label, and the unit."""

    kind: str
    labels: tuple[str, ...]
    unit: str


ROWS: dict[Channel, Row] = {
    Channel.ECG: Row("ECG", ("ECG",), "millivolts"),
    Channel.PPG: Row("PPG", ("PPG",), "normalized"),
    Channel.BREATH: Row("RESP", ("RESP",), "normalized"),
    Channel.SKIN: Row("GSR", ("EDA",), "microsiemens"),
    Channel.MOTION: Row("ACC", ("X", "Y", "Z"), "g"),
    Channel.TEMPERATURE: Row("Temperature", ("Skin",), "celsius"),
    Channel.EEG: Row("EEG", ("EEG",), "microvolts"),
}
# Fields of the body state and their units, one line each.
STATE: tuple[tuple[str, str], ...] = (
    ("heart_rate_bpm", "1/min"),
    ("rmssd_ms", "milliseconds"),
    ("sdnn_ms", "milliseconds"),
    ("coherence", "normalized"),
    ("breath_rate_bpm", "1/min"),
    ("breath_phase", "normalized"),
    ("pacer_phase", "normalized"),
    ("skin_level_us", "microsiemens"),
    ("skin_temperature_c", "celsius"),
    ("cadence_per_min", "1/min"),
    ("alpha_share", "normalized"),
    ("reward", "normalized"),
    ("quality", "normalized"),
)


class Runner(Protocol):
    """What is asked of the session runner: where it stands."""

    @property
    def state(self) -> Any:
        """The state of the session."""
        ...


class LslOutlet:
    """Everything the box offers; a listener of its loop.

    box: its id, part of every source id. Raises BadSetting without the library.
    """

    def __init__(self, box: str) -> None:
        if find_spec("pylsl") is None:
            raise BadSetting(
                "lsl_outlet is on, but the Lab Streaming Layer is not installed",
                "install it with: pip install 'echoel[lsl]', or set lsl_outlet to false",
            )
        try:
            self._lsl: Any = import_module("pylsl")
        except (RuntimeError, OSError) as error:
            # Its Python part is there, but on some machines (ARM) the library itself comes separately.
            raise BadSetting(
                "lsl_outlet is on, but liblsl is not installed",
                "install liblsl for this machine, or set lsl_outlet to false",
            ) from error
        self._box = box
        self._outlets: dict[str, Any] = {}
        self._runner = ""

    def frame(self, frame: SensorFrame) -> None:
        """Pass raw samples on; intervals go out corrected with `turn` instead."""
        row = ROWS.get(frame.channel)
        if row is None or not frame.rate_hz > 0 or not len(frame.values):
            return
        values = np.asarray(frame.values, dtype=np.float32)
        values = values.reshape(len(values), -1)
        lines = values.shape[1]
        key = f"{frame.channel}-{frame.sensor_id}-{frame.rate_hz:g}-{lines}"
        if key not in self._outlets:
            labels = (
                row.labels if len(row.labels) == lines else tuple(f"{row.kind}{i + 1}" for i in range(lines))
            )
            unit = row.unit if frame.unit != "a.u." else "normalized"
            self._make(
                key, f"{NAME} {row.kind}", row.kind, frame.rate_hz, tuple((one, unit) for one in labels)
            )
        # The box's clock and the layer's are the same monotonic one; the stamp is that of the last sample.
        self._outlets[key].push_chunk(values.tolist(), frame.arrival_s + self._shift_s(frame.arrival_s))

    def turn(self, features: Features, state: BodyState, runner: Runner) -> None:
        """Pass on the intervals that are settled, the state, and a mark whenever the session changes."""
        shift_s = self._shift_s(features.time_s)
        for one in features.intervals:
            if "rr" not in self._outlets:
                self._make("rr", f"{NAME} RR", "RR", IRREGULAR_HZ, (("RR", "milliseconds"),))
            self._outlets["rr"].push_sample([one.rr_ms], one.time_s + shift_s)
        if "state" not in self._outlets:
            self._make("state", f"{NAME} State", "Biofeedback", IRREGULAR_HZ, STATE)
        values = [getattr(state, name) for name, _ in STATE]
        self._outlets["state"].push_sample(
            [float("nan") if value is None else float(value) for value in values], state.time_s + shift_s
        )
        if str(runner.state) != self._runner:
            self._runner = str(runner.state)
            self.mark(self._runner, features.time_s)

    def mark(self, text: str, time_s: float) -> None:
        """Send a mark, such as "running"."""
        if "marks" not in self._outlets:
            self._make("marks", f"{NAME} Markers", "Markers", IRREGULAR_HZ, (("Mark", ""),), "cf_string")
        self._outlets["marks"].push_sample([text], time_s + self._shift_s(time_s))

    def close(self) -> None:
        """Withdraw every stream."""
        self._outlets.clear()

    def _shift_s(self, time_s: float) -> float:
        """From the times of the loop to the layer's clock; a recording's own time starts now."""
        now_s = float(self._lsl.local_clock())
        # Live times are on the same monotonic clock, up to a moment ago.
        return 0.0 if abs(now_s - time_s) < 60.0 else now_s - time_s

    def _make(
        self,
        key: str,
        name: str,
        kind: str,
        rate_hz: float,
        lines: tuple[tuple[str, str], ...],
        form: str = "cf_float32",
    ) -> None:
        info = self._lsl.StreamInfo(
            name, kind, len(lines), rate_hz, getattr(self._lsl, form), f"echoel-{self._box}-{key}"
        )
        description = info.desc()
        description.append_child_value("manufacturer", NAME)
        listed = description.append_child("channels")
        for label, unit in lines:
            listed.append_child("channel").append_child_value("label", label).append_child_value(
                "unit", unit
            ).append_child_value("type", kind)
        self._outlets[key] = self._lsl.StreamOutlet(info)
