"""The ffmpeg command, for the kinds of file that libsndfile does not know."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from appliance.studio.errors import BadSound, EncoderMissing


def convert(path: Path, *words: str) -> None:
    """Run the ffmpeg command without a word; what it complains of becomes an error about `path`."""
    program = need(path)
    command = [program, "-nostdin", "-v", "error", "-y", *words]
    finished = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if finished.returncode:
        lines = finished.stderr.strip().splitlines() or ["no reason given"]
        raise BadSound(f"{path} cannot be converted: {lines[-1]}", "give a WAV file")


def need(path: Path) -> str:
    """Where the ffmpeg command is. Raises EncoderMissing."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise EncoderMissing(
            f"{path} needs the ffmpeg command, which is not installed",
            "install ffmpeg, or use WAV, FLAC, OGG or MP3",
        )
    return program
