"""The pulse wave: a systolic peak and the foot before it, a pair for every beat."""

from __future__ import annotations

import numpy as np
import pytest

from cext import beats
from tests.cext.hearts import beat_times, ppg

LENGTH_S = 60.0


def events(rate_hz: float, sign: float = 1.0) -> list[beats.Event]:
    return beats.make("ppg", rate_hz).feed(sign * ppg(beat_times(LENGTH_S), LENGTH_S, rate_hz))


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 250.0, 1000.0])
def test_every_peak_has_its_foot_told_with_it(rate_hz: float) -> None:
    told = [event for event in events(rate_hz) if event.kind != "provisional"]
    assert len(told) > 100
    for peak, foot in zip(told[0::2], told[1::2], strict=True):
        assert (peak.kind, foot.kind) == ("confirmed", "foot")
        assert foot.found_s == peak.found_s
        assert 0.08 < peak.time_s - foot.time_s < 0.25


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_feet_keep_the_hearts_time(sign: float) -> None:
    feet = np.array([event.time_s for event in events(250.0, sign) if event.kind == "foot"])
    truth = beat_times(LENGTH_S)[-len(feet) :]
    assert np.std(feet - truth) < 0.012


def test_an_ecg_has_no_feet() -> None:
    signal = np.random.default_rng(1).standard_normal(2500)
    assert all(event.kind != "foot" for event in beats.make("ecg", 250.0).feed(signal))
