"""Effects beside programs from Debian: ffmpeg's filters, csound's opcodes, Faust's libraries compiled by gcc.

Nanoseconds of processor time a stereo frame; what only reads and writes the sound is subtracted from each
peer. The goal is to be ahead of the best of them; csound and Faust run blocks of 128.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import soundfile

from tests.bench import csound, peers
from tests.bench.effects_speed import RATE_HZ, Job, ours_ns, sound
from tests.bench.rows import Row

SECONDS = 60.0
# ffmpeg is quick and reads a file: a short one would be lost in what reading varies by.
FFMPEG_SECONDS = 240.0
_ARCHITECTURE = """
#include <stdio.h>
#include <time.h>
#include "faust/gui/meta.h"
#include "faust/gui/UI.h"
#include "faust/dsp/dsp.h"
<<includeIntrinsic>>
<<includeclass>>
static float in[2][128], out[2][128];
int main() {
    mydsp *d = new mydsp(); d->init(48000);
    unsigned seed = 1; double best = 1e9; float *ins[2] = {in[0], in[1]}, *outs[2] = {out[0], out[1]};
    for (int c = 0; c < 2; c++) for (int j = 0; j < 128; j++) {
        seed = seed * 1664525u + 1013904223u; in[c][j] = 0.3f * ((int)seed / 2147483648.0f); }
    for (int round = 0; round < 6; round++) {
        timespec a, b; clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
        for (int k = 0; k < 3750; k++) d->compute(128, ins, outs);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
        double ns = (b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec);
        if (ns < best) best = ns; }
    printf("%g\\n", best / (3750.0 * 128.0)); return 0; }
