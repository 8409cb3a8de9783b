"""Sound files, read and written in blocks; what fails leaves nothing behind.

WAV, FLAC, OGG, MP3 and AIFF by libsndfile; AAC and M4A by the `ffmpeg` command, where it is installed.
A block is float32 of shape (channels, frames). A new file is written beside as `NAME.part` and renamed when
it is whole, so that a name either holds a whole sound or what it held before.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import soundfile
from numpy.typing import NDArray

from appliance.errors import Misused, StorageFull
from appliance.studio import ffmpeg
from appliance.studio.errors import BadSound, EncoderMissing

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
_WAV_LIMIT_BYTES = 4_000_000_000
# The OGG encoder takes longer writes on its stack.
_WRITE_FRAMES = 8_192


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
    def seconds(self) -> float:
        """How long the sound is."""
        return self.frames / self.rate_hz

    def blocks(self, progress: Progress = no_progress) -> Iterator[Samples]:
        """The sound from its beginning, shape (channels, frames); a block is valid until the next."""
        room = np.empty((BLOCK_FRAMES, self.channels), np.float32)
        done = 0
        try:
            self._file.seek(0)
            while len(part := self._next(room)):
                done += len(part)
                yield part.T
                progress(min(1.0, done / max(1, self.frames)))
        except soundfile.LibsndfileError as error:
            raise BadSound(
                f"{self.path} breaks off after {done / self.rate_hz:.1f} s: {_reason(error)}",
                "copy or export it again",
            ) from error

    def _next(self, room: NDArray[np.float32]) -> NDArray[np.float32]:
        if self._file.format != "MP3":
            return self._file.read(out=room)  # type: ignore[no-any-return]
        with _hushed():
            return self._file.read(out=room)  # type: ignore[no-any-return]

    def stereo(self, progress: Progress = no_progress) -> Iterator[Samples]:
        """The same as two channels, each block fresh memory; one channel becomes two equal ones."""
        self.need_stereo()
        for block in self.blocks(progress):
            yield np.ascontiguousarray(block if self.channels == 2 else np.repeat(block, 2, axis=0))

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


class SoundWriter:
    """A sound file being written; the ending of its name says which kind. Raises Misused, StorageFull.

    frames: about how many will come; past 4 GB a WAV becomes RF64.
    """

    def __init__(self, path: Path | str, rate_hz: int, channels: int = 2, frames: int = 0) -> None:
        self.path = Path(path)
        self._ending = writable(self.path)
        self._part = self.path.with_name(self.path.name + ".part")
        kind = KINDS[self._ending] or ("WAV", "FLOAT")
        if kind[0] == "WAV" and frames * channels * 4 > _WAV_LIMIT_BYTES:
            kind = ("RF64", kind[1])
        self._is_24_bit = kind[1] == "PCM_24"
        try:
            self._file = soundfile.SoundFile(
                str(self._part), "w", rate_hz, channels, format=kind[0], subtype=kind[1]
            )
        except (soundfile.LibsndfileError, OSError) as error:
            self._part.unlink(missing_ok=True)
            raise Misused(
                f"cannot write {self.path} with {rate_hz} samples a second and {channels} channels: "
                f"{_reason(error)}",
                "name a .wav or .flac file in a folder that is yours",
            ) from error

    def write(self, block: Samples) -> None:
        """Append a block of shape (channels, frames)."""
        try:
            for at in range(0, block.shape[1], _WRITE_FRAMES):
                part = block[:, at : at + _WRITE_FRAMES].T
                self._file.write(_as_24_bit(part) if self._is_24_bit else part)
        except (soundfile.LibsndfileError, OSError) as error:
            raise self._full(error) from error

    def close(self) -> None:
        """Finish the file and give it its name."""
        try:
            self._file.close()
            if KINDS[self._ending] is None:
                self._encode()
            self._part.replace(self.path)
        except (soundfile.LibsndfileError, OSError) as error:
            self.discard()
            raise error if isinstance(error, EncoderMissing) else self._full(error) from error
        except Misused:
            self.discard()
            raise

    def discard(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        self.discard() if kind is not None else self.close()

    def _encode(self) -> None:
        container = "ipod" if self._ending == ".m4a" else "adts"
        encoded = self.path.resolve().with_name(self.path.name + ".aac.part")
        try:
            ffmpeg.convert(
                self.path,
                "-i",
                str(self._part.resolve()),
                "-c:a",
                "aac",
                "-b:a",
                "256k",
                "-f",
                container,
                str(encoded),
            )
            encoded.replace(self._part)
        finally:
            encoded.unlink(missing_ok=True)

    def _full(self, error: Exception) -> Exception:
        free = shutil.disk_usage(self.path.parent).free
        if free < 1_000_000 or getattr(error, "errno", None) == errno.ENOSPC:
            return StorageFull(f"no room left for {self.path}", "free some space or name another disk")
        return Misused(f"cannot write {self.path}: {_reason(error)}", "name a file in a folder that is yours")


def writable(path: Path) -> str:
    """The ending of a file that is to be written, once it is known that it can be. Raises Misused."""
    from difflib import get_close_matches

    ending = path.suffix.lower()
    if ending not in KINDS:
        near = get_close_matches(ending, KINDS, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}?" if near else f"end it in {', '.join(KINDS)}"
        raise Misused(f"{path} has no ending of a sound file that can be written", hint)
    if KINDS[ending] is None:
        ffmpeg.need(path)
    if path.is_dir() or not path.parent.is_dir():
        raise Misused(f"cannot write {path}: there is no such folder", "name a file in a folder that exists")
    return ending


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


def _as_24_bit(part: Samples) -> NDArray[np.int32]:
    """Whole numbers in the upper 24 bits; what libsndfile does one by one, three times as fast."""
    scaled = np.multiply(part, np.float32(2**23), order="C")
    np.clip(np.rint(scaled, out=scaled), -(2.0**23), 2.0**23 - 1.0, out=scaled)
    return scaled.astype(np.int32) << 8


def _reason(error: Exception) -> str:
    """What the library said, without its own prefix and full stop."""
    text = getattr(error, "error_string", None) or getattr(error, "strerror", None) or str(error)
    return str(text).strip().rstrip(".").removeprefix("Error : ").lower()
