"""Three ways to sound, and what each turns: one row a preset, for a mix and for a master."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tone:
    """Three bands, dB: low shelf at 100 Hz, peak at 1500 Hz with Q 2, high shelf at 10 kHz."""

    low_db: float = 0.0
    middle_db: float = 0.0
    high_db: float = 0.0


@dataclass(frozen=True)
class MixPreset:
    """The sliders of a mix: tone, and compression, reverb and limiter from 0 to 1."""

    tone: Tone
    compression: float
    reverb: float
    limiter: float


MIX = {
    "warm": MixPreset(Tone(2.0, -1.0, -1.5), 0.4, 0.15, 0.2),
    "clean": MixPreset(Tone(0.0, -2.0, 0.0), 0.3, 0.0, 0.0),
    "bright": MixPreset(Tone(-1.0, 0.0, 3.0), 0.3, 0.1, 0.1),
}
MASTER = {
    "warm": Tone(1.0, 0.0, -1.0),
    "clean": Tone(),
    "bright": Tone(-0.5, 0.0, 1.5),
}
# Where the three bands stand: effect, its frequency and its Q.
BANDS = (("low_shelf", 100.0, 0.7071), ("peak", 1_500.0, 2.0), ("high_shelf", 10_000.0, 0.7071))
