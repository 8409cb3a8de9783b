"""From what bleak, BlueZ, D-Bus and the system raise to one of the documented reasons."""

from __future__ import annotations

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDeviceNotFoundError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode,
)

from appliance.sensors.reasons import LinkLost, LinkRefused, Reason, fault

_AVAILABILITY = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: Reason.NO_ADAPTER,
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: Reason.NO_LOW_ENERGY,
    BleakBluetoothNotAvailableReason.POWERED_OFF: Reason.SWITCHED_OFF,
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: Reason.NOT_PERMITTED,
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: Reason.NOT_PERMITTED,
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: Reason.NOT_PERMITTED,
}
# Words of BlueZ and D-Bus that tell more than "failed"; the first that occurs decides.
_WORDS = (
    ("org.bluez.Error.NotReady", Reason.SWITCHED_OFF),
    ("No powered Bluetooth adapters", Reason.SWITCHED_OFF),
    ("ServiceUnknown", Reason.NO_SERVICE),
    ("AccessDenied", Reason.NOT_PERMITTED),
    ("NotPermitted", Reason.NOT_PERMITTED),
    ("NotAuthorized", Reason.PAIRING_NEEDED),
    ("Authentication", Reason.PAIRING_NEEDED),
    ("Encryption", Reason.PAIRING_NEEDED),
)
_SECURITY = (
    BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHENTICATION,
    BleakGATTProtocolErrorCode.INSUFFICIENT_AUTHORIZATION,
    BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION,
    BleakGATTProtocolErrorCode.INSUFFICIENT_ENCRYPTION_KEY_SIZE,
)


def reason_of(error: BaseException, otherwise: Reason = Reason.UNREACHABLE) -> Reason:
    """Find the row for what bleak, D-Bus or the system raised; otherwise: when nothing more is known."""
    if isinstance(error, LinkLost | LinkRefused):
        return error.reason
    if isinstance(error, BleakBluetoothNotAvailableError):
        return _AVAILABILITY.get(error.reason, Reason.RADIO_FAILED)
    if isinstance(error, BleakDeviceNotFoundError):
        return Reason.NOT_FOUND
    if isinstance(error, BleakGATTProtocolError):
        return Reason.PAIRING_NEEDED if error.code in _SECURITY else otherwise
    if isinstance(error, PermissionError):
        return Reason.NOT_PERMITTED
    if isinstance(error, FileNotFoundError | ConnectionRefusedError):
        return Reason.NO_SERVICE  # nobody at the socket of the message bus
    text = str(error)
    return next((reason for word, reason in _WORDS if word in text), otherwise)


def explained(
    name: str, error: BaseException, otherwise: Reason = Reason.UNREACHABLE
) -> LinkLost | LinkRefused:
    """Turn what was raised into one of the documented errors."""
    reason = reason_of(error, otherwise)
    if reason in (Reason.NO_ADAPTER, Reason.SWITCHED_OFF, Reason.NOT_FOUND):
        return fault(reason, name)
    return fault(reason, name, (str(error) or type(error).__name__).strip()[:120])
