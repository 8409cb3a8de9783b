"""A sensor's clock on the box's after a minute, and a day of samples: none lost, none invented."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from appliance.sensors.clock_map import ClockMap
from appliance.sensors.decoders.wearable import WearableDecoder
from appliance.sensors.gaps import GapWatch
from firmware import wire
from tests.bench.rows import Row

RUNS = 40


def rows(hours: float) -> Iterator[Row]:
    """Clock mapping, then the long stream."""
    for name in ("uniform", "exponential", "half normal"):
        worst_s, covered = _clock(name, 25.0)
        yield Row(
            f"clock after 60 s, 100 ppm, 30 ms {name} jitter: worst of {RUNS}", 1e3 * worst_s, "ms", 2.0
        )
        yield Row("  its own uncertainty covers", 100.0 * covered, "%", 95.0, is_lower_better=False)
    worst_s, _ = _clock("uniform", 1.0)
    yield Row("  the same with one delivery a second", 1e3 * worst_s, "ms")
    yield from _long(hours)


def _clock(kind: str, rate_hz: float) -> tuple[float, float]:
    errors, covered = [], []
    for seed in range(RUNS):
        chance = np.random.default_rng(seed)
        count = int(60 * rate_hz) + 1
        delays = {
            "uniform": lambda c=chance, n=count: c.uniform(0.0, 0.03, n),
            "exponential": lambda c=chance, n=count: c.exponential(0.03, n),
            "half normal": lambda c=chance, n=count: np.abs(c.normal(0.0, 0.03, n)),
        }[kind]()
        clock, arrived_s, wrong_s = ClockMap(), 0.0, 0.0
        drift = (1e-4, -1e-4)[seed % 2]
        for number, delay_s in enumerate(delays.tolist()):
            sensor_s = number / rate_hz
            true_s = 50.0 + sensor_s * (1.0 + drift)
            arrived_s = max(arrived_s, true_s + delay_s)
            wrong_s = abs(clock.box_time_s(sensor_s, sensor_s, arrived_s) - true_s)
        errors.append(wrong_s)
        covered.append(wrong_s <= clock.uncertainty_s)
    return max(errors), float(np.mean(covered))


def _long(hours: float) -> Iterator[Row]:
    """A wearable of 250 Hz whose crystal is 80 ppm off, late by up to 30 ms, in frames of 100 ms."""
    encoder, decoder, gaps = wire.Encoder(boot=3), WearableDecoder("a"), GapWatch()
    chance = np.random.default_rng(9)
    step, drift = 25, 8e-5
    count = int(hours * 3600 * 250 / step)
    sent = received = wrong = 0
    expected = 0
    worst_s = 0.0
    late_s = chance.uniform(0.0, 0.03, count)
    blocks = [
        wire.Samples("ecg", 250.0, 1.0, list(range(first, first + step))).pack()
        for first in range(0, 25_000, step)
    ]
    for number in range(count):
        line = encoder.line(wire.SAMPLES, number * 100, blocks[number % len(blocks)])
        sent += step
        true_s = 10.0 + number * 0.1 * (1.0 + drift)
        for frame in decoder.feed(line, true_s + 0.096 + late_s[number]):
            gaps.saw(frame)
            first = expected % 25_000
            values = frame.values
            wrong += int(values[0] != first or values[-1] != first + step - 1 or len(values) != step)
            expected += len(values)
            received += len(values)
            if number > 600:
                worst_s = max(worst_s, abs(frame.sensor_time_s - true_s))
    yield Row(f"{hours:g} h of 250 Hz: samples lost", max(sent - received, 0) + wrong, "", 0)
    yield Row(
        f"{hours:g} h of 250 Hz: samples invented, gaps told", max(received - sent, 0) + len(gaps.gaps), "", 0
    )
    yield Row(f"{hours:g} h of 250 Hz: worst time error after a minute", 1e3 * worst_s, "ms", 2.0)
