"""How loud a file is and how high its peaks are, in one pass."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from appliance.studio.files import Progress, Samples, SoundReader, no_progress
from cext.loudness import Meter


@dataclass(frozen=True)
class Loudness:
    """Figures after ITU-R BS.1770-4 and EBU Tech 3341 and 3342; None where there was nothing to measure.

    integrated_lufs is None for silence and below 0.4 s, short_max_lufs below one hop of 10 ms.
    """

    seconds: float
    rate_hz: int
    channels: int
    integrated_lufs: float | None
    range_lu: float
    momentary_max_lufs: float | None
    short_max_lufs: float | None
    true_peak_dbtp: float | None
    peak_dbfs: float | None

    @classmethod
    def of(cls, meter: Meter) -> Loudness:
        """What a meter has heard so far."""
        return cls(
            meter.frames / meter.rate_hz,
            round(meter.rate_hz),
            meter.channels,
            _known(meter.integrated_lufs),
            meter.range_lu,
            _known(meter.momentary_max),
            _known(meter.short_max),
            _known(meter.true_peak_dbtp),
            _known(meter.peak_dbfs),
        )

    def data(self) -> dict[str, Any]:
        """The figures for JSON, rounded to what means something."""
        return {key: round(v, 3) if isinstance(v, float) else v for key, v in asdict(self).items()}


def measure(blocks: Iterable[Samples], rate_hz: float, channels: int) -> Loudness:
    """The loudness of blocks of shape (channels, frames)."""
    meter = Meter(rate_hz, channels)
    for block in blocks:
        meter.feed(block)
    return Loudness.of(meter)


def measure_file(path: Path | str, progress: Progress = no_progress) -> Loudness:
    """The loudness of a file, 1 to 8 channels. Raises BadSound."""
    with SoundReader(path) as sound:
        return measure(sound.blocks(progress), sound.rate_hz, sound.channels)


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
