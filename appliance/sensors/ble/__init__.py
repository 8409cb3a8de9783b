"""Bluetooth Low Energy: notifications flow in through bleak, `SensorFrame`s flow out of `BleSensor`.

`scan` finds devices, `link` keeps one, `turns` lets one at a time at the radio, `profiles` is the table of
what can be read (one file a profile), and `trouble` finds the documented reason when something cannot.
"""

from appliance.sensors.ble.link import BleSensor
from appliance.sensors.ble.profiles import Wishes
from appliance.sensors.ble.scan import scan
from appliance.sensors.reasons import LinkLost, LinkRefused, Reason

__all__ = ["BleSensor", "LinkLost", "LinkRefused", "Reason", "Wishes", "scan"]
