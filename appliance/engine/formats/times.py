"""Times of day as a schedule writes them: `7:30`, `NOW`, `0:12+0:03`, `+0:00:30`; seconds since midnight."""

from __future__ import annotations

import re

from appliance.engine.formats.errors import BadSchedule

DAY_S = 86_400
_CLOCK = re.compile(r"(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?")
_TIME = re.compile(rf"(?P<base>NOW|{_CLOCK.pattern})?(?P<more>(?:\+{_CLOCK.pattern})*)", re.ASCII)


def read_clock(word: str, line: int | None, most_h: int = 23) -> int:
    """Seconds of one hh:mm or hh:mm:ss. Raises BadSchedule."""
    found = _CLOCK.fullmatch(word)
    if found:
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        if hours <= most_h and minutes < 60 and seconds < 60:
            return hours * 3600 + minutes * 60 + seconds
    raise BadSchedule(f"{word!r} is not a time", "write hh:mm or hh:mm:ss, below 24:00", line)


class Times:
    """Turns the times of a file into seconds, remembering the last absolute one for `+..`."""

    def __init__(self) -> None:
        self.last_s: int | None = None

    def read(self, word: str, line: int) -> int:
        """Seconds since midnight; NOW is midnight, sums wrap at 24 hours. Raises BadSchedule."""
        if not word or not _TIME.fullmatch(word):
            raise BadSchedule(
                f"{word!r} is not a time", "write hh:mm[:ss], NOW, or +hh:mm[:ss] after one", line
            )
        base, *more = word.split("+")
        if base:
            self.last_s = 0 if base == "NOW" else read_clock(base, line)
        if self.last_s is None:
            raise BadSchedule(
                f"{word!r} counts from no time", "begin the first line with a time or NOW", line
            )
        total = self.last_s + sum(read_clock(part, line) for part in more)
        return total % DAY_S
