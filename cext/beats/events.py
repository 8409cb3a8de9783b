"""What a detector says: one event a heartbeat, first provisional and soon after confirmed."""

from __future__ import annotations

from typing import NamedTuple

KINDS = ("provisional", "confirmed", "foot")


class Event(NamedTuple):
    """One heartbeat as a detector reports it.

    time_s: the R peak or systolic peak, seconds since the detector's first sample, between samples.
    found_s: signal time at which this was said; `found_s - time_s` is the latency.
    kind: "provisional" (early, may never be confirmed), "confirmed" (final, each beat once) or, for a pulse
    wave, "foot" (where its upstroke began, told just after the confirmed beat it belongs to).
    quality: 0..1, how far this beat stands out of what surrounds it.
    amplitude: height of the beat over its surroundings, in the unit of the signal.
    """

    time_s: float
    found_s: float
    kind: str
    quality: float
    amplitude: float
