"""A sensor's clock on the box's, through drift, late deliveries and reboots."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.sensors.clock_map import ClockMap

DELAYS = ("uniform", "exponential", "half normal")


def delays_s(kind: str, count: int, seed: int, scale_s: float = 0.03) -> NDArray[np.float64]:
    chance = np.random.default_rng(seed)
    if kind == "uniform":
        return chance.uniform(0.0, scale_s, count)
    if kind == "exponential":
        return chance.exponential(scale_s, count)
    return np.abs(chance.normal(0.0, scale_s, count))


def errors_s(
    clock: ClockMap, delays: NDArray[np.float64], rate_hz: float, drift: float, start_s: float = 0.0
) -> NDArray[np.float64]:
    """How wrong each delivery was placed; nothing overtakes on the line."""
    out, arrived_s = [], 0.0
    for number, delay_s in enumerate(delays):
        sensor_s = start_s + number / rate_hz
        true_s = 900.0 + (sensor_s - start_s) * (1.0 + drift)
        arrived_s = max(arrived_s, true_s + delay_s)
        out.append(clock.box_time_s(sensor_s, sensor_s, arrived_s) - true_s)
    return np.array(out)


@pytest.mark.parametrize("kind", DELAYS)
@pytest.mark.parametrize("drift", [1e-4, -1e-4])
def test_after_a_minute_of_drift_and_jitter_the_error_is_below_two_milliseconds(
    kind: str, drift: float
) -> None:
    for seed in range(4):
        clock = ClockMap()
        found = errors_s(clock, delays_s(kind, 1600, seed), 25.0, drift)
        assert np.abs(found[1500:]).max() < 2e-3
        assert np.abs(found[1500:]).max() < clock.uncertainty_s
        assert clock.drift_ppm == pytest.approx(drift * 1e6, abs=60.0)


def test_the_first_delivery_alone_would_fail_that() -> None:
    delays = delays_s("uniform", 1600, 0)
    control = delays[0] - 1e-4 * np.arange(1600) / 25.0
    assert np.abs(control[1500:]).max() > 2e-3


def test_what_is_not_known_yet_is_said_to_be_uncertain() -> None:
    clock = ClockMap()
    assert clock.uncertainty_s == np.inf
    early = []
    for number, delay_s in enumerate(delays_s("uniform", 1500, 1)):
        clock.box_time_s(number / 25.0, number / 25.0, number / 25.0 + delay_s)
        early.append(clock.uncertainty_s)
    assert early[-1] < early[50] < 0.05
    assert clock.jitter_s == pytest.approx(0.0285, abs=0.003)


def test_a_reboot_sets_the_clock_anew_at_once() -> None:
    clock = ClockMap()
    errors_s(clock, delays_s("uniform", 500, 2), 25.0, 0.0, start_s=5_000.0)
    assert clock.box_time_s(0.0, 0.0, 77.0) == pytest.approx(77.0)
    assert clock.steps == 1


@pytest.mark.parametrize("step_s", [0.5, -0.5])
def test_a_clock_that_was_set_is_followed_within_seconds(step_s: float) -> None:
    clock = ClockMap()
    delays = delays_s("uniform", 1000, 3)
    for number, delay_s in enumerate(delays):
        sensor_s = 100.0 + number / 25.0 - (step_s if number > 500 else 0.0)
        mapped_s = clock.box_time_s(sensor_s, sensor_s, number / 25.0 + delay_s)
        if number > 500 + 8 * 25:
            assert mapped_s == pytest.approx(number / 25.0, abs=0.005)
    assert clock.steps == 1


def test_a_late_burst_moves_nothing() -> None:
    clock = ClockMap()
    delays = delays_s("uniform", 1000, 4)
    delays[600:650] += 1.5
    assert np.abs(errors_s(clock, delays, 25.0, 5e-5)[500:]).max() < 3e-3
    assert clock.steps == 0
