"""Loudness, description and mastering of a four-minute track, beside pyloudnorm and ffmpeg.

Whole files, processor seconds. pyloudnorm finds no true peak, ours and ffmpeg's do; a master of ours is the
whole command, with the start of the interpreter, as ffmpeg's two passes are.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

import numpy as np
import soundfile

from appliance.studio.describe import describe
from appliance.studio.loudness import measure_file
from cext.loudness import Meter
from tests.bench import peers
from tests.bench.rows import Row

RATE_HZ = 48_000
SECONDS = 240
_NORMAL = "loudnorm=I=-13:TP=-1:LRA=7"
_COMMAND = "from appliance.studio.verbs.master import command; command()"


def rows() -> Iterator[Row]:
    """Every figure; a peer that is missing leaves its row without one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        track = folder / "track.wav"
        soundfile.write(track, _track().T, RATE_HZ, subtype="PCM_16")
        yield from _meter()
        ours = _least(lambda: measure_file(track))
        yield _times(
            "loudness and true peak of a file: times faster than", "pyloudnorm", ours, _pyloudnorm, track
        )
        yield _times("loudness and true peak of a file: times faster than", "ffmpeg", ours, _ebur128, track)
        yield from _master(track, folder)
        yield Row(
            "tempo, key, loudness and peaks of a file",
            SECONDS / _least(lambda: describe(track), 1),
            "x real",
            is_lower_better=False,
            reason="no goal",
        )


def _meter() -> Iterator[Row]:
    sound = _track()[:, : 30 * RATE_HZ]
    for name, has_peaks, goal in (("I, M, S and range", False, 4.0), ("the same and true peak", True, 10.0)):

        def measure(has_peaks: bool = has_peaks) -> None:
            Meter(RATE_HZ, 2, has_peaks=has_peaks).feed(sound)

        yield Row(f"meter: {name}, stereo", _least(measure) / sound.shape[1] * 1e9, "ns/frame", goal)


def _times(what: str, name: str, ours: float, peer: Callable[[Path], float], track: Path) -> Row:
    try:
        theirs = peer(track)
    except peers.NoPeer as missing:
        return Row(f"{what} {name}", None, "x", 4.0, False, reason=str(missing))
    return Row(f"{what} {name}", theirs / ours, "x", 4.0, False, f"{name}, s; ours {ours:.3g}", theirs)


def _pyloudnorm(track: Path) -> float:
    interpreter = peers.python("pyloudnorm>=0.1", "soundfile>=0.13")
    found = [peers.ask(interpreter, Path(__file__).with_name("studio_peer.py"), str(track)) for _ in range(3)]
    return min(float(run["whole_s"]) for run in found)


def _ebur128(track: Path) -> float:
    words = [*_ffmpeg(track), "-af", "ebur128=peak=true", "-f", "null", "-"]
    return min(peers.processor_s(words) for _ in range(3))


def _master(track: Path, folder: Path) -> Iterator[Row]:
    words = [sys.executable, "-c", _COMMAND, str(track), "--out", str(folder / "ours.wav")]
    ours = min(peers.processor_s(words) for _ in range(2))
    yield _times(
        "master of a 4-minute track: times faster than", "loudnorm in two passes", ours, _loudnorm, track
    )
    for name in ("ours", "theirs"):
        if (file := folder / f"{name}.wav").exists():
            found = measure_file(file)
            away = abs((found.integrated_lufs or 0.0) + 13.0)
            yield Row(f"master, {name}: away from -13 LUFS", away, "LU", 0.05 if name == "ours" else None)
            peak = found.true_peak_dbtp
            yield Row(f"master, {name}: true peak", peak, "dBTP", -1.0 if name == "ours" else None)


def _loudnorm(track: Path) -> float:
    listen = [*_ffmpeg(track), "-af", f"{_NORMAL}:print_format=json", "-f", "null", "-"]
    quiet = ["-v", "error"]
    listen = [word for word in listen if word not in quiet]
    said = subprocess.run(listen, capture_output=True, text=True).stderr
    found = json.loads(re.findall(r"\{[^{}]*\}", said)[-1])
    measured = ":".join(
        f"{theirs}={found[key]}"
        for theirs, key in (
            ("measured_I", "input_i"),
            ("measured_TP", "input_tp"),
            ("measured_LRA", "input_lra"),
            ("measured_thresh", "input_thresh"),
            ("offset", "target_offset"),
        )
    )
    write = [
        *_ffmpeg(track),
        "-af",
        f"{_NORMAL}:linear=true:{measured}",
        "-ar",
        str(RATE_HZ),
        "-c:a",
        "pcm_s24le",
    ]
    return peers.processor_s(listen) + peers.processor_s([*write, str(track.with_name("theirs.wav"))])


def _ffmpeg(track: Path) -> list[str]:
    return [peers.program("ffmpeg"), "-nostdin", "-v", "error", "-threads", "1", "-i", str(track)]


def _track() -> np.ndarray:
    """Beats, hats, a bass line and chords that breathe, about -20 LUFS; 30 s, repeated."""
    time_s = np.arange(30 * RATE_HZ) / RATE_HZ
    random = np.random.default_rng(1)
    kick = np.sin(2 * np.pi * 55 * (time_s % 0.5)) * np.exp(-10 * (time_s % 0.5))
    hat = np.exp(-50 * (time_s % 0.25)) * random.standard_normal((2, len(time_s)))
    bass = np.sin(2 * np.pi * 82.4 * time_s) * np.exp(-3 * (time_s % 1.0))
    chord = sum(np.sin(2 * np.pi * hz * time_s + hz) for hz in (164.8, 247.0, 329.6, 415.3, 659.3))
    swell = 0.7 + 0.3 * np.sin(2 * np.pi * time_s / 15.0)
    part = 0.35 * kick + 0.03 * hat + 0.15 * bass + 0.05 * swell * chord
    return np.tile(part, (1, SECONDS // 30)).astype(np.float32)


def _least(work: Callable[[], object], runs: int = 3) -> float:
    spent = []
    for _ in range(runs):
        began_s = process_time()
        work()
        spent.append(process_time() - began_s)
    return min(spent)


if __name__ == "__main__":
    from tests.bench.rows import show

    show(rows())
