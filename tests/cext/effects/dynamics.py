"""The bench of the dynamics tests: steady levels, steps, and the detector written out sample by sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cext import effects
from cext.parts import Effect
from tests.cext.sound import RATE_HZ, db, through


def square(level_db: float, seconds: float, rate_hz: int = RATE_HZ) -> NDArray[np.float32]:
    """A square wave of 1.5 kHz: every sample has the same magnitude, so its level is no matter of opinion."""
    frames = int(seconds * rate_hz)
    wave = np.where(np.arange(frames) // (rate_hz // 3000) % 2, 1.0, -1.0) * 10 ** (level_db / 20)
    return np.stack([wave, wave]).astype(np.float32)


def gain_db(effect: Effect, sound: NDArray[np.float32], block: int = 4096) -> NDArray[np.float64]:
    """What the effect did to every sample of the left ear, in decibels; the sound has no zeros."""
    out = through(effect, sound, block)[0]
    late = effect.latency_frames
    return 20 * np.log10(np.abs(out[late:]) / np.abs(sound[0, : len(out) - late]) + 1e-9)


def settled_db(name: str, level_db: float, seconds: float = 0.3, **values: float | str) -> float:
    """The gain an effect comes to rest at for a steady level, the time constants being short."""
    return float(gain_db(effects.make(name, **values), square(level_db, seconds))[-1])


def soft(over_db: float, knee_db: float) -> float:
    """How far above a threshold, rounded over the knee (Giannoulis, Massberg and Reiss, equation 4)."""
    if 2 * abs(over_db) < knee_db:
        return (over_db + knee_db / 2) ** 2 / (2 * knee_db)
    return max(over_db, 0.0)


def share_done(gains_db: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much of the way from the first to the last gain is done, sample by sample."""
    return (gains_db - gains_db[0]) / (gains_db[-1] - gains_db[0])


def time_to_63_ms(gains_db: NDArray[np.float64]) -> float:
    """When 63.2 % of the way is done."""
    return float(np.argmax(share_done(gains_db) >= 1 - np.exp(-1)) / RATE_HZ * 1000)


def decoupled(
    wanted_db: NDArray[np.float64], attack_ms: float, fall_ms: float, rate_hz: float = RATE_HZ
) -> NDArray[np.float64]:
    """The smooth decoupled detector, equation 17, in double precision."""
    attack, fall = (np.exp(-1000 / (ms * rate_hz)) for ms in (attack_ms, fall_ms))
    peak = smooth = 0.0
    out = np.empty(len(wanted_db))
    for index, wanted in enumerate(wanted_db):
        peak = max(wanted, fall * peak + (1 - fall) * wanted)
        smooth = attack * smooth + (1 - attack) * peak
        out[index] = smooth
    return out


def null_db(got: NDArray[np.float64], wanted: NDArray[np.float64]) -> float:
    """What remains when the wanted sound is taken from the one got, relative to the wanted."""
    return db(float(np.sqrt(np.mean((got - wanted) ** 2) / np.mean(wanted**2))))
