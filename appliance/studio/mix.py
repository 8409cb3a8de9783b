"""A mix: beat and voice, or one song, through the studio's chain.

The voice through a high-pass and a de-esser, both with their gain, added; then three bands of tone,
a compressor (10 ms, 200 ms, 4:1), an echo that stands for a room, and a limiter that only limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from appliance.errors import Misused
from appliance.studio.advice import Heard, advise
from appliance.studio.files import Progress, Samples, SoundReader, no_progress
from appliance.studio.loudness import Loudness
from appliance.studio.master import Master, master
from appliance.studio.presets import BANDS
from appliance.studio.sliders import Sliders
from appliance.studio.spectrum import Listener
from appliance.studio.through import made, through
from appliance.studio.writer import SoundWriter, writable
from cext.effects.routing import Chain
from cext.loudness import Meter
from cext.parts import Effect

CEILING = 0.95
_LOWEST_CEILING = 0.5
# The echo: what goes in, what comes out, how long and how strong from one end of the slider to the other.
_ECHO_IN, _ECHO_OUT = 0.8, 0.88
_ECHO_MS = (20, 60)
_ECHO_DECAY = (0.2, 0.8)


@dataclass
class Mixed:
    """What came out, how the sliders stood, and why."""

    out: str
    sliders: Sliders
    reasons: tuple[str, ...]
    after: Loudness
    master: Master | None

    def data(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "out": self.out,
            "sliders": self.sliders.data(),
            "reasons": list(self.reasons),
            "after": self.after.data(),
            "master": None if self.master is None else self.master.data(),
        }


def mix(
    beat: Path,
    voice: Path | None,
    out: Path,
    sliders: Sliders,
    *,
    is_advised: bool = False,
    is_mastered: bool = False,
    preset: str = "clean",
    progress: Progress = no_progress,
) -> Mixed:
    """Mix a beat and a voice, or one song alone; as long as the longer of the two.

    is_advised: let the analyser turn the sliders from where they stand. is_mastered: master the mix as well,
    with the preset's tone and the sliders' master_strength. Raises Misused, BadSound, StorageFull.
    """
    writable(out)
    with SoundReader(beat) as low, _other(voice, low) as high:
        reasons: tuple[str, ...] = ()
        if is_advised:
            heard = _heard(low, progress)
            advice = advise(heard, None if high is None else _heard(high, progress), sliders)
            sliders, reasons = advice.sliders, advice.reasons
        frames = max(low.frames, high.frames if high else 0)
        if not is_mastered:
            with SoundWriter(out, low.rate_hz, 2, frames) as file:
                after = _write(low, high, file, sliders.at_strength(), progress)
            return Mixed(str(out), sliders, reasons, after, None)
        rough = SoundWriter(out.with_name(f"{out.name}.mix.wav"), low.rate_hz, 2, frames)
        try:
            _write(low, high, rough, sliders.at_strength(), progress)
            strength = sliders.master_strength
            finished = master(rough.unnamed(), out, preset=preset, strength=strength, progress=progress)
        finally:
            rough.discard()
        return Mixed(str(out), sliders, reasons, finished.after, finished)


def chain(sliders: Sliders, rate_hz: float) -> Effect:
    """The studio's chain with its sliders so; what stands at 0 is left out."""
    found = []
    gains = (sliders.eq_low, sliders.eq_mid, sliders.eq_high)
    for (name, hz, q), gain in zip(BANDS, gains, strict=True):
        if gain and hz < 0.45 * rate_hz:
            found.append(made(name, rate_hz, {"frequency_hz": hz, "q": q, "gain_db": gain}))
    if sliders.compression:
        values = {
            "threshold_db": -10.0 - 10.0 * sliders.compression,
            "ratio": 4.0,
            "attack_ms": 10.0,
            "release_ms": 200.0,
        }
        found.append(made("compressor", rate_hz, values))
    if sliders.reverb:
        found += _echo(sliders.reverb, rate_hz)
    ceiling = CEILING * (_LOWEST_CEILING / CEILING) ** sliders.limiter
    found.append(made("true_peak_limiter", rate_hz, {"ceiling_dbtp": 20 * np.log10(ceiling)}))
    return Chain(found)


