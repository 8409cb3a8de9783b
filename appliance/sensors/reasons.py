"""Why a Bluetooth sensor does not work: a list of reasons, each with what happened and what to do.

Every failure of a Bluetooth link ends in one row of `REASONS`; `docs/straps.md` lists them for people. What
a person can only wait out is *lost* (the box tries again), what needs a hand is *refused*.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from appliance.errors import SensorLost, SensorRefused


class Reason(StrEnum):
    """The documented reasons."""

    NO_ADAPTER = "no-adapter"
    NO_LOW_ENERGY = "no-low-energy"
    SWITCHED_OFF = "switched-off"
    NO_SERVICE = "no-service"
    NOT_PERMITTED = "not-permitted"
    RADIO_FAILED = "radio-failed"
    NOT_FOUND = "not-found"
    NO_ANSWER = "no-answer"
    GAVE_WAY = "gave-way"
    UNREACHABLE = "unreachable"
    DISCONNECTED = "disconnected"
    SILENT = "silent"
    PAIRING_NEEDED = "pairing-needed"
    NO_SIGNAL = "no-signal"
    NO_INTERVALS = "no-intervals"
    SMALL_PACKETS = "small-packets"
    IN_CHARGER = "in-charger"
    STREAM_REFUSED = "stream-refused"
    WRONG_KEY = "wrong-key"


@dataclass(frozen=True, slots=True)
class Explained:
    """One row: {name} in `what` is the sensor's; is_refused: trying again alone will not help."""

    what: str
    remedy: str
    is_refused: bool = True


NEAR = "wear it, wet its electrodes, stay near, and end its link to other apps"
REASONS: dict[Reason, Explained] = {
    Reason.NO_ADAPTER: Explained("this machine has no Bluetooth adapter", "plug a Bluetooth adapter in"),
    Reason.NO_LOW_ENERGY: Explained(
        "the Bluetooth adapter is too old for Low Energy", "plug an adapter with Bluetooth 4.0 or newer in"
    ),
    Reason.SWITCHED_OFF: Explained(
        "Bluetooth is switched off", "run: rfkill unblock bluetooth && bluetoothctl power on"
    ),
    Reason.NO_SERVICE: Explained(
        "the Bluetooth service is not running", "start it: systemctl start bluetooth"
    ),
    Reason.NOT_PERMITTED: Explained(
        "Bluetooth does not let this program in",
        "add the user to the group `bluetooth`: sudo usermod -aG bluetooth $USER, then log in again",
    ),
    Reason.RADIO_FAILED: Explained("Bluetooth does not answer", "switch it on: bluetoothctl power on", False),
    Reason.NOT_FOUND: Explained("{name} is not near", NEAR, False),
    Reason.NO_ANSWER: Explained("{name} did not answer", NEAR, False),
    Reason.GAVE_WAY: Explained("{name} lets another sensor connect first", "wait; it is tried again", False),
    Reason.UNREACHABLE: Explained("{name} cannot be reached", NEAR, False),
    Reason.DISCONNECTED: Explained(
        "{name} disconnected", "stay near; the box connects again by itself", False
    ),
    Reason.SILENT: Explained("{name} fell silent", "wear it and stay near the box", False),
    Reason.PAIRING_NEEDED: Explained(
        "{name} answers only those it is paired with",
        "end its link to other phones, then pair it: echoel sensors pair",
    ),
    Reason.NO_SIGNAL: Explained(
        "{name} offers nothing this box can read",
        "choose a strap with the Heart Rate Service, a Polar sensor, an oximeter or our wearable",
    ),
    Reason.NO_INTERVALS: Explained(
        "{name} sends a heart rate but no intervals between beats",
        "use a strap with RR intervals, such as a chest strap",
    ),
    Reason.SMALL_PACKETS: Explained(
        "the link to {name} carries packets too small for its raw signal",
        "use an adapter with Bluetooth 4.2 or newer and BlueZ 5.62 or newer; its heartbeats still come",
    ),
    Reason.IN_CHARGER: Explained("{name} sits in its charger", "take it out and wear it"),
    Reason.STREAM_REFUSED: Explained(
        "{name} does not start its raw signal", "take it off and put it on again, or renew its battery"
    ),
    Reason.WRONG_KEY: Explained(
        "{name} sends frames this box has no key for",
        "pair it again with its key: echoel sensors pair NAME --key-file FILE --key-id NUMBER",
    ),
}


class LinkLost(SensorLost):
    """The link is down and is tried again; `reason` is a row of the list."""

    def __init__(self, reason: Reason, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.reason = reason


class LinkRefused(SensorRefused):
    """The sensor or the radio is there and needs a hand; `reason` is a row of the list."""

    def __init__(self, reason: Reason, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.reason = reason


def fault(reason: Reason, name: str = "Bluetooth", detail: str = "") -> LinkLost | LinkRefused:
    """Make the error for one reason; detail: what the system said, shown in brackets."""
    row = REASONS[reason]
    what = row.what.format(name=name) + (f" ({detail})" if detail else "")
    return (LinkRefused if row.is_refused else LinkLost)(reason, what, row.remedy)
