"""What the decoders of boards with several inputs share: which input measures what, in which unit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from appliance.contracts import Channel
from appliance.sensors.decoders.tracks import Input

# Units of voltages, and how many of them are a microvolt.
_VOLTAGES: dict[Channel, tuple[str, float]] = {
    Channel.EEG: ("uV", 1.0),
    Channel.ECG: ("mV", 1e-3),
}


def voltages(channels: Sequence[Channel]) -> tuple[tuple[Input, ...], NDArray[np.float64]]:
    """Inputs named 1, 2, ... and the factor from microvolts to each one's unit, shape (inputs, 1)."""
    units = [_VOLTAGES.get(channel, ("uV", 1.0)) for channel in channels]
    inputs = tuple(
        Input(str(number), channel, unit)
        for number, (channel, (unit, _)) in enumerate(zip(channels, units, strict=True), start=1)
    )
    return inputs, np.array([[factor] for _, factor in units])


AXES = tuple(Input(axis, Channel.MOTION, "g") for axis in "xyz")
