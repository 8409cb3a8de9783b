"""A master: as loud as asked, no peak above the ceiling, quiet and loud parts near enough to each other.

The tone of the preset and the middle a little forward; a gentle compressor only where the loudness range is
above 7 LU; then one gain for the whole file and a true-peak limiter. The loudness that comes out is measured
and the gain put right until it is what was asked, so nothing ever turns the level during the piece.
Every pass reads the file anew: an hour needs no more memory than a minute.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from appliance.errors import Misused
from appliance.studio.errors import BadSound
from appliance.studio.files import Progress, Samples, SoundReader, no_progress
from appliance.studio.loudness import Loudness, measure
from appliance.studio.presets import BANDS, MASTER
from appliance.studio.through import made, through
from appliance.studio.writer import SoundWriter, writable
from cext.effects.routing import Chain
from cext.loudness import Meter
from cext.parts import Effect

LUFS = -13.0
CEILING_DBTP = -1.0
# Room under it for the longest filter that may look, and for what a lossy encoder adds.
_ROOM_DB = 0.3
RANGE_LU = 7.0
MIDDLE = 1.05
LEAST_LUFS, MOST_LUFS = -40.0, -6.0
_NEAR_LU = 0.02
_PASSES = 6
# A limiter that takes this much loudness away is heard; much more is not a master any more.
_HEARD_LU, _MOST_LIMITING_LU = 3.0, 12.0
# Gentle: never more than this ratio, and so slow that it follows phrases and not notes.
_MOST_RATIO = 3.0
_RELEASE_MS = 200.0


@dataclass
class Master:
    """What went in and what came out. notes: what could not be reached, and why, in sentences."""

    out: str
    before: Loudness
    after: Loudness
    gain_db: float
    compression_ratio: float
    passes: int
    notes: list[str] = field(default_factory=list)

    def data(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "out": self.out,
            "before": self.before.data(),
            "after": self.after.data(),
            "gain_db": round(self.gain_db, 3),
            "compression_ratio": round(self.compression_ratio, 2),
            "passes": self.passes,
            "notes": self.notes,
        }


@dataclass(frozen=True)
class _Wish:
    lufs: float
    preset: str
    strength: float


def master(
    source: Path,
    out: Path,
    *,
    lufs: float = LUFS,
    preset: str = "clean",
    strength: float = 1.0,
    progress: Progress = no_progress,
) -> Master:
    """Make a track ready to hand out.

    lufs: how loud, -40 to -6. strength: 0..1, how far towards all this to go; 0 only keeps the ceiling.
    Raises Misused, BadSound, StorageFull.
    """
    if not LEAST_LUFS <= lufs <= MOST_LUFS:
        raise Misused(
            f"{lufs:g} LUFS is outside {LEAST_LUFS:g} to {MOST_LUFS:g}", f"the usual is --lufs {LUFS:g}"
        )
    if not 0.0 <= strength <= 1.0:
        raise Misused(f"a strength of {strength:g} is outside 0 to 1", "1 is all of it, 0 nothing")
    writable(out)
    with SoundReader(source) as sound:
        sound.need_stereo()
        return _Work(sound, out, _Wish(lufs, preset, strength), progress).done()


class _Work:
    """The passes over one file."""

    def __init__(self, sound: SoundReader, out: Path, wish: _Wish, progress: Progress) -> None:
        self.sound, self.out, self.wish, self.progress = sound, out, wish, progress
        self.ratio = 1.0
        self.threshold_db = 0.0
        self.notes: list[str] = []
        self.passes = 0

    def done(self) -> Master:
        before, toned = self._before()
        if toned.integrated_lufs is None:
            return self._as_it_is(before)
        target = toned.integrated_lufs + self.wish.strength * (self.wish.lufs - toned.integrated_lufs)
        if toned.range_lu > RANGE_LU and self.wish.strength > 0.0:
            toned = self._compressed(toned)
        assert toned.integrated_lufs is not None
        gain_db, after = self._to(target, target - toned.integrated_lufs, toned.true_peak_dbtp)
        assert after.integrated_lufs is not None
        self._told(after, target, toned.integrated_lufs + gain_db - after.integrated_lufs)
        return Master(str(self.out), before, after, gain_db, self.ratio, self.passes, self.notes)

    def _before(self) -> tuple[Loudness, Loudness]:
        """The file as it is, and with the preset's tone; as one file only where that is the same."""
        raw = Meter(self.sound.rate_hz, self.sound.channels)

        def heard() -> Iterator[Samples]:
            for block in self._read():
                raw.feed(block[: self.sound.channels])
                yield block

        toned = measure(self._shaped(heard()), self.sound.rate_hz, 2)
        return Loudness.of(raw), toned

    def _compressed(self, toned: Loudness) -> Loudness:
        """Find the ratio that brings the range to 7 LU, gently; returns what is behind it."""
        assert toned.integrated_lufs is not None
        # Everything from the quiet parts up is above the threshold, so their distance shrinks evenly.
        self.threshold_db = max(-80.0, toned.integrated_lufs - toned.range_lu)
        least, most = 1.0, 1.0 + self.wish.strength * (_MOST_RATIO - 1.0)
        found = toned
        self.ratio = min(most, toned.range_lu / RANGE_LU)
        for _ in range(3):
            found = measure(self._shaped(self._read()), self.sound.rate_hz, 2)
            if RANGE_LU - 0.5 <= found.range_lu <= RANGE_LU or (
                self.ratio == most and found.range_lu > RANGE_LU
            ):
                break
            self.ratio = min(most, max(least, self.ratio * found.range_lu / (RANGE_LU - 0.2)))
        return found

    def _to(self, target: float, gain_db: float, peak_db: float | None) -> tuple[float, Loudness]:
        """Put the gain right until the file is as loud as asked, then write it."""
        start = target - gain_db
        known: list[tuple[float, float]] = []
        # Where the limiter has nothing to do, the loudness is known beforehand.
        while peak_db is not None and peak_db + gain_db > CEILING_DBTP - 1.0:
            found = self._limited(gain_db, None).integrated_lufs
            assert found is not None
            known.append((gain_db, found))
            taken = start + gain_db - found
            if abs(target - found) <= _NEAR_LU or len(known) == _PASSES or taken > _MOST_LIMITING_LU:
                break
            gain_db += (target - found) * _slope(known)
        return gain_db, self._written(gain_db)

    def _written(self, gain_db: float) -> Loudness:
        with SoundWriter(self.out, self.sound.rate_hz, 2, self.sound.frames) as file:
            return self._limited(gain_db, file)

    def _limited(self, gain_db: float, file: SoundWriter | None) -> Loudness:
        self.passes += 1
        rate_hz = self.sound.rate_hz
        values = {"ceiling_dbtp": CEILING_DBTP - _ROOM_DB, "release_ms": _RELEASE_MS}
        gain = np.float32(10 ** (gain_db / 20))
        meter = Meter(rate_hz, 2, has_peaks=file is not None)
        louder = _louder(self._shaped(self._read()), gain)
        for block in through(louder, made("true_peak_limiter", rate_hz, values)):
            meter.feed(block)
            if file is not None:
                file.write(block)
        return Loudness.of(meter)

    def _as_it_is(self, before: Loudness) -> Master:
        """Silence, or too short to measure: only the ceiling is kept."""
        self.notes.append(
            "there is nothing to measure the loudness of, so only the ceiling was kept: "
            + ("it is silent" if before.peak_dbfs is None else "it is too short or too quiet")
        )
        return Master(str(self.out), before, self._written(0.0), 0.0, 1.0, self.passes, self.notes)

    def _told(self, after: Loudness, target: float, limiting_lu: float) -> None:
        if limiting_lu > _HEARD_LU:
            self.notes.append(
                f"the limiter takes {limiting_lu:.1f} LU away, which is heard; ask for less with --lufs"
            )
        if after.integrated_lufs is not None and abs(after.integrated_lufs - target) > 0.05:
            self.notes.append(
                f"it came to {after.integrated_lufs:.2f} LUFS instead of {target:.2f}: "
                "more would only be limiting"
            )
        if after.range_lu > RANGE_LU + 0.05 and self.wish.strength > 0.0:
            self.notes.append(
                f"the loudness range is {after.range_lu:.1f} LU, above {RANGE_LU:g}: "
                "more compression than this would be heard"
            )

    def _read(self) -> Iterator[Samples]:
        return self.sound.stereo(self.progress)

    def _shaped(self, blocks: Iterable[Samples]) -> Iterator[Samples]:
        """The middle a little forward, the preset's tone, the compressor where there is one."""
        middle = np.float32(0.5 * (MIDDLE - 1.0) * self.wish.strength)
        shaped = _forward(blocks, middle) if middle else iter(blocks)
        shaping = self._shaping()
        return through(shaped, Chain(shaping)) if shaping else shaped

    def _shaping(self) -> list[Effect]:
        tone, rate_hz = MASTER[self.wish.preset], self.sound.rate_hz
        gains = (tone.low_db, tone.middle_db, tone.high_db)
        found = [
            made(name, rate_hz, {"frequency_hz": hz, "q": q, "gain_db": self.wish.strength * gain})
            for (name, hz, q), gain in zip(BANDS, gains, strict=True)
            if gain and hz < 0.45 * rate_hz
        ]
        if self.ratio > 1.0:
            values = {
                "threshold_db": self.threshold_db,
                "ratio": self.ratio,
                "knee_db": 12.0,
                "attack_ms": 150.0,
                "release_ms": 600.0,
            }
            found.append(made("compressor", rate_hz, values))
        return found


def _forward(blocks: Iterable[Samples], share: np.float32) -> Iterator[Samples]:
    """The middle of left and right louder by twice this share."""
    for block in blocks:
        more = (block[0] + block[1]) * share
        block += more
        yield block


def _louder(blocks: Iterable[Samples], gain: np.float32) -> Iterator[Samples]:
    for block in blocks:
        block *= gain
        yield block


def _slope(known: list[tuple[float, float]]) -> float:
    """How much gain one more LU took between the last two passes, 1 to 3; 1 at first."""
    if len(known) < 2 or math.isclose(known[-1][1], known[-2][1], abs_tol=1e-3):
        return 1.0
    (before_db, before), (now_db, now) = known[-2:]
    return min(3.0, max(1.0, (now_db - before_db) / (now - before)))


__all__ = ["BadSound", "Master", "master"]
