"""What can be wrong with a sound file."""

from __future__ import annotations

from appliance.errors import EchoelError, Misused


class BadSound(Misused):
    """A file is not a sound, or not one that this job can use."""


class EncoderMissing(EchoelError, OSError):
    """This kind of file needs a program that is not installed."""


def reason(error: Exception) -> str:
    """What the library said, without its own prefix and full stop."""
    text = getattr(error, "error_string", None) or getattr(error, "strerror", None) or str(error)
    return str(text).strip().rstrip(".").removeprefix("Error : ").lower()
