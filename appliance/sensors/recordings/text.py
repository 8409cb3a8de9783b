"""Numbers in text: CSV, TSV, semicolons, bare columns, with or without a heading, gzipped or not.

The rate comes from the caller, from a comment such as "% Sample Rate = 250 Hz", or from a column of times.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Channel
from appliance.errors import BadRecording
from appliance.sensors.recordings import intervals, table, times
from appliance.sensors.recordings.columns import channel_of, choose, is_index, is_time, parts
from appliance.sensors.recordings.recording import Recording, Wish, in_box_units
from appliance.sensors.recordings.shape import is_pulse_wave

_RATE = re.compile(r"sampl\w*[ _-]*(?:rate|frequency)[^0-9\n]{0,20}(\d+(?:\.\d+)?)", re.IGNORECASE)


def read(path: Path, wish: Wish) -> Recording:
    """Read one column of a text file. Raises BadRecording."""
    content = table.split(path)
    if intervals.is_event_list(content):
        return intervals.from_event_list(content, wish)
    number = _column(content, wish)
    heading = content.headings[number]
    channel = wish.kind or channel_of(heading)
    if channel is None and wish.rate_hz is None and intervals.looks_like_text_of_intervals(path, content):
        channel = Channel.RR
    if channel is Channel.RR:
        (values,) = table.numbers(content, (number,))
        return intervals.recording(content.name, values, parts(heading)[1], heading)
    rate_hz, values = _rate_and_values(content, number, wish)
    if channel is None:  # a column whose name says nothing: this box is about hearts
        channel = Channel.PPG if is_pulse_wave(values, rate_hz) else Channel.ECG
    values, unit = in_box_units(channel, values, parts(heading)[1])
    return Recording(content.name, channel, rate_hz, values, unit, heading)


def _column(content: table.Table, wish: Wish) -> int:
    """The number of the column asked for; in a file without headings the first that is not a clock."""
    if content.has_headings or wish.column is not None or len(content.headings) == 1:
        return choose(content.headings, wish.column, wish.kind, content.name)
    if len(content.headings) == 2 and times.counts_rows(content, 0):
        return 1
    raise BadRecording(
        f"{content.name} has {len(content.headings)} columns and no headings",
        "say which with --column and its number, counted from 1",
    )


def _rate_and_values(content: table.Table, number: int, wish: Wish) -> tuple[float, NDArray[np.float64]]:
    clock = next((i for i, h in enumerate(content.headings) if is_time(h) and i != number), None)
    if wish.rate_hz is None and clock is None and not content.has_headings and len(content.headings) > 1:
        clock = (
            0 if number != 0 and times.counts_rows(content, 0) and not is_index(content.headings[0]) else None
        )
    said = _RATE.search(content.comments)
    if wish.rate_hz is not None or said is not None or clock is None:
        (values,) = table.numbers(content, (number,))
        if wish.rate_hz is not None:
            return wish.rate_hz, values
        if said is not None and float(said[1]) > 0:
            return float(said[1]), values
        raise BadRecording(
            f"{content.name} does not say how many samples a second it holds",
            "give --rate, such as --rate 250 (or --kind rr when each line is one interval in ms)",
        )
    moments_s, values = times.read(content, clock, number)
    return times.on_a_grid(content.name, moments_s, values)
