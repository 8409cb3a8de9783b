"""Sound files, read in blocks, float32 of shape (channels, frames).

WAV, FLAC, OGG, MP3 and AIFF by libsndfile; AAC and M4A by the `ffmpeg` command, where it is installed.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
import soundfile
from numpy.typing import NDArray

from appliance.studio import ffmpeg
from appliance.studio.errors import BadSound, EncoderMissing, reason

Samples = NDArray[np.float32]
# How much of the work is done, 0..1.
Progress = Callable[[float], None]

BLOCK_FRAMES = 65_536
LEAST_RATE_HZ, MOST_RATE_HZ, MOST_CHANNELS = 8_000, 384_000, 8
# ending -> libsndfile's format and subtype; None: through ffmpeg.
KINDS: dict[str, tuple[str, str] | None] = {
    ".wav": ("WAV", "PCM_24"),
    ".flac": ("FLAC", "PCM_24"),
    ".ogg": ("OGG", "VORBIS"),
    ".mp3": ("MP3", "MPEG_LAYER_III"),
    ".aiff": ("AIFF", "PCM_24"),
    ".aif": ("AIFF", "PCM_24"),
    ".m4a": None,
    ".aac": None,
}

# Whole numbers are read as they are and scaled here, which is twice as fast; what a whole one is.
_WHOLE: dict[str, tuple[Any, np.float32]] = {
    "PCM_16": (np.int16, np.float32(2.0**-15)),
    "PCM_24": (np.int32, np.float32(2.0**-31)),
}


def no_progress(_: float) -> None:
    """Tell nobody."""


class SoundReader:
    """A sound file that is open to be read. Raises BadSound, EncoderMissing.

    rate_hz, channels, frames: what the file says of itself.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._file = self._open()
        self.rate_hz: int = self._file.samplerate
        self.channels: int = self._file.channels
        self.frames: int = self._file.frames
        try:
            self._check()
        except BadSound:
            self.close()
            raise

    @property
    def is_float(self) -> bool:
        """Whether it may hold peaks above full scale on purpose."""
        return self._folder is None and self._file.subtype in ("FLOAT", "DOUBLE")

    @property
    def seconds(self) -> float:
        """How long the sound is."""
        return self.frames / self.rate_hz

    def blocks(self, progress: Progress = no_progress) -> Iterator[Samples]:
        """The sound from its beginning, shape (channels, frames); a block is valid until the next."""
        kind, scale = _WHOLE.get(self._file.subtype, (np.float32, None))
        raw = np.empty((BLOCK_FRAMES, self.channels), kind)
        room = np.empty((self.channels, BLOCK_FRAMES), np.float32)
        done = 0
        try:
            self._file.seek(0)
            while len(part := self._next(raw)):
                done += len(part)
                block = room[:, : len(part)]
                if scale is None:
                    block[:] = part.T
                else:
                    np.multiply(part.T, scale, out=block, casting="same_kind")
                yield block
                progress(min(1.0, done / max(1, self.frames)))
            if done < self.frames:
                raise BadSound(
                    f"{self.path} breaks off after {done / self.rate_hz:.1f} s", "copy or export it again"
                )
        except soundfile.LibsndfileError as error:
            raise BadSound(
                f"{self.path} breaks off after {done / self.rate_hz:.1f} s: {reason(error)}",
                "copy or export it again",
            ) from error

    def _next(self, raw: NDArray[Any]) -> NDArray[Any]:
        if self._file.format != "MP3":
            return self._file.read(out=raw)  # type: ignore[no-any-return]
        with _hushed():
            return self._file.read(out=raw)  # type: ignore[no-any-return]

    def stereo(self, progress: Progress = no_progress) -> Iterator[Samples]:
        """The same as two channels, each block fresh memory; one channel becomes two equal ones."""
        self.need_stereo()
        for block in self.blocks(progress):
            yield np.array(block) if self.channels == 2 else np.repeat(block, 2, axis=0)

    def stereo_at(self, rate_hz: int, progress: Progress = no_progress) -> Iterator[Samples]:
        """The same at another rate; where it has to be converted, it is held in memory whole."""
        if rate_hz == self.rate_hz:
            yield from self.stereo(progress)
            return
        from cext.resample import resample

        whole = resample(np.concatenate(list(self.stereo(progress)), axis=1), self.rate_hz, rate_hz)
        for at in range(0, whole.shape[1], BLOCK_FRAMES):
            yield np.array(whole[:, at : at + BLOCK_FRAMES])

    def need_stereo(self) -> None:
        """Raise BadSound when the file has neither one nor two channels."""
        if self.channels > 2:
            raise BadSound(
                f"{self.path} has {self.channels} channels, and this job takes one or two",
                "mix it down to stereo first",
            )

    def close(self) -> None:
        """Let the file go."""
        self._file.close()
        if self._folder is not None:
            self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> Any:
        if not self.path.is_file():
            what = "is a folder" if self.path.is_dir() else "does not exist"
            raise BadSound(f"{self.path} {what}", "give the name of a sound file")
        try:
            if self.path.stat().st_size == 0:
                raise BadSound(f"{self.path} is empty", "give a file that holds sound")
            with _hushed():
                return soundfile.SoundFile(str(self.path))
        except PermissionError as error:
            raise BadSound(f"{self.path} may not be read", "give yourself the right to read it") from error
        except soundfile.LibsndfileError as error:
            if self.path.suffix.lower() in KINDS and KINDS[self.path.suffix.lower()] is None:
                return self._decoded()
            raise BadSound(
                f"{self.path} cannot be read as sound",
                f"give one of {', '.join(ending[1:] for ending in KINDS)}",
            ) from error

    def _decoded(self) -> Any:
        self._folder = tempfile.TemporaryDirectory(prefix="echoel-")
        raw = Path(self._folder.name) / "decoded.wav"
        try:
            ffmpeg.convert(
                self.path,
                "-i",
                str(self.path.resolve()),
                "-vn",
                "-c:a",
                "pcm_f32le",
                "-rf64",
                "auto",
                str(raw),
            )
            return soundfile.SoundFile(str(raw))
        except (BadSound, EncoderMissing, soundfile.LibsndfileError) as error:
            self._folder.cleanup()
            if isinstance(error, soundfile.LibsndfileError):
                raise BadSound(f"{self.path} holds no sound", "give a file that holds sound") from error
            raise

    def _check(self) -> None:
        if not self.frames:
            raise BadSound(f"{self.path} holds no sound", "give a file that holds sound")
        if not LEAST_RATE_HZ <= self.rate_hz <= MOST_RATE_HZ:
            raise BadSound(
                f"{self.path} has {self.rate_hz} samples a second, outside {LEAST_RATE_HZ} to {MOST_RATE_HZ}",
                "convert it to 48000 first",
            )
        if self.channels > MOST_CHANNELS:
            raise BadSound(
                f"{self.path} has {self.channels} channels, more than {MOST_CHANNELS}",
                "mix it down to stereo first",
            )


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep the MP3 decoder's own notes off standard error; what matters comes as an error."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
