"""Pitch shifting beside its peers: how fast, and how near to what was really played at the other pitch.

Truth is synthesised: a chord of harmonic tones with vibrato over clicks, played at the shifted pitch. Three
figures a shift: the log-spectral distance to the truth (dB, windows of 4096, the upper 60 dB), how much of a
steady chord's energy lies off its partials (dB), and how much of a click's further than 5 ms from its moment
(dB). The control is the truth itself with a fault built in: each figure must show it.

Run: python -m tests.bench.effects_pitch. Peers: pedalboard, ffmpeg (rubberband filter), rubberband (its finer
engine, not in real time), sox; those that are not installed are left out, with the reason.
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from cext import effects, fft
from tests.bench import peers
from tests.bench.rows import Row, show

RATE_HZ = 48_000
SECONDS = 6.0
SHIFTS = (4.0, -7.0, 12.0)
CHORD_HZ = (196.0, 246.94, 293.66, 392.0)
CLICKS_S = np.arange(0.5, SECONDS - 0.3, 0.531)
Sound = NDArray[np.float32]
Shift = Callable[[Sound, float], Sound]
_PEDALBOARD = """
import sys
from pedalboard import PitchShift
from pedalboard.io import AudioFile
with AudioFile(sys.argv[1]) as file:
    sound, rate_hz = file.read(file.frames), file.samplerate
with AudioFile(sys.argv[2], "w", rate_hz, 2, bit_depth=32) as file:
    file.write(PitchShift(float(sys.argv[3]))(sound, rate_hz))
