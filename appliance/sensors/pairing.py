"""Pairing, naming and forgetting a sensor: what the verbs do with the file of known ones."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from appliance.contracts import Channel
from appliance.contracts.settings import Settings
from appliance.errors import Misused
from appliance.sensors import bluetooth
from appliance.sensors.choosing import known_row, meant, near_to
from appliance.sensors.names import Known, Names, checked_name
from appliance.sensors.sensor import Identity, Sensor


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants of a pairing; None and empty leave things as they are."""

    name: str | None = None
    streams: tuple[Channel, ...] = ()
    key_file: Path | None = None
    key_id: int = 1


def channels(text: str | None) -> tuple[Channel, ...]:
    """Read a list of channels, such as `ecg,motion`. Raises Misused."""
    found: list[Channel] = []
    for word in (text or "").replace(",", " ").split():
        try:
            found.append(Channel(word.lower()))
        except ValueError:
            raise Misused(
                f"there is no signal {word!r}", near_to(word, [channel.value for channel in Channel])
            ) from None
    return tuple(found)


async def pair(settings: Settings, wanted: str | None, wish: Wish) -> Known:
    """Connect once, to see that it answers, and keep the sensor. Raises Misused, LinkLost or LinkRefused."""
    name = checked_name(wish.name) if wish.name is not None else None
    sensor = await meant(settings, wanted)
    who = sensor.identity
    if who.is_simulated:
        raise Misused(f"{who.name} needs no pairing", "use it with: echoel up --simulate")
    row = Names(settings.data).get(who.sensor_id) or _new(sensor)
    row = replace(
        row,
        is_paired=True,
        name=row.name if name is None else name,
        streams=tuple(channel.value for channel in wish.streams) or row.streams,
        key_file=str(wish.key_file.resolve()) if wish.key_file else row.key_file,
        key_id=wish.key_id if wish.key_file else row.key_id,
    )
    if who.kind == "ble":
        free(settings, who)
        sensor = bluetooth.at(row, getattr(sensor, "device", None))
    try:
        await sensor.open()
    finally:
        await sensor.close()
    level = getattr(sensor, "battery_percent", None)
    row = replace(row, battery_percent=level if level is not None else row.battery_percent, tested_at=_now())
    return _kept(settings, row)


async def rename(settings: Settings, wanted: str, name: str) -> Known:
    """Call a sensor otherwise. Raises Misused."""
    clean = checked_name(name)
    try:
        row = known_row(settings, wanted)
    except Misused:
        row = _new(await meant(settings, wanted))
    return _kept(settings, replace(row, name=clean))


def free(settings: Settings, who: Identity, kinds: Sequence[str] = ("ble",)) -> None:
    """Raise Misused while the box of this data folder runs and may hold a sensor of these kinds.

    Two programs share one Bluetooth link: whoever leaves first would cut it for the other.
    """
    file = settings.data / "run" / "box.json"
    if who.kind not in kinds or not file.exists():
        return
    try:
        pid = int(json.loads(file.read_text(encoding="utf-8"))["pid"])
        os.kill(pid, 0)
    except (OSError, ValueError, KeyError, TypeError):
        return
    raise Misused(
        f"the box is running and may hold {who.name}", "stop it for the moment, or look at its panel"
    )


def forget(settings: Settings, wanted: str) -> Known:
    """Drop the row of a sensor and give it a last time. Raises Misused."""
    row = known_row(settings, wanted)
    Names(settings.data).change(row.sensor_id, lambda _: None)
    return row


def note(settings: Settings, who: Identity, battery_percent: int | None, quality: float | None) -> None:
    """Keep how a known sensor did; one that is not known stays so."""
    Names(settings.data).change(
        who.sensor_id,
        lambda row: row and replace(row, battery_percent=battery_percent, quality=quality, tested_at=_now()),
    )


def _new(sensor: Sensor) -> Known:
    who = sensor.identity
    return Known(who.sensor_id, who.kind, str(getattr(sensor, "address", "")), who.name)


def _kept(settings: Settings, row: Known) -> Known:
    Names(settings.data).change(row.sensor_id, lambda _: row)
    return row


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
