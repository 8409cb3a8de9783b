"""Every effect that pedalboard also has, beside it: a call a block of 128 from Python, and all in one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from time import thread_time_ns
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cext import effects
from cext.graph import Chain
from cext.parts import Effect
from tests.bench import peers
from tests.bench.rows import Row

RATE_HZ = 48_000
BLOCK = 128
SCRIPT = Path(__file__).with_name("peer_pedalboard.py")


class Job(NamedTuple):
    """One job: ours as rows of (name, values), the peer's expression, how many times faster we want to be."""

    name: str
    ours: tuple[tuple[str, dict[str, Any]], ...]
    peer: str
    goal: float = 2.0
    seconds: float = 10.0


def _one(name: str, peer: str, goal: float = 2.0, seconds: float = 10.0, **values: Any) -> Job:
    return Job(name, ((name, values),), peer, goal, seconds)


_BELL = "PeakFilter(cutoff_frequency_hz={}, gain_db=3, q=1)"
_BANDS = (60.0, 150.0, 400.0, 1000.0, 2500.0, 5000.0, 9000.0, 14_000.0)
_EIGHT = "Pedalboard([{}])".format(", ".join(_BELL.format(hz) for hz in _BANDS))
_CONSOLE = (
    ("highpass", {"cutoff_hz": 40.0}),
    ("low_shelf", {"frequency_hz": 100.0, "gain_db": 2.0}),
    ("peak", {"frequency_hz": 1500.0, "gain_db": -3.0}),
    ("high_shelf", {"frequency_hz": 8000.0, "gain_db": 2.0}),
    ("compressor", {"threshold_db": -20.0}),
    ("freeverb", {}),
    ("limiter", {}),
)
_CONSOLE_PEER = (
    "Pedalboard([HighpassFilter(40), LowShelfFilter(100, 2), PeakFilter(1500, -3, 1), "
    "HighShelfFilter(8000, 2), Compressor(-20, 4, 10, 100), Reverb(), Limiter(-1)])"
)

JOBS = (
    _one("gain", "Gain(-6)", gain_db=-6.0),
    _one("channel_tools", "Invert()", route="stereo", left_polarity="inverted", right_polarity="inverted"),
    # Clipping as the peer does it, every corner folding back; then as we do it unless told otherwise.
    _one("hard_clip", "Clipping(-6)", antialias="off"),
    _one("hard_clip", "Clipping(-6)", 0.0),
    _one("bitcrusher", "Bitcrush(8)"),
    _one("overdrive", "Distortion(24)", drive_db=24.0),
    _one("compressor", "Compressor(-20, 4, 10, 100)", threshold_db=-20.0),
    _one("noise_gate", "NoiseGate(-30, 10, 1, 100)"),
    _one("limiter", "Limiter(-3, 100)"),
    _one("limiter", "BrickwallLimiter(-1)"),
    _one("true_peak_limiter", "BrickwallLimiter(-1, true_peak=True)"),
    _one("lowpass", "LowpassFilter(1000)", cutoff_hz=1000.0),
    _one("highpass", "HighpassFilter(100)", cutoff_hz=100.0),
    _one("low_shelf", "LowShelfFilter(100, 3)", gain_db=3.0),
    _one("high_shelf", "HighShelfFilter(8000, 3)", gain_db=3.0),
    _one("peak", "PeakFilter(1000, 3, 1)", gain_db=3.0),
    _one("ladder", "LadderFilter(LadderFilter.LPF24, 1000, 0.3)", cutoff_hz=1000.0),
    Job("parametric_eq, eight bands", (("parametric_eq", {}),), _EIGHT, 10.0),
    _one("delay", "Delay(0.3, 0.4, 0.5)"),
    _one("chorus", "Chorus()"),
    _one("phaser", "Phaser()"),
    _one("freeverb", "Reverb()"),
    _one("convolution", "Convolution(room, 1.0, 48000)", 50.0, 2.0),
    _one("pitch_shift", "PitchShift(4)", 5.0, 4.0, semitones=4.0),
    _one("codec", "GSMFullRateCompressor()", 2.0, 4.0),
    _one("sample_rate_reducer", "Resample(24000)", 2.0, 4.0),
    Job("EQ x4, compressor, reverb, limiter", _CONSOLE, _CONSOLE_PEER, 4.0),
)


def sound(seconds: float) -> NDArray[np.float32]:
    """A tone in noise, as the peer gets it, shape (2, frames)."""
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    noise = np.random.default_rng(1).standard_normal((2, len(time_s)))
    return np.asarray(0.3 * np.sin(2 * np.pi * 220 * time_s) + 0.1 * noise, np.float32)


def built(job: Job) -> Effect:
    """Our side of a job: one effect, or a chain of them in one call."""
    made = []
    for name, values in job.ours:
        if name == "convolution":
            values = {**values, "impulse": _room()}
        made.append(effects.make(name, float(RATE_HZ), **values))
    return made[0] if len(made) == 1 else Chain(made)


def least_ns(work: Callable[[], None], frames: int, rounds: int = 5) -> float:
    """Nanoseconds a frame of this thread, the least of several rounds."""
    best = float("inf")
    for _ in range(rounds):
        before = thread_time_ns()
        work()
        best = min(best, thread_time_ns() - before)
    return best / frames


def ours_ns(job: Job) -> tuple[float, float]:
    """(inside one call, a call a block of 128)."""
    effect = built(job)
    whole = sound(job.seconds)
    frames = whole.shape[1] // BLOCK * BLOCK
    blocks = [np.ascontiguousarray(whole[:, k : k + BLOCK]) for k in range(0, frames, BLOCK)]
    process = effect.process

    def calls() -> None:
        for block in blocks:
            process(block)

    inside = least_ns(lambda: process(whole), whole.shape[1])
    return inside, least_ns(calls, frames)


def rows() -> Iterator[Row]:
    """Both figures of every job; the ratio is ours over the peer's, the goal its inverse."""
    try:
        interpreter = peers.python("pedalboard>=0.9.16")
        theirs = _peer(interpreter)
    except peers.NoPeer as missing:
        theirs = [None] * len(JOBS)
        reason = str(missing)
    else:
        reason = None
    for job, peer in zip(JOBS, theirs, strict=True):
        try:
            measured = ours_ns(job)
        except (ValueError, ImportError) as missing:
            yield Row(job.name, None, "ns/frame", reason=str(missing))
            continue
        for place, where in enumerate(("inside", "a call a block")):
            value = measured[place]
            other = peer[place] if peer else None
            yield Row(
                f"{job.name}{'' if job.goal else ' as it comes'}, {where}: times faster",
                other / value if other else None,
                "x",
                job.goal or None,
                False,
                f"{job.peer.split('(')[0]} of pedalboard, ns/frame; ours {value:.3g}",
                other,
                reason,
            )


def _peer(interpreter: Path) -> list[list[float]]:
    asked = json.dumps([[job.peer, job.seconds, 2 if job.goal >= 50 else 4] for job in JOBS])
    found: list[list[float]] = peers.ask(interpreter, SCRIPT, stdin=asked)
    return found


def _room() -> NDArray[np.float32]:
    room = np.random.default_rng(2).standard_normal((2, RATE_HZ)) * np.exp(-np.arange(RATE_HZ) / 8000)
    return np.asarray(0.05 * room, np.float32)
