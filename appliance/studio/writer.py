"""Sound files, written in blocks; what fails leaves nothing behind.

A new file gets its name when it is whole, so that a name either holds a whole sound or what it held before.
"""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import soundfile
from numpy.typing import NDArray

from appliance.errors import Misused, StorageFull
from appliance.studio import ffmpeg
from appliance.studio.errors import EncoderMissing, reason
from appliance.studio.files import KINDS, Samples
from appliance.studio.unnamed import Unnamed

_WAV_LIMIT_BYTES = 4_000_000_000
# The OGG encoder takes longer writes on its stack.
_WRITE_FRAMES = 8_192
# Above it that encoder falls over.
_OGG_MOST_RATE_HZ = 192_000


class SoundWriter:
    """A sound file being written; the ending of its name says which kind. Raises Misused, StorageFull.

    frames: about how many will come; past 4 GB a WAV becomes RF64. is_float: WAV and AIFF keep what is above
    full scale; otherwise they hold 24 bits.
    """

    def __init__(
        self, path: Path | str, rate_hz: int, channels: int = 2, frames: int = 0, is_float: bool = False
    ) -> None:
        self.path = Path(path)
        self._ending = writable(self.path)
        kind = KINDS[self._ending] or ("WAV", "FLOAT")
        if is_float and kind[0] in ("WAV", "AIFF"):
            kind = (kind[0], "FLOAT")
        if kind[0] == "OGG" and rate_hz > _OGG_MOST_RATE_HZ:
            raise Misused(
                f"cannot write {self.path}: OGG holds no more than {_OGG_MOST_RATE_HZ} samples a second",
                "name a .wav or .flac file",
            )
        if kind[0] == "WAV" and frames * channels * 4 > _WAV_LIMIT_BYTES:
            kind = ("RF64", kind[1])
        self._is_24_bit = kind[1] == "PCM_24"
        self._new = Unnamed(self.path)
        try:
            self._file = soundfile.SoundFile(
                str(self._new.place), "w", rate_hz, channels, format=kind[0], subtype=kind[1]
            )
        except (soundfile.LibsndfileError, OSError) as error:
            self._new.leave()
            raise Misused(
                f"cannot write {self.path} with {rate_hz} samples a second and {channels} channels: "
                f"{reason(error)}",
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
            self._new.become(self.path)
        except (soundfile.LibsndfileError, OSError) as error:
            self.discard()
            raise error if isinstance(error, EncoderMissing) else self._full(error) from error
        except BaseException:
            self.discard()
            raise

    def unnamed(self) -> Path:
        """Finish the file without giving it its name: where it can be read until it is discarded."""
        try:
            self._file.close()
        except (soundfile.LibsndfileError, OSError) as error:
            raise self._full(error) from error
        return self._new.place

    def discard(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._new.leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        self.discard() if kind is not None else self.close()

    def _encode(self) -> None:
        container = "ipod" if self._ending == ".m4a" else "adts"
        encoded = Unnamed(self.path.with_name(self.path.name + ".aac"))
        words = ("-c:a", "aac", "-b:a", "256k", "-f", container)
        try:
            ffmpeg.convert(self.path, "-i", str(self._new.place), *words, str(encoded.place))
        except BaseException:
            encoded.leave()
            raise
        self._new.leave()
        self._new = encoded

    def _full(self, error: Exception) -> Exception:
        free = shutil.disk_usage(self.path.parent).free
        if free < 1_000_000 or getattr(error, "errno", None) == errno.ENOSPC:
            return StorageFull(f"no room left for {self.path}", "free some space or name another disk")
        return Misused(f"cannot write {self.path}: {reason(error)}", "name a file in a folder that is yours")


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


def _as_24_bit(part: Samples) -> NDArray[np.int32]:
    """Whole numbers in the upper 24 bits; what libsndfile does one by one, three times as fast."""
    scaled = np.multiply(part, np.float32(2**23), order="C")
    np.clip(np.rint(scaled, out=scaled), -(2.0**23), 2.0**23 - 1.0, out=scaled)
    return scaled.astype(np.int32) << 8
