"""What left the box, as a WAV file that can be played even when the power fails in the middle.

Written beside as `NAME.part` and renamed when closed. The sizes in the header are brought up to date
about once a second, so a file left by a crash has everything but its last moments. Past 4 GB it becomes
RF64, by filling in the chunk that was reserved for it (EBU Tech 3306). Written by hand because
libsndfile renews a header only at close.
"""

from __future__ import annotations

import errno
import os
import struct
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from appliance.contracts.lanes import LANES, Lane
from appliance.errors import Misused, StorageFull

_HEADER_BYTES = 104
_FLOAT = bytes.fromhex("0300000000001000800000aa00389b71")
_PCM = bytes.fromhex("0100000000001000800000aa00389b71")


class WavRecording:
    """A stereo 24-bit file of the ears, or with `lanes` all eight lanes as 32-bit float.

    With bits=16 it takes finished whole numbers (`write_words`) and leaves them as they are.

    Raises StorageFull when the disk has no room (what was written before stays, with a true header), and
    Misused when the folder does not exist or the file may not be written.
    """

    def __init__(self, path: Path | str, rate_hz: float, lanes: bool = False, bits: int = 24) -> None:
        self.path = Path(path)
        self.rate_hz = int(rate_hz)
        self.has_lanes = lanes
        self.frames = 0
        self._bits = 32 if lanes else bits
        self._frame_bytes = 4 * LANES if lanes else 2 * bits // 8
        self._flushed = 0
        self._part = self.path.with_name(self.path.name + ".part")
        try:
            self._file = self._part.open("wb", buffering=0)
        except OSError as error:
            raise Misused(
                f"cannot write {self.path}: {error.strerror}",
                "name a file in a folder that exists and is yours",
            ) from error
        try:
            self._write(self._header())
        except StorageFull:
            self.discard()
            raise

    def write(self, samples: NDArray[np.float32]) -> None:
        """Append one block, shape (8, frames)."""
        if self.has_lanes:
            data = np.ascontiguousarray(samples.T, dtype="<f4").tobytes()
        else:
            data = _as_24_bit(samples[Lane.EAR_LEFT : Lane.EAR_RIGHT + 1])
        self._append(data, samples.shape[1])

    def write_words(self, samples: NDArray[np.int16]) -> None:
        """Append one block of whole numbers, shape (frames, 2), to a file of 16 bits."""
        self._append(np.ascontiguousarray(samples, dtype="<i2").tobytes(), len(samples))

    def _append(self, data: bytes, frames: int) -> None:
        self._write(data)
        self.frames += frames
        if self.frames - self._flushed >= self.rate_hz:
            self.flush()

    def flush(self) -> None:
        """Make the header say what the file now holds."""
        os.pwrite(self._file.fileno(), self._header(), 0)
        self._flushed = self.frames

    def close(self) -> None:
        """Finish the file and give it its name; safe to call twice."""
        if self._file.closed:
            return
        self.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._part.replace(self.path)

    def discard(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._part.unlink(missing_ok=True)

    def __enter__(self) -> WavRecording:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close() if error is None else self.discard()

    def _write(self, data: bytes) -> None:
        place = os.lseek(self._file.fileno(), 0, os.SEEK_CUR)
        view = memoryview(data)
        try:
            while view:
                view = view[self._file.write(view) :]
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise
            # Half a block would shift every later sample; take it back and keep what is whole.
            os.ftruncate(self._file.fileno(), place)
            os.lseek(self._file.fileno(), place, os.SEEK_SET)
            if place >= _HEADER_BYTES:
                self.flush()
            raise StorageFull(
                f"no room left for the recording {self.path}",
                f"free some space; {self.frames / self.rate_hz:.0f} s are kept in {self._part.name}",
            ) from error

    def _header(self) -> bytes:
        channels, bits = LANES if self.has_lanes else 2, self._bits
        size = self.frames * self._frame_bytes
        is_large = size + _HEADER_BYTES > 0xFFFF_FFFF
        riff_size = 0xFFFF_FFFF if is_large else size + _HEADER_BYTES - 8
        data_size = 0xFFFF_FFFF if is_large else size
        ds64 = struct.pack("<QQQI", size + _HEADER_BYTES - 8, size, self.frames, 0)
        return b"".join(
            (
                b"RF64" if is_large else b"RIFF",
                struct.pack("<I", riff_size),
                b"WAVE",
                b"ds64" if is_large else b"JUNK",
                struct.pack("<I", 28),
                ds64 if is_large else bytes(28),
                b"fmt ",
                struct.pack(
                    "<IHHIIHHHHI",
                    40,
                    1 if bits == 16 else 0xFFFE,
                    channels,
                    self.rate_hz,
                    self.rate_hz * self._frame_bytes,
                    self._frame_bytes,
                    bits,
                    22,
                    bits,
                    0 if self.has_lanes else 3,
                ),
                _FLOAT if self.has_lanes else _PCM,
                b"data",
                struct.pack("<I", data_size),
            )
        )


def _as_24_bit(ears: NDArray[np.float32]) -> bytes:
    """Interleave and round to 24 bits; its noise lies 50 dB under the quietest thing the engine makes."""
    whole = np.rint(ears.T.astype(np.float64) * 8_388_607.0).clip(-8_388_608, 8_388_607).astype("<i4")
    return np.ascontiguousarray(whole).view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
