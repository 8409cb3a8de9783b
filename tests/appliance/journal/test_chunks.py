"""Frames of several axes are kept axis by axis, so that a row of the journal has its rate."""

from __future__ import annotations

import numpy as np

from appliance.contracts import Channel, SensorFrame
from appliance.journal.chunks import Gatherer


def test_several_axes_in_a_frame_become_a_chunk_each() -> None:
    gatherer = Gatherer()
    values = np.arange(30.0).reshape(10, 3)
    assert gatherer.add(SensorFrame("s", Channel.MOTION, 0, 0.0, 0.2, values, 50.0, "g")) == []
    chunks = gatherer.finish()
    assert [chunk.channel for chunk in chunks] == ["motion.1", "motion.2", "motion.3"]
    for axis, chunk in enumerate(chunks):
        np.testing.assert_array_equal(np.frombuffer(chunk.samples, "<f4"), values[:, axis])
