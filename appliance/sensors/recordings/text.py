"""Numbers in text: CSV, TSV, semicolons, bare columns, with or without a heading, gzipped or not.

The rate comes from the caller, from a comment such as "% Sample Rate = 250 Hz", or from a column of times.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Channel
from appliance.errors import BadRecording
from appliance.sensors.recordings import cells, intervals, packets, table, times
from appliance.sensors.recordings.columns import channel_of, is_index, is_time, parts
from appliance.sensors.recordings.recording import Recording, Source, Stream, Wish, in_box_units
from appliance.sensors.recordings.shape import is_pulse_wave

_RATE = re.compile(r"sampl\w*[ _-]*(?:rate|frequency)[^0-9\n]{0,20}(\d+(?:\.\d+)?)", re.IGNORECASE)
# The electrodes of a Muse, as its recorders call them.
_HEADBAND = re.compile(r"(?:raw_)?(?:tp9|tp10|af7|af8)\Z", re.IGNORECASE)
# A rate asked for that is further than this from the file's own clock is worth a word.
LYING = 0.02

Block = NDArray[np.float64]


def open_source(path: Path, wish: Wish) -> Source:
    """Open a text file. Raises BadRecording."""
    content = table.split(path)
    if intervals.is_event_list(content):
        return _of_intervals(intervals.from_event_list(content, wish))
    row = intervals.in_a_row(content) if wish.kind in (None, Channel.RR) else None
    if row is not None:
        return _of_intervals(intervals.recording(content.name, row, "", ""))
    is_nameless = not content.has_headings or len(content.headings) == 1
    if wish.column is None and wish.kind in (None, Channel.RR) and wish.rate_hz is None and is_nameless:
        is_named = content.has_headings and channel_of(content.headings[0]) is not None
        number = None if is_named else intervals.column_of_intervals(content, wish.kind is Channel.RR)
        if number is not None:
            return _of_intervals(intervals.from_column(content, number, ""))
    labels = content.headings
    if not content.has_headings and len(labels) == 2 and times.counts_rows(content, 0):
        labels = ("#", labels[1])  # a clock or a row number beside one signal
    if not content.has_headings and len(labels) > 2 and wish.column is None:
        raise BadRecording(
            f"{content.name} has {len(labels)} columns and no headings",
            "say which with --channel and its number, counted from 1",
        )
    return Source(content.name, labels, lambda numbers: _take(content, numbers, wish))


def _of_intervals(found: Recording) -> Source:
    return Source(found.name, (found.column or "RR",), lambda _: [Stream.of(found)])


def _take(content: table.Table, numbers: Sequence[int], wish: Wish) -> list[Stream]:
    names = [content.headings[number] for number in numbers]
    channels = [wish.kind if len(numbers) == 1 and wish.kind else channel_of(name) for name in names]
    if channels == [Channel.RR]:
        return [Stream.of(intervals.from_column(content, numbers[0], parts(names[0])[1]))]
    rates, columns, notes = _rates_and_values(content, numbers, wish)
    streams = []
    for name, channel, rate_hz, values in zip(names, channels, rates, columns, strict=True):
        if channel is Channel.RR:
            found = intervals.recording(content.name, values, parts(name)[1], name)
            streams.append(Stream.of(found))
            continue
        if channel is None:  # a column whose name says nothing: this box is about hearts
            channel = Channel.PPG if is_pulse_wave(values, rate_hz) else Channel.ECG
        unit = parts(name)[1] or _usual_unit(content, name, channel)
        values, unit = in_box_units(channel, values, unit)
        streams.append(Stream.of(Recording(content.name, channel, rate_hz, values, unit, name), notes))
    return streams


def _usual_unit(content: table.Table, name: str, channel: Channel) -> str:
    """The unit boards and headbands write their brain signals in without saying so beside each column."""
    is_known = "OpenBCI" in content.comments or _HEADBAND.match(name)
    return "uV" if channel is Channel.EEG and is_known else ""


def _clock(content: table.Table, numbers: Sequence[int]) -> int | None:
    """The column that says when each row was; None without one."""
    clock = next((i for i, h in enumerate(content.headings) if is_time(h) and i not in numbers), None)
    if clock is not None or content.has_headings or len(content.headings) < 2 or 0 in numbers:
        return clock
    return 0 if times.counts_rows(content, 0) and not is_index(content.headings[0]) else None


def _rates_and_values(
    content: table.Table, numbers: Sequence[int], wish: Wish
) -> tuple[list[float], list[Block], tuple[str, ...]]:
    clock = _clock(content, numbers)
    said = _RATE.search(content.comments)
    rate_hz = wish.rate_hz or (float(said[1]) if said and float(said[1]) > 0 else None)
    if rate_hz is None and clock is None:
        cells.numbers(content, numbers)  # a line that is no number is the better thing to tell
        raise BadRecording(
            f"{content.name} does not say how many samples a second it holds",
            "give --rate, such as --rate 250 (or --kind rr when each line is one interval in ms)",
        )
    if clock is None or (rate_hz is not None and wish.rate_hz is None):
        assert rate_hz is not None
        values = _counted(content, numbers)
        return [rate_hz] * len(values), values, ()
    if wish.rate_hz is not None:
        values = list(cells.numbers(content, numbers))
        return [wish.rate_hz] * len(values), values, _doubts(content, clock, wish.rate_hz)
    moments_s, *found = times.read(content, clock, numbers)
    rates, columns = [], []
    for one in found:
        own_hz, even = times.on_a_grid(content.name, moments_s, one)
        rates.append(own_hz)
        columns.append(even)
    return rates, columns, ()


def _counted(content: table.Table, numbers: Sequence[int]) -> list[Block]:
    """The columns, with gaps where a board's counter in the first column skips."""
    if "OpenBCI" not in content.comments or not is_index(content.headings[0]) or 0 in numbers:
        return list(cells.numbers(content, numbers))
    counter, *columns = cells.numbers(content, (0, *numbers))
    return packets.refilled(counter, columns)


def _doubts(content: table.Table, clock: int, rate_hz: float) -> tuple[str, ...]:
    """What the file's own times say against the rate it is read with."""
    own_hz = times.rate_of_beginning(content, clock)
    if own_hz is None or abs(own_hz / rate_hz - 1.0) <= LYING:
        return ()
    return (f"its times say {own_hz:.4g} samples a second, not {rate_hz:g}",)
