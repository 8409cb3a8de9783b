"""What a schedule file does wrong, with the line and what to do about it."""

from __future__ import annotations

from appliance.errors import Misused


class BadSchedule(Misused):
    """A schedule of tones cannot be read, or asks for something that cannot be."""

    def __init__(self, what: str, remedy: str, line: int | None = None) -> None:
        super().__init__(f"line {line}: {what}" if line else what, remedy)
        self.line = line
        self._what = what

    def at(self, line: int) -> BadSchedule:
        """The same, once the line is known."""
        return self if self.line else BadSchedule(self._what, self.remedy, line)
