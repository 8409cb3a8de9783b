"""Every setting of the box: one frozen object, read once and handed down.

Order: `DATA/echoel.toml`, then the environment (`ECHOEL_` and the field's name in capitals), then flags.
The text under each field is its manual.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_type_hints

from appliance.errors import BadSetting


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What can be set on a box."""

    data: Path = Path("data")
    """Folder of everything the box keeps: journal, database, recordings, logs, secrets."""

    role: str = "edge"
    """What this API is: `edge` on a box, `cloud` for the fleet."""

    host: str = "127.0.0.1"
    """Address the panel and the API listen on; 0.0.0.0 lets other devices of the network in."""

    port: int = 8080
    """Port of the panel and the API."""

    live_port: int = 0
    """Port of the live stream; 0 takes any free one and the API redirects to it."""

    broker_host: str = "127.0.0.1"
    """Where the MQTT broker is."""

    broker_port: int = 18830
    """Port of the MQTT broker; `echoel up` picks a free one when it is taken."""

    bus: str = "mqtt"
    """What carries messages: `mqtt` for a broker, `local` for the built-in bus on loopback."""

    rate_hz: int = 48_000
    """Sample rate of the engine, frames a second."""

    block_frames: int = 128
    """Frames rendered at a time; smaller reacts faster, larger spares the processor."""

    sink: str = "auto"
    """Where sound goes: `auto` tries `alsa`, `jack` (or PipeWire) and `timer` in turn; or `stepped`."""

    sound_device: str = "default"
    """Name of the ALSA device."""

    protocol: str = "resonance_breathing"
    """The protocol that Start plays when none is named."""

    serial_port: str = ""
    """Serial device to read, such as /dev/ttyUSB0; empty looks at every USB serial device."""

    serial_rate_hz: float = 0.0
    """Samples a second of a serial device that sends plain lines of numbers; 0 means it sends our frames."""

    serial_channel: str = "ecg"
    """What a serial device with plain lines measures: `ecg`, `ppg`, `rr` or `breath`."""

    serial_format: str = "auto"
    """What a serial device speaks: `auto` or a board such as `cyton`, see `docs/sensors.md`."""

    udp_port: int = 0
    """Port for sensors that send datagrams, as JSON or as our frames; 0 keeps it closed."""

    mqtt_sensors: str = ""
    """Topics of the broker that carry samples, such as `body/+`; empty takes none."""

    brainflow_board: str = ""
    """Board to read through BrainFlow, by its name or number there, such as `ganglion`; empty for none."""

    brainflow_port: str = ""
    """Where that board is: its serial port, or its Bluetooth address."""

    lsl_stream: str = ""
    """Stream of the Lab Streaming Layer to listen to, by name, type or source id; `any`; empty for none."""

    lsl_outlet: bool = False
    """Whether raw signals, intervals and the body state are offered on the Lab Streaming Layer."""

    coherence_medium_score: float = 35.0
    """Coherence score, 0 to 100, from which the heart's rhythm is called medium."""

    coherence_high_score: float = 65.0
    """Coherence score, 0 to 100, from which the heart's rhythm is called high."""

    log_level: str = "info"
    """How much is written to the log: `error`, `warning`, `info` or `debug`."""

    mqtt_user: str = ""
    """Name this process gives to the broker; empty for an open broker."""

    mqtt_password_file: Path = Path()
    """File that holds the password for the broker; a path, so that the secret is in no listing."""

    database_url: str = ""
    """Database of the API; empty means SQLite in the data folder."""


_CHOICES: Mapping[str, tuple[str, ...]] = {
    "role": ("edge", "cloud"),
    "bus": ("mqtt", "local"),
    "sink": ("auto", "alsa", "jack", "timer", "stepped"),
    "serial_channel": ("ecg", "ppg", "rr", "breath"),
    "serial_format": ("auto", "pulse_sensor", "cyton", "cyton_daisy", "thinkgear", "bitalino"),
    "log_level": ("error", "warning", "info", "debug"),
}
_LIMITS: Mapping[str, tuple[float, float]] = {
    "port": (1, 65_535),
    "live_port": (0, 65_535),
    "udp_port": (0, 65_535),
    "broker_port": (1, 65_535),
    "rate_hz": (8_000, 192_000),
    "block_frames": (16, 4_096),
    "serial_rate_hz": (0, 4_000),
    "coherence_medium_score": (0, 100),
    "coherence_high_score": (0, 100),
}


def load(flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read file, environment and flags, in this order; the last word wins.

    flags: field name -> value; None values are "not given". Raises BadSetting.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    around = os.environ if environment is None else environment
    data = Path(given.get("data") or around.get("ECHOEL_DATA") or Settings.data)
    values: dict[str, Any] = {}
    file = data / "echoel.toml"
    if file.exists():
        values.update(_checked(_read(file), str(file)))
    names = {field.name for field in fields(Settings)}
    from_environment = {
        key[7:].lower(): text
        for key, text in around.items()
        if key.startswith("ECHOEL_") and key[7:].lower() in names
    }
    values.update(_checked(from_environment, "the environment"))
    values.update(_checked(given, "the command line"))
    values["data"] = data
    return Settings(**values)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(
            f"{file} is not valid TOML: {error}", "correct the line named, or move it away"
        ) from error


def _checked(values: Mapping[str, Any], where: str) -> dict[str, Any]:
    types = get_type_hints(Settings)
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name not in types:
            near = get_close_matches(name, types, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(types)}"
            raise BadSetting(f"unknown setting {name!r} in {where}", hint)
        try:
            checked[name] = types[name](value)
        except (TypeError, ValueError) as error:
            raise BadSetting(
                f"{name} in {where} is {value!r}, which is not a {types[name].__name__}",
                "give a value of that kind",
            ) from error
        _check_limits(name, checked[name], where)
    return checked


def _check_limits(name: str, value: Any, where: str) -> None:
    if name in _CHOICES and value not in _CHOICES[name]:
        raise BadSetting(f"{name} in {where} is {value!r}", f"choose one of: {', '.join(_CHOICES[name])}")
    if name in _LIMITS:
        low, high = _LIMITS[name]
        if not low <= value <= high:
            raise BadSetting(f"{name} in {where} is {value}", f"choose a number from {low:g} to {high:g}")
