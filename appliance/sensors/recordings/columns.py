"""Which column of a file is the heart: names people give to leads and sensors, one row a channel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from appliance.contracts import Channel
from appliance.errors import BadRecording


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A channel and the names it goes by."""

    channel: Channel
    names: re.Pattern[str]


def _names(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})\Z", re.IGNORECASE)


# In the order of preference when a file holds several and nobody says which.
ROWS: tuple[ColumnRow, ...] = (
    ColumnRow(
        Channel.ECG,
        _names(
            r".*(?:ecg|ekg).*|m?l?(?:i|ii|iii)|mcl\d?|mv\d|av[rlf]|v\d?|d[1-3]"
            r"|lead[ _-]?(?:i{1,3}|v?\d|av[rlf])"
        ),
    ),
    ColumnRow(Channel.PPG, _names(r".*(?:ppg|pleth|bvp).*|pulse ?wave|ir|infrared")),
    ColumnRow(
        Channel.RR, _names(r"(?:rr|rri|nn|nni|ibi|rr.?intervals?|inter.?beat.?intervals?|pp|ppi)(?:_?m?s)?")
    ),
    ColumnRow(Channel.BREATH, _names(r".*(?:resp|rsp|breath|belt|co2|airflow|thora|abdo).*")),
    ColumnRow(Channel.SKIN, _names(r".*(?:eda|gsr|skin|conductance).*|scl|scr")),
    ColumnRow(
        Channel.EEG, _names(r".*(?:eeg|exg).*|(?:raw[ _-]?)?(?:tp9|tp10|af7|af8|[fcpo]z|fp[12z]|[fcpt]\d)")
    ),
    ColumnRow(Channel.MOTION, _names(r".*(?:acc|gyro|motion).*")),
    ColumnRow(Channel.TEMPERATURE, _names(r".*temp.*")),
)

# Columns that number or date the rows and are never a signal.
TIME = _names(
    r"(?:time|timer|times|timestamps?|datetime|date|clock|elapsed|seconds?|sec|t)"
    r"(?:[ _.(-]*(?:ms|msec|s|sec|us|ns)\)?)?|ms"
)
INDEX = _names(
    r"(?:sample|row|frame|packet)?[ _]*(?:index|idx|number|no|nr|n|nseq|counter|sample)|unnamed.*|#|"
)

_UNIT = re.compile(r"^(?P<name>.*?)\s*[\[(]\s*(?P<unit>[^\])]*?)\s*[\])]\s*$")


def parts(heading: str) -> tuple[str, str]:
    """Split a heading such as "ECG [mV]" into its name and its unit (empty when none is given)."""
    found = _UNIT.match(heading)
    if found is None:
        return heading.strip(), ""
    return found["name"].strip(), found["unit"].strip()


def channel_of(heading: str) -> Channel | None:
    """Guess what a column measures from its name; None when the name says nothing."""
    name = parts(heading)[0]
    for row in ROWS:
        if row.names.match(name):
            return row.channel
    return None


def is_time(heading: str) -> bool:
    """Whether a column dates its rows."""
    return bool(TIME.match(parts(heading)[0]))


def is_index(heading: str) -> bool:
    """Whether a column only numbers its rows."""
    return bool(INDEX.match(parts(heading)[0]))


def choose(headings: Sequence[str], column: str | None, kind: Channel | None, file_name: str) -> int:
    """Find the column to read: the one named, or the first that looks like what is wanted.

    column: a name (letters of either case) or a number from 1. Raises BadRecording naming what is there.
    """
    if column is not None:
        return _named(headings, column, file_name)
    signals = [i for i, heading in enumerate(headings) if not (is_time(heading) or is_index(heading))]
    for wanted in (kind,) if kind is not None else tuple(row.channel for row in ROWS):
        for i in signals:
            if channel_of(headings[i]) is wanted:
                return i
    if len(signals) == 1:
        return signals[0]  # the only one is what the caller says it is
    unknown = [i for i in signals if channel_of(headings[i]) is None]
    if len(unknown) == 1 and kind is not None:
        return unknown[0]
    if not signals:
        raise BadRecording(
            f"{file_name} holds no column with a signal", f"columns there: {_listed(headings)}"
        )
    what = f"no column of {file_name} looks like {kind.value}" if kind else f"{file_name} has several columns"
    raise BadRecording(what, f"say which with --channel; there are: {_listed(headings)}")


def known(headings: Sequence[str]) -> list[int]:
    """All columns whose names say what they measure, in the order of `ROWS`."""
    signals = [i for i, heading in enumerate(headings) if not (is_time(heading) or is_index(heading))]
    order = [row.channel for row in ROWS]
    found = [(order.index(channel), i) for i in signals if (channel := channel_of(headings[i])) is not None]
    return [i for _, i in sorted(found)]


def _named(headings: Sequence[str], column: str, file_name: str) -> int:
    wanted = column.strip().lower()
    for spelled in (lambda h: h.strip().lower(), lambda h: parts(h)[0].lower()):
        for i, heading in enumerate(headings):
            if spelled(heading) == wanted:
                return i
    if wanted.isdecimal() and 1 <= int(wanted) <= len(headings):
        return int(wanted) - 1
    near = get_close_matches(wanted, [parts(h)[0].lower() for h in headings], n=1, cutoff=0.4)
    nearest = next((h for h in headings if near and parts(h)[0].lower() == near[0]), None)
    hint = f"did you mean {nearest!r}? " if nearest else ""
    raise BadRecording(f"{file_name} has no column {column!r}", f"{hint}columns there: {_listed(headings)}")


def _listed(headings: Sequence[str]) -> str:
    shown = [heading or "(no name)" for heading in headings[:20]]
    return ", ".join(shown) + (f" and {len(headings) - 20} more" if len(headings) > 20 else "")
