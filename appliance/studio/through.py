"""Sound through effects: a file keeps its length and its place in time, whatever looks ahead on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from appliance.errors import Misused
from appliance.studio.files import Progress, Samples, SoundReader, no_progress
from appliance.studio.writer import SoundWriter, writable
from cext import effects
from cext.parts import Effect

LONGEST_TAIL_S = 600.0
TICK = 64  # frames of the bus that a listening effect looks at


@contextmanager
def asked() -> Iterator[None]:
    """What the kernels refuse of a person's words, as misuse with its remedy."""
    try:
        yield
    except Misused:
        raise
    except ValueError as error:
        what, _, remedy = str(error).partition("; ")
        raise Misused(what, remedy or "see `echoel effects`") from error


def made(name: str, rate_hz: float, values: Mapping[str, Any]) -> Effect:
    """One effect. Raises Misused for a name, a parameter or a value that is in no table."""
    with asked():
        return effects.make(name, rate_hz, **values)


def through(blocks: Iterator[Samples], effect: Effect | Listening, tail_frames: int = 0) -> Iterator[Samples]:
    """Change stereo blocks in place and hand them on, in time with what came in.

    What the effect holds back is fetched at the end with silence; tail_frames more let it ring on.
    """
    late = effect.latency_frames
    for block in blocks:
        effect.process(block)
        if late < block.shape[1]:
            yield block[:, late:]
            late = 0
        else:
            late -= block.shape[1]
    left = effect.latency_frames + tail_frames
    while left:
        block = np.zeros((2, min(left, 65_536)), np.float32)
        left -= block.shape[1]
        effect.process(block)
        if late < block.shape[1]:
            yield block[:, late:]
        late = max(0, late - block.shape[1])


class Listening:
    """An effect that listens to another sound; where that one ends, it hears silence."""

    def __init__(self, effect: Effect, key: Iterator[Samples]) -> None:
        self.effect = effect
        self.latency_frames = effect.latency_frames
        self._key = key
        self._bus = np.zeros((2, TICK), np.float32)
        self._waiting = np.zeros((2, 0), np.float32)
        self._offset = 0
        effect.listen(self._bus)  # type: ignore[attr-defined]

    def process(self, block: Samples) -> None:
        """Change the block in place, tick by tick, the other sound beside it."""
        done, frames = 0, block.shape[1]
        while done < frames:
            if self._offset == 0:
                self._bus[:] = self._next()
            part = min(TICK - self._offset, frames - done)
            now = np.ascontiguousarray(block[:, done : done + part])
            self.effect.process(now)
            block[:, done : done + part] = now
            self._offset = (self._offset + part) % TICK
            done += part

    def _next(self) -> Samples:
        while self._waiting.shape[1] < TICK:
            block = next(self._key, None)
            more = np.zeros((2, TICK), np.float32) if block is None else block
            self._waiting = np.concatenate((self._waiting, more), axis=1)
        tick, self._waiting = self._waiting[:, :TICK], self._waiting[:, TICK:]
        return tick


def run_file(
    source: Path,
    out: Path,
    make: Any,
    *,
    key: Path | None = None,
    tail_s: float = 0.0,
    progress: Progress = no_progress,
) -> dict[str, Any]:
    """One file through `make(rate_hz)` into another; returns what was done. Raises Misused, BadSound."""
    writable(out)
    if not 0.0 <= tail_s <= LONGEST_TAIL_S:
        raise Misused(
            f"a tail of {tail_s:g} s is outside 0 to {LONGEST_TAIL_S:g}", "it is how long to ring on"
        )
    with SoundReader(source) as sound:
        sound.need_stereo()
        with asked():
            effect = make(sound.rate_hz)
        if key is not None and not hasattr(effect, "listen"):
            raise Misused("this effect listens to no other sound", "leave --key out")
        tail = round(tail_s * sound.rate_hz)
        with SoundWriter(out, sound.rate_hz, 2, sound.frames + tail, sound.is_float) as file:
            if key is None:
                blocks = through(sound.stereo(progress), effect, tail)
                frames = _written(file, blocks)
            else:
                with SoundReader(key) as other:
                    listening = Listening(effect, other.stereo_at(sound.rate_hz))
                    blocks = through(sound.stereo(progress), listening, tail)
                    frames = _written(file, blocks)
        return {
            "out": str(out),
            "seconds": frames / sound.rate_hz,
            "rate_hz": sound.rate_hz,
            "latency_frames": effect.latency_frames,
            "readings": _readings(effect),
        }


def _written(file: SoundWriter, blocks: Iterator[Samples]) -> int:
    frames = 0
    for block in blocks:
        file.write(block)
        frames += block.shape[1]
    return frames


def _readings(effect: Effect) -> dict[str, float]:
    """What a meter has to say at the end; other effects say nothing."""
    read = getattr(effect, "readings", None)
    return dict(read()) if read is not None else {}