"""


def chord(semitones: float, vibrato_cents: float) -> NDArray[np.float64]:
    """Four voices of 12 falling harmonics; the vibrato of each has its own speed, deep in cents."""
    time_s = np.arange(int(SECONDS * RATE_HZ)) / RATE_HZ
    out = np.zeros_like(time_s)
    depth = math.log(2) / 1200 * vibrato_cents
    for index, base_hz in enumerate(CHORD_HZ):
        speed_hz = 4.7 + 0.4 * index
        turns = time_s - depth * np.cos(2 * np.pi * speed_hz * time_s) / (2 * np.pi * speed_hz)
        for harmonic in range(1, 13):
            hz = base_hz * harmonic * 2 ** (semitones / 12)
            out += 0.1 / harmonic * np.sin(2 * np.pi * hz * turns + harmonic * index)
    return out


def clicks(level: float = 0.8) -> NDArray[np.float64]:
    """Short bursts that have no pitch: the same at every shift."""
    out = np.zeros(int(SECONDS * RATE_HZ))
    burst = np.random.default_rng(7).standard_normal(96) * np.exp(-np.arange(96) / 24)
    for moment_s in CLICKS_S:
        at = int(moment_s * RATE_HZ)
        out[at : at + 96] += level * burst / np.abs(burst).max()
    return out


def both(sound: NDArray[np.float64]) -> Sound:
    """The same for both ears."""
    return np.stack([sound, sound]).astype(np.float32)


def distance_db(sound: Sound, truth: NDArray[np.float64]) -> float:
    """Root mean square of the difference in dB, bin by bin, where the truth is within 60 dB of its peak."""
    rows = []
    window = np.hanning(4096)
    for x in (sound[0], truth):
        cuts = np.lib.stride_tricks.sliding_window_view(x[RATE_HZ // 2 : -RATE_HZ // 2], 4096)[::1024]
        rows.append(np.abs(np.fft.rfft(cuts * window)) ** 2)
    floor = rows[1].max() * 1e-6
    rows[0] *= rows[1].sum() / rows[0].sum()
    return float(np.sqrt(np.mean((10 * np.log10((rows[0] + floor) / (rows[1] + floor))) ** 2)))


def off_partials_db(sound: Sound, semitones: float) -> float:
    """Energy further than 6 Hz from every partial, against all of it."""
    x = sound[0, RATE_HZ:-RATE_HZ].astype(np.float64)
    power = np.abs(np.fft.rfft(x * np.blackman(len(x)))) ** 2
    hz = np.fft.rfftfreq(len(x), 1 / RATE_HZ)
    is_off = hz > 20
    for base_hz in CHORD_HZ:
        for harmonic in range(1, 13):
            is_off &= np.abs(hz - base_hz * harmonic * 2 ** (semitones / 12)) > 6
    return float(10 * np.log10(power[is_off].sum() / power.sum() + 1e-15))


def smear_db(sound: Sound) -> float:
    """Energy of clicks further than 5 ms from the moment of each, against all of it."""
    x = sound[0].astype(np.float64) ** 2
    near = np.zeros(len(x), bool)
    for moment_s in CLICKS_S:
        at = int((moment_s + 0.0005) * RATE_HZ)
        near[at - 240 : at + 240] = True
    return float(10 * np.log10(x[~near].sum() / x.sum() + 1e-15))


def ours(sound: Sound, semitones: float) -> Sound:
    """The effect of this project, its latency taken out."""
    effect = effects.make("pitch_shift", semitones=semitones)
    late = effect.latency_frames
    block = np.ascontiguousarray(np.pad(sound, ((0, 0), (0, late))))
    effect.process(block)
    return block[:, late:]


def _by_command(make: Callable[[str, str, float], list[str]]) -> Shift:
    def shifted(sound: Sound, semitones: float) -> Sound:
        with tempfile.TemporaryDirectory() as folder:
            before, after = str(Path(folder) / "in.wav"), str(Path(folder) / "out.wav")
            soundfile.write(before, sound.T, RATE_HZ, subtype="FLOAT")
            subprocess.run(make(before, after, semitones), check=True, capture_output=True)
            return np.ascontiguousarray(soundfile.read(after, dtype="float32", always_2d=True)[0].T)

    return shifted


def _ffmpeg(before: str, after: str, semitones: float) -> list[str]:
    chain = f"rubberband=pitch={2 ** (semitones / 12)}"
    return ["ffmpeg", "-y", "-threads", "1", "-i", before, "-af", chain, "-c:a", "pcm_f32le", after]


def _rubberband(before: str, after: str, semitones: float) -> list[str]:
    return ["rubberband", "-3", "-q", "-p", str(semitones), before, after]


def _sox(before: str, after: str, semitones: float) -> list[str]:
    return ["sox", before, "-e", "float", "-b", "32", after, "pitch", str(100 * semitones)]


def _pedalboard(before: str, after: str, semitones: float) -> list[str]:
    return [str(peers.python("pedalboard>=0.9.16")), "-c", _PEDALBOARD, before, after, str(semitones)]


COMMANDS = {"ffmpeg": _ffmpeg, "rubberband": _rubberband, "sox": _sox}


def others() -> dict[str, Shift]:
    """Whoever is installed here."""
    found: dict[str, Shift] = {}
    try:
        peers.python("pedalboard>=0.9.16")
        found["pedalboard"] = _by_command(_pedalboard)
    except peers.NoPeer:
        pass
    return found | {name: _by_command(make) for name, make in COMMANDS.items() if shutil.which(name)}


def aligned(sound: Sound, truth: NDArray[np.float64]) -> Sound:
    """Moved in time so that its clicks fall on those of the truth: not every peer says how late it is."""
    step = 48
    size = 1 << math.ceil(math.log2(2 * max(len(truth), sound.shape[1]) / step))

    def shape(x: NDArray[np.float64]) -> NDArray[np.complex128]:
        x = np.diff(x, 3)  # clicks stand out of the chord
        cut = x[: len(x) // step * step].reshape(-1, step)
        level = np.sqrt(np.mean(cut**2, axis=1))
        return np.asarray(np.fft.rfft(level - level.mean(), size))

    match = np.fft.irfft(shape(sound[0].astype(np.float64)) * np.conj(shape(truth)), size)
    late = int(np.argmax(match))
    late = (late - size if late > size // 2 else late) * step
    frames = len(truth)
    moved = np.zeros((2, frames), np.float32)
    begin, end = max(0, late), min(sound.shape[1], frames + late)
    moved[:, begin - late : end - late] = sound[:, begin:end]
    return moved


def cost_ns(shift: Shift, sound: Sound, rounds: int = 3) -> float:
    """Processor time a stereo frame, the least of some rounds; a short run, the start, is taken off."""

    def spent() -> float:
        now = os.times()
        return now.children_user + now.children_system

    def least(part: Sound) -> float:
        times = []
        for _ in range(rounds):
            begin = time.process_time() if shift is ours else spent()
            shift(part, 4.0)
            end = time.process_time() if shift is ours else spent()
            times.append(end - begin)
        return min(times)

    long = np.tile(sound, (1, 4))
    return float((least(long) - least(sound)) / (long.shape[1] - sound.shape[1]) * 1e9)


def quality(shift: Shift, semitones: float) -> tuple[float, float, float]:
    """The three figures of one shifter at one shift."""
    mixed = aligned(shift(both(chord(0, 25) + clicks()), semitones), chord(semitones, 25) + clicks())
    alone = aligned(shift(both(clicks()), semitones), clicks())
    return (
        distance_db(mixed, chord(semitones, 25) + clicks()),
        off_partials_db(shift(both(chord(0, 0)), semitones)[:, : int(SECONDS * RATE_HZ)], semitones),
        smear_db(alone),
    )


def control() -> tuple[float, float, float]:
    """The truth with a fault: partials 15 cents flat, 1 % of crackle, clicks doubled 12 ms later."""
    truth = chord(0, 25)
    late = clicks() + 0.3 * np.roll(clicks(), 576)
    rough = both(chord(0, 0) + 0.01 * np.random.default_rng(1).standard_normal(len(truth)))
    return distance_db(both(chord(-0.15, 25)), truth), off_partials_db(rough, 0.0), smear_db(both(late))


def _transform_ns(size: int) -> tuple[float, str, float, bool, str, float]:
    """Nanoseconds a frame and channel, there and back, ours and NumPy's pocketfft in float32."""
    own = min(fft.nanoseconds(size, 2_000_000 // size) for _ in range(5)) / (2 * size)
    sound = np.random.default_rng(1).uniform(-1, 1, (64, size)).astype(np.float32)
    times = []
    for _ in range(20):
        begin = time.process_time()
        np.fft.irfft(np.fft.rfft(sound), size)
        times.append(time.process_time() - begin)
    return own, "ns/frame", 4.8, True, "pocketfft", min(times) / sound.size * 1e9


FIGURES = (("spectral distance", "dB"), ("off the partials", "dB"), ("click beyond 5 ms", "dB"))


def rows() -> Iterator[Row]:
    """The table; the peer of each row is the best of those that are there."""
    found = others()
    sound = both(chord(0, 25) + clicks())
    mine = cost_ns(ours, sound)
    for name, shift in found.items():
        goal = {"pedalboard": 5.0, "ffmpeg": 3.0}.get(name)
        theirs = cost_ns(shift, sound)
        title = f"pitch_shift of a file: times faster than {name}"
        yield Row(title, theirs / mine, "x", goal, False, f"{name}, ns/frame; ours {mine:.3g}", theirs)
    yield Row("pitch_shift", mine, "ns/frame", 240.0)
    yield from (Row(f"FFT of {size} and back", *_transform_ns(size)) for size in (1024, 2048, 4096))
    for semitones in SHIFTS:
        own = quality(ours, semitones)
        beside = {name: quality(shift, semitones) for name, shift in found.items()}
        for index, (figure, unit) in enumerate(FIGURES):
            best = {n: v[index] for n, v in beside.items() if n in ("pedalboard", "ffmpeg")}
            peer = min(best, key=lambda n: best[n]) if best else None
            goal = best[peer] if peer else None
            said = ", ".join(f"{n} {v[index]:.2f}" for n, v in beside.items())
            yield Row(f"pitch_shift, {figure} at {semitones:+g} [{said}]", own[index], unit, goal)
    for (figure, unit), value in zip(FIGURES, control(), strict=True):
        goal = 1.0 if figure == "spectral distance" else -45.0
        yield Row(f"control: {figure} of a faulty truth", value, unit, goal, False)


if __name__ == "__main__":
    show(rows())
