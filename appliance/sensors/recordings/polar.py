"""Polar .hrm files: settings in sections, then one RR interval a line under [HRData].

Raises BadRecording for the watch's other modes, which hold averages.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from appliance.contracts import Channel
from appliance.errors import BadRecording
from appliance.sensors.recordings import intervals
from appliance.sensors.recordings.recording import Source, Stream, Wish

# `Interval=238` says that each line is one RR interval; other numbers say seconds between averages.
_RR_MODE = "238"


def open_source(path: Path, wish: Wish) -> Source:
    """Open the RR intervals of a Polar file. Raises BadRecording."""
    text = path.read_text(encoding="latin-1")
    if wish.kind not in (None, Channel.RR):
        raise BadRecording(f"{path.name} can hold RR intervals only", "leave out --kind")
    mode = re.search(r"(?im)^Interval=(\d+)", text)
    head, mark, data = text.partition("[HRData]")
    if not mark:
        raise BadRecording(f"{path.name} has no section [HRData]", "export it again from the watch's program")
    if mode is not None and mode[1] != _RR_MODE:
        raise BadRecording(
            f"{path.name} holds a heart rate every {mode[1]} s, not single intervals",
            "record with RR mode switched on",
        )
    values = []
    first = head.count("\n") + 1
    for number, line in enumerate(data.splitlines(), start=first):
        if line.startswith("["):
            break
        if not line.strip():
            continue
        cell = line.split()[0]
        try:
            values.append(float(cell))
        except ValueError:
            raise BadRecording(
                f"{path.name} line {number} has {cell[:40]!r} where a number belongs",
                "repair or delete the line",
            ) from None
    found = intervals.recording(path.name, np.array(values, dtype=np.float64), "ms", "HRData")
    return Source(path.name, ("HRData",), lambda _: [Stream.of(found)])
