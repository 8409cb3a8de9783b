"""Beats inside electrode motion: clean records with recorded noise added, as the Noise Stress Test does it.

Five clean minutes, then two noisy and two clean ones in turn. The noise is scaled to the record by the height
of its QRS complexes: the mean of their peaks to peaks without the lowest and highest twentieth, squared and
divided by eight, is the signal's power (Moody, Muldrow and Mark, Computers in Cardiology 1984, 381).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.sensors.recordings import load
from cext import beats
from tests.bench.beats_accuracy import BEATS, matched, read_annotations

Array = NDArray[np.float64]
RATE_HZ = 360.0
FIRST_S, NOISY_S = 300.0, 120.0
RECORDS = ("101", "106", "116", "118", "119", "205", "220", "230")


@dataclass(frozen=True)
class Noise:
    """Recorded noise, one lead, and the power of the QRS complexes it was recorded at 0 dB to."""

    samples: Array
    qrs_power: float


def beats_of(header: Path) -> Array:
    """Every annotated beat of a record, seconds."""
    samples, codes = read_annotations(header.with_suffix(".atr"))
    kept: Array = samples[np.isin(codes, list(BEATS))] / RATE_HZ
    return kept


def qrs_power(values: Array, truth_s: Array) -> float:
    """The power of a record's QRS complexes, from its first five minutes."""
    half = round(0.05 * RATE_HZ)
    places = (truth_s[truth_s < FIRST_S] * RATE_HZ).astype(int)
    heights = np.sort([np.ptp(values[max(0, at - half) : at + half + 1]) for at in places])
    cut = len(heights) // 20
    return float(np.mean(heights[cut : len(heights) - cut]) ** 2 / 8)


def noise_of(folder: Path) -> Noise:
    """The electrode motion of the database: what was added to record 118 at 6 dB, in mV."""
    with np.load(folder / "nstdb" / "noise_from_118e06.npz") as file:
        samples = file["noise"][:, 0].astype(np.float64) / 200.0
    header = folder / "mitdb" / "118.hea"
    power = qrs_power(load(header, kind="ecg", column="1").values, beats_of(header))
    return Noise(samples, power / 10 ** (6 / 10))


def noisy(
    values: Array, truth_s: Array, noise: Noise, snr_db: float
) -> tuple[Array, list[tuple[float, float]]]:
    """The record with noise, and the spans it lies in, seconds."""
    scale = np.sqrt(qrs_power(values, truth_s) / noise.qrs_power / 10 ** (snr_db / 10))
    mixed, spans, used, start_s = values.copy(), [], 0, FIRST_S
    while start_s * RATE_HZ < len(values) and used < len(noise.samples):
        first = round(start_s * RATE_HZ)
        count = min(round(NOISY_S * RATE_HZ), len(values) - first, len(noise.samples) - used)
        mixed[first : first + count] += scale * noise.samples[used : used + count]
        spans.append((start_s, start_s + count / RATE_HZ))
        used += count
        start_s += 2 * NOISY_S
    return mixed, spans


def inside(times_s: Array, spans: list[tuple[float, float]]) -> NDArray[np.bool_]:
    """Which times lie in one of the spans."""
    within = np.zeros(len(times_s), dtype=bool)
    for start_s, end_s in spans:
        within |= (times_s >= start_s) & (times_s <= end_s)
    return within


def counts(folder: Path, noise: Noise, record: str, snr_db: float) -> tuple[int, int, int]:
    """Right, invented and missed beats inside the noise of one record."""
    header = folder / "mitdb" / f"{record}.hea"
    truth_s = beats_of(header)
    mixed, spans = noisy(load(header, kind="ecg", column="1").values, truth_s, noise, snr_db)
    events = beats.make("ecg", RATE_HZ).feed(mixed)
    found_s = np.array([event.time_s for event in events if event.kind == "confirmed"])
    truth_s, found_s = truth_s[inside(truth_s, spans)], found_s[inside(found_s, spans)]
    right = len(matched(truth_s, found_s))
    return right, len(found_s) - right, len(truth_s) - right


def f1(folder: Path, snr_db: float, records: tuple[str, ...] = RECORDS) -> float:
    """F1 inside the noise over all beats of some records, percent."""
    noise = noise_of(folder)
    right, invented, missed = np.sum([counts(folder, noise, one, snr_db) for one in records], axis=0)
    return float(200 * right / (2 * right + invented + missed))