def _echo(slider: float, rate_hz: float) -> list[Effect]:
    """out * (in * sound + decay * sound, some milliseconds later), from a mix and a gain."""
    time_ms = round(_ECHO_MS[0] + slider * (_ECHO_MS[1] - _ECHO_MS[0]))
    decay = _ECHO_DECAY[0] + slider * (_ECHO_DECAY[1] - _ECHO_DECAY[0])
    both = _ECHO_IN + decay
    delay = {"time_ms": time_ms, "feedback": 0.0, "mix": decay / both}
    gain = {"gain_db": 20 * np.log10(_ECHO_OUT * both)}
    return [made("delay", rate_hz, delay), made("gain", rate_hz, gain)]


class _other:  # noqa: N801
    """The voice's file, open as long as the beat's, or nothing."""

    def __init__(self, path: Path | None, beat: SoundReader) -> None:
        self._file: SoundReader | None = None
        beat.need_stereo()
        if path is None:
            return
        self._file = SoundReader(path)
        try:
            self._file.need_stereo()
        except Misused:
            self._file.close()
            raise

    def __enter__(self) -> SoundReader | None:
        return self._file

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()


def _heard(sound: SoundReader, progress: Progress) -> Heard:
    meter, listener = Meter(sound.rate_hz, 2), Listener(sound.rate_hz)
    for block in sound.stereo(progress):
        meter.feed(block)
        listener.feed(block)
    return Heard(Loudness.of(meter), listener.content())


def _write(
    beat: SoundReader, voice: SoundReader | None, file: SoundWriter, sliders: Sliders, progress: Progress
) -> Loudness:
    meter = Meter(beat.rate_hz, 2)
    sound = _gained(beat.stereo(progress), sliders.beat_gain)
    if voice is not None:
        sound = _added(sound, _sung(voice, sliders, beat.rate_hz))
    for block in through(sound, chain(sliders, beat.rate_hz)):
        meter.feed(block)
        file.write(block)
    return Loudness.of(meter)


def _sung(voice: SoundReader, sliders: Sliders, rate_hz: int) -> Iterator[Samples]:
    found = []
    if sliders.hpf_hz >= 10.0:
        found.append(made("highpass", rate_hz, {"cutoff_hz": sliders.hpf_hz}))
    if sliders.deess_amount:
        found.append(made("de_esser", rate_hz, {"range_db": 18.0 * sliders.deess_amount}))
    blocks = _gained(voice.stereo_at(rate_hz), sliders.vocal_gain)
    return through(blocks, Chain(found)) if found else blocks


def _gained(blocks: Iterator[Samples], gain_db: float) -> Iterator[Samples]:
    gain = np.float32(10 ** (gain_db / 20))
    for block in blocks:
        if gain != 1.0:
            block *= gain
        yield block


def _added(one: Iterator[Samples], other: Iterator[Samples]) -> Iterator[Samples]:
    """Both together, as long as the longer, however they come in blocks."""
    waiting = [np.zeros((2, 0), np.float32) for _ in range(2)]
    sources: list[Iterator[Samples] | None] = [one, other]
    while True:
        for i, source in enumerate(sources):
            if source is not None and not waiting[i].shape[1]:
                block = next(source, None)
                if block is None:
                    sources[i] = None
                else:
                    waiting[i] = block
        lengths = [part.shape[1] for part in waiting if part.shape[1]]
        if not lengths:
            return
        frames = min(lengths)
        heard = [part[:, :frames] for part in waiting if part.shape[1]]
        yield np.ascontiguousarray(sum(heard[1:], heard[0]))
        waiting = [part[:, frames:] for part in waiting]
