"""A sound that takes another time at the same pitch, or has another pitch for the same time, or both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.errors import Misused
from appliance.studio.files import Progress, Samples, SoundReader, no_progress
from appliance.studio.through import made, through
from appliance.studio.writer import SoundWriter, writable
from cext.effects.pitch.stretch import TimeStretch

LEAST, MOST = 0.25, 8.0


@dataclass(frozen=True)
class Stretched:
    """What was done, and how long the sound was and is."""

    out: str
    by: float
    semitones: float
    seconds_before: float
    seconds: float
    rate_hz: int

    def data(self) -> dict[str, Any]:
        """The same for JSON."""
        return {**vars(self)}


def stretch(
    source: Path,
    out: Path,
    by: float,
    semitones: float = 0.0,
    *,
    progress: Progress = no_progress,
) -> Stretched:
    """Make a sound so many times longer, to the frame: 1.25 is slower, 0.8 faster, 0.25 to 8.

    semitones: how far it is moved in pitch besides, -24 to 24. Raises Misused, BadSound, StorageFull.
    """
    if not LEAST <= by <= MOST:
        raise Misused(
            f"{by:g} times as long is outside {LEAST:g} to {MOST:g}", "2 is half the speed, 0.5 twice"
        )
    made("pitch_shift", 48_000.0, {"semitones": semitones})
    writable(out)
    with SoundReader(source) as sound:
        sound.need_stereo()
        # Where no pitch moves, a gain of 0 dB only takes what is no sound (NaN, infinity) for silence.
        name, knob = ("pitch_shift", "semitones") if semitones else ("gain", "gain_db")
        blocks = through(sound.stereo(progress), made(name, sound.rate_hz, {knob: semitones}))
        frames = 0
        with SoundWriter(out, sound.rate_hz, 2, round(by * sound.frames), sound.is_float) as file:
            for block in _longer(blocks, by, sound.rate_hz):
                file.write(block)
                frames += block.shape[1]
        return Stretched(str(out), by, semitones, sound.seconds, frames / sound.rate_hz, sound.rate_hz)


def _longer(blocks: Iterator[Samples], by: float, rate_hz: int) -> Iterator[Samples]:
    if by == 1.0:
        yield from blocks
        return
    work = TimeStretch(by, rate_hz)
    for block in blocks:
        yield work.feed(block)
    yield work.finish()
