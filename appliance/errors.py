"""The error tree: every failure a person may meet says what happened and what to do.

Each class also inherits the built-in error a Python programmer would catch.
"""

from __future__ import annotations


class EchoelError(Exception):
    """Something went wrong that a person can do something about.

    `str(error)` says what happened, `remedy` what to do next, `exit_code` what a command returns.
    """

    exit_code = 1

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.remedy = remedy


class Misused(EchoelError, ValueError):
    """The caller asked for something that cannot be: a wrong value, name or combination."""

    exit_code = 2


class BadRecording(Misused):
    """A file of recorded signals cannot be read as what it claims to be."""


class BadProtocol(Misused):
    """A protocol file has an unknown key, an impossible time or an unsafe target."""


class BadSetting(Misused):
    """A setting is unknown or outside its limits."""


class TooFewBeats(EchoelError, ValueError):
    """There are not enough heartbeats to compute this figure."""


class SensorLost(EchoelError, ConnectionError):
    """A sensor stopped answering; the hub turns this into a state and tries again."""


class SensorRefused(EchoelError, PermissionError):
    """A sensor or its port is there but does not let us in."""


class OutputUnavailable(EchoelError, OSError):
    """Sound, light or vibration cannot reach the hardware asked for."""


class StorageFull(EchoelError, OSError):
    """The disk has no room left; what was recorded before stays."""


class StorageBroken(EchoelError, OSError):
    """A data file cannot be opened or is not ours."""


class BusUnreachable(EchoelError, ConnectionError):
    """The message broker cannot be reached; reports wait in the outbox."""


class PortInUse(EchoelError, OSError):
    """Another program already listens on this port."""


class NotRunning(EchoelError, ConnectionError):
    """The part of the box that should answer is not running."""
