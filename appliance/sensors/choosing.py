"""Which sensor a person means, and what is to be told about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from difflib import get_close_matches

from appliance.contracts.settings import Settings
from appliance.errors import Misused
from appliance.sensors import bluetooth
from appliance.sensors.names import Known, Names
from appliance.sensors.registry import KINDS, Finding, Kind
from appliance.sensors.sensor import Identity, Sensor
from appliance.sensors.status import SensorState, SensorStatus


async def listed(
    settings: Settings, *, is_near: bool = False, kinds: Sequence[Kind] = KINDS
) -> list[dict[str, object]]:
    """Everything that is there and could be, one row a sensor or a kind without any.

    is_near: also listen for every Bluetooth sensor around (some seconds).
    """
    known = {row.sensor_id: row for row in Names(settings.data).all()}
    rows: list[dict[str, object]] = []
    for kind in kinds:
        finding = await _found(settings, kind, is_near)
        for sensor in finding.sensors:
            told = SensorStatus.of(sensor.identity, SensorState.FOUND)
            rows.append(_row(told, known.pop(sensor.identity.sensor_id, None)))
        missing = [row for row in known.values() if row.kind == kind.name]
        for row in missing:
            called = row.name or row.own_name or row.address
            state = SensorState.SEARCHING if finding.is_available else SensorState.UNAVAILABLE
            reason = finding.reason or "not there now"
            told = SensorStatus(row.sensor_id, called, row.kind, state, reason, finding.remedy)
            rows.append(_row(told, row))
        if not finding.sensors and not missing:
            state = SensorState.SEARCHING if finding.is_available else SensorState.UNAVAILABLE
            told = SensorStatus(
                "", kind.title, kind.name, state, finding.reason, finding.remedy, kind.is_simulated
            )
            rows.append(_row(told, None))
    return rows


def _row(told: SensorStatus, row: Known | None) -> dict[str, object]:
    return asdict(told) | {
        "address": row.address if row else "",
        "is_paired": bool(row and row.is_paired),
        "battery_percent": row.battery_percent if row else None,
        "quality": row.quality if row else None,
        "tested_at": row.tested_at if row else "",
    }


async def _found(settings: Settings, kind: Kind, is_near: bool) -> Finding:
    if kind.name == "ble":  # a paired one is not there for being known
        return await bluetooth.near(settings) if is_near else bluetooth.obstacle() or bluetooth.NOT_SEARCHED
    return await kind.find(settings, False)


async def meant(settings: Settings, wanted: str | None, kinds: Sequence[Kind] = KINDS) -> Sensor:
    """Give the sensor a person means by its id, its name, a part of either, or nothing where one is there.

    Raises Misused when none or several are meant.
    """
    known = Names(settings.data).all()
    there: list[Sensor] = []
    for kind in kinds:
        if wanted is not None or not kind.is_simulated:
            there += (await kind.find(settings, False)).sensors
    by_radio = [
        row for row in known if row.kind == "ble" and (wanted is None or _says(wanted, _of(row), row.address))
    ]
    fits = [sensor for sensor in there if wanted is None or _says(wanted, sensor.identity)]
    if not fits and len(by_radio) == 1:
        return bluetooth.at(by_radio[0])
    if not fits and any(kind.name == "ble" for kind in kinds):
        finding = await bluetooth.near(settings)
        there += finding.sensors
        fits = [s for s in finding.sensors if wanted is None or _says(wanted, s.identity)]
        if not fits and not there:
            raise Misused(finding.reason, finding.remedy)
    return _only(wanted, fits, there)


def _only(wanted: str | None, fits: Sequence[Sensor], there: Sequence[Sensor]) -> Sensor:
    exact = [s for s in fits if wanted in (s.identity.sensor_id, s.identity.name)]
    fits = exact or fits
    if len(fits) == 1:
        return fits[0]
    if fits:
        several = ", ".join(f"{s.identity.name} ({s.identity.sensor_id})" for s in fits)
        raise Misused(f"several sensors fit: {several}", "give the id of one")
    names = [text for s in there for text in (s.identity.name, s.identity.sensor_id)]
    raise Misused(f"there is no sensor {wanted!r}", near_to(wanted or "", names))


def _says(wanted: str, who: Identity, address: str = "") -> bool:
    return any(wanted.lower() in text.lower() for text in (who.sensor_id, who.name, address))


def _of(row: Known) -> Identity:
    return Identity(row.sensor_id, row.name or row.own_name, row.kind)


def known_row(settings: Settings, wanted: str) -> Known:
    """Give the stored sensor a person means. Raises Misused."""
    rows = Names(settings.data).all()
    exact = [row for row in rows if wanted in (row.sensor_id, row.name, row.address)]
    fits = exact or [row for row in rows if _says(wanted, _of(row), row.address)]
    if len(fits) == 1:
        return fits[0]
    if fits:
        several = ", ".join(f"{row.name or row.own_name} ({row.sensor_id})" for row in fits)
        raise Misused(f"several sensors fit: {several}", "give the id of one")
    names = [text for row in rows for text in (row.sensor_id, row.name, row.own_name) if text]
    raise Misused(f"no known sensor is called {wanted!r}", near_to(wanted, names))


def near_to(wanted: str, names: Sequence[str]) -> str:
    """A remedy that names what was probably meant."""
    close = get_close_matches(wanted, names, n=1)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"there are: {', '.join(names)}" if names else "look for sensors: echoel sensors scan"
