"""What can be wrong with a sound file."""

from __future__ import annotations

from appliance.errors import EchoelError, Misused


class BadSound(Misused):
    """A file is not a sound, or not one that this job can use."""


class EncoderMissing(EchoelError, OSError):
    """This kind of file needs a program that is not installed."""