"""
_NOISE = "a1 rand 0.3\na2 rand 0.3\n"


class Rivals(NamedTuple):
    """One job and how each program does it; an empty string where it does not."""

    name: str
    ours: tuple[tuple[str, dict[str, Any]], ...]
    ffmpeg: str = ""
    opcode: str = ""
    faust: str = ""
    ffmpeg_goal: float | None = 1.0
    goal: float | None = 1.0


JOBS = (
    Rivals(
        "parametric_eq, eight bands",
        (("parametric_eq", {}),),
        ",".join(f"equalizer=f={hz}:t=q:w=1:g=3" for hz in (60, 150, 400, 1000, 2500, 5000, 9000, 14000)),
        ffmpeg_goal=5.0,
    ),
    Rivals(
        "compressor",
        (("compressor", {"threshold_db": -20.0}),),
        "acompressor=threshold=0.1:ratio=4:attack=10:release=100",
        "ab1 compress2 a1, a1, -90, -20, -20, 4, 0.01, 0.1, 0.002\n"
        "ab2 compress2 a2, a2, -90, -20, -20, 4, 0.01, 0.1, 0.002",
        "co.compressor_stereo(4,-20,0.01,0.1)",
    ),
    Rivals(
        "freeverb",
        (("freeverb", {}),),
        "",
        "ab1, ab2 freeverb a1, a2, 0.7, 0.3",
        "re.stereo_freeverb(0.84,0.84,0.2,23)",
    ),
    Rivals(
        "chorus",
        (("chorus", {}),),
        "chorus=0.7:0.9:25:0.4:0.5:2",
        "k1 oscili 0.002, 0.5, 1\nk2 = 0.02 + k1\nad interp k2\n"
        "ab1 vdelay3 a1, ad * 1000, 50\nab2 vdelay3 a2, ad * 1000, 50",
    ),
    Rivals(
        "phaser",
        (("phaser", {}),),
        "",
        "k1 oscili 500, 0.5, 1\nab1 phaser1 a1, 1000 + k1, 6, 0.3\nab2 phaser1 a2, 1000 + k1, 6, 0.3",
        "pf.phaser2_stereo(6,1000,100,1.5,1500,0.5,1,0.3,0)",
    ),
    Rivals(
        "ladder",
        (("ladder", {"cutoff_hz": 1000.0}),),
        "",
        "ab1 moogladder a1, 1000, 0.3\nab2 moogladder a2, 1000, 0.3",
        "par(i,2,ve.moogLadder(0.0417,2))",
    ),
    # ffmpeg's "aphaser" is one swaying delay line and no all-passes: a flanger.
    # Faust's other one: four linear poles without the soft limit that ours and moogLadder have.
    Rivals("ladder", (("ladder", {"cutoff_hz": 1000.0}),), faust="par(i,2,ve.moog_vcf(0.3,1000))", goal=None),
    Rivals(
        "flanger",
        (("flanger", {}),),
        "aphaser=type=t:speed=0.5:decay=0.4",
        "",
        "pf.flanger_stereo(480,100,200,1,0.5,0.5,0)",
        None,
        None,
    ),
    Rivals("delay", (("delay", {}),), "aecho=1:0.6:300:0.4", "", "par(i,2,+~(@(14399)*0.4))", None, None),
    Rivals(
        "pitch_shift", (("pitch_shift", {"semitones": 4.0}),), "rubberband=pitch=1.259921", ffmpeg_goal=3.0
    ),
)


def rows() -> Iterator[Row]:
    """How many times faster than each program that is here."""
    for job in JOBS:
        try:
            ours, _ = ours_ns(Job(job.name, job.ours, "", seconds=2.0))
        except (ValueError, ImportError) as missing:
            yield Row(job.name, None, "ns/frame", reason=str(missing))
            continue
        for program, work, goal in (
            ("ffmpeg", job.ffmpeg, job.ffmpeg_goal),
            ("csound", job.opcode, job.goal),
            ("Faust", job.faust, job.goal),
        ):
            if not work:
                continue
            name = f"{job.name}: times faster than {program}"
            try:
                theirs = _MEASURES[program](work)
            except peers.NoPeer as missing:
                yield Row(name, None, "x", goal, False, reason=str(missing))
                continue
            yield Row(name, theirs / ours, "x", goal, False, f"{program}, ns/frame; ours {ours:.3g}", theirs)


def _ffmpeg(work: str) -> float:
    more = _ffmpeg_ns(work) - _ffmpeg_ns("anull")
    if more < 0.5:
        raise peers.NoPeer("less than ffmpeg's own reading and writing varies by")
    return more


@cache
def _ffmpeg_ns(work: str) -> float:
    program = peers.program("ffmpeg")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "in.wav"
        soundfile.write(file, sound(FFMPEG_SECONDS).T, RATE_HZ, subtype="FLOAT")
        words = [program, "-v", "error", "-threads", "1", "-i", str(file), "-af", work, "-f", "null", "-"]
        least = min(peers.processor_s(words, only_user=True) for _ in range(3))
    return least / (FFMPEG_SECONDS * RATE_HZ) * 1e9


def _csound(work: str) -> float:
    return max(0.01, _csound_ns(work))


@cache
def _csound_ns(work: str) -> float:
    if not csound.is_there():
        raise peers.NoPeer(csound.MISSING)
    body = _NOISE + work + "\nouts ab1, ab2"
    busy = csound.processor_s(body, SECONDS)
    source = csound.processor_s(_NOISE + "outs a1, a2", SECONDS)
    return (busy - source) / (SECONDS * RATE_HZ) * 1e9


@cache
def _faust(work: str) -> float:
    program = peers.program("faust")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bench.cpp").write_text(_ARCHITECTURE)
        (folder / "work.dsp").write_text(f'import("stdfaust.lib");\nprocess = {work};\n')
        written, built = folder / "work.cpp", folder / "work"
        for words in (
            [program, "-a", str(folder / "bench.cpp"), str(folder / "work.dsp"), "-o", str(written)],
            ["g++", "-O3", "-march=native", "-ffast-math", str(written), "-o", str(built)],
        ):
            finished = subprocess.run(words, capture_output=True, text=True)
            if finished.returncode:
                raise peers.NoPeer(f"{words[0]}: {finished.stderr.strip()[:150]}")
        return float(subprocess.run([str(built)], capture_output=True, text=True, check=True).stdout)


_MEASURES = {"ffmpeg": _ffmpeg, "csound": _csound, "Faust": _faust}


if __name__ == "__main__":
    from tests.bench.rows import show

    show(rows())
