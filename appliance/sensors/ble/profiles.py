"""The kinds of Bluetooth sensor there are: a table. The first row whose characteristic is there is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from appliance.contracts import Channel
from appliance.sensors.ble import heart_rate, oximeter, polar, wearable
from appliance.sensors.ble.profile import Line, Profile
from appliance.sensors.reasons import Reason, fault


@dataclass(frozen=True, slots=True)
class Wishes:
    """What one sensor shall do.

    streams: the signals to start where a sensor has several; empty leaves it to the profile.
    keys: key id -> key of our wearable, repr hides them.
    """

    streams: tuple[Channel, ...] = ()
    keys: Mapping[int, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Row:
    """One kind.

    service: what it calls out while nobody is connected. characteristic: what proves it once connected.
    make: profile for a sensor id.
    """

    name: str
    title: str
    service: str
    characteristic: str
    make: Callable[[str, Wishes], Profile]


ROWS: tuple[Row, ...] = (
    Row(
        "wearable",
        "Our wearable",
        wearable.SERVICE,
        wearable.UP,
        lambda sensor_id, wishes: wearable.WearableProfile(sensor_id, dict(wishes.keys)),
    ),
    # A Polar strap calls out as a heart rate strap; its own service shows when it is connected.
    Row(
        "polar",
        "Polar strap or armband",
        heart_rate.SERVICE,
        polar.CONTROL,
        lambda sensor_id, wishes: polar.PolarProfile(sensor_id, wishes.streams),
    ),
    Row(
        "heart-rate",
        "Heart rate strap",
        heart_rate.SERVICE,
        heart_rate.MEASUREMENT,
        lambda sensor_id, _: heart_rate.HeartRateProfile(sensor_id),
    ),
    Row(
        "oximeter",
        "Pulse oximeter",
        oximeter.SERVICE,
        oximeter.CONTINUOUS,
        lambda sensor_id, _: oximeter.OximeterProfile(sensor_id),
    ),
)


def services() -> list[str]:
    """The services to listen for in a scan."""
    return list(dict.fromkeys(row.service for row in ROWS))


def choose(
    line: Line, known: Callable[[str], Profile | None], wishes: Wishes, sensor_id: str
) -> tuple[str, Profile]:
    """Give the row's name and the profile for what is connected: the one it had before, or a new one.

    Raises LinkRefused when the device has nothing of the table.
    """
    for row in ROWS:
        if line.has(row.characteristic):
            return row.name, known(row.name) or row.make(sensor_id, wishes)
    raise fault(Reason.NO_SIGNAL, line.name)
