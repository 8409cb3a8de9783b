# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What drives the graph: a native thread that never asks for the interpreter, or a caller's own steps.

`AlsaSink` follows a sound card, `JackSink` (in `cext.jackout`) a sound server, `TimerSink` keeps time with
neither, `SteppedSink` goes only when told, for fast replay and for files. What they share is in `cext.sink`.
"""

import cython
import numpy as np

from libc.stdint cimport int64_t

from cext._alsa cimport load_alsa
from cext._clock cimport now_ns, sleep_until
from cext._types cimport LANES, atomic_load, atomic_store
from cext.graph cimport Graph
from cext.sink cimport LEAD_BLOCKS, ThreadSink

cdef int64_t _SECOND_NS = 1_000_000_000
cdef enum:
    _FLOAT_LE = 14           # SND_PCM_FORMAT_FLOAT_LE
    _INTERLEAVED = 3         # SND_PCM_ACCESS_RW_INTERLEAVED


@cython.no_gc_clear
cdef class TimerSink(ThreadSink):
    """Keeps time without a sound card: sessions, light and recordings run on.

    A block counts as late when a card with the same three blocks of latency would have run dry.
    """

    cdef void loop(self) noexcept nogil:
        cdef int64_t begun, blocks = 0, due, now
        cdef double block_ns = 1e9 * self.block_frames / self.graph.rate_hz
        self.settle_in()
        begun = now_ns()
        while atomic_load(&self.is_wanted):
            self.make(self.block_frames)
            blocks += 1
            due = begun + <int64_t> (blocks * block_ns)
            now = now_ns()
            if now > due + <int64_t> ((LEAD_BLOCKS - 1) * block_ns):
                atomic_store(&self.late, self.late + 1)
            if now > due + _SECOND_NS:
                # The machine slept: go on from now instead of racing through what was missed.
                begun += now - due
            elif now < due:
                sleep_until(due)


@cython.no_gc_clear
cdef class AlsaSink(ThreadSink):
    """Plays the two ears on a sound card, which is then the clock of everything.

    device: an ALSA name. `start` raises OSError when there is no libasound, no such device, or it is in use.
    A card pulled out while playing does not end the session: the sink goes on like a timer and says so.
    """

    def __init__(self, Graph graph not None, int block_frames=128, str device="default", *, double tap_s=2.5):
        super().__init__(graph, block_frames, tap_s=tap_s)
        self.device = device
        self.woven = np.zeros((block_frames, 2), dtype=np.float32)

    def look(self):
        """Open the card and close it again: raises OSError with what is in the way."""
        self.open()
        self.close()

    def open(self):
        """Open the card for 32-bit float at the graph's rate, with three blocks of latency."""
        cdef int failed
        cdef unsigned int latency_us = <unsigned int> (
            1e6 * LEAD_BLOCKS * self.block_frames / self.graph.rate_hz
        )
        if not load_alsa(&self.alsa, b"libasound.so.2"):
            raise OSError("the ALSA library (libasound.so.2) is not installed")
        failed = self.alsa.open(&self.pcm, self.device.encode(), 0, 0)
        if failed < 0:
            self.pcm = NULL
            raise OSError(f"sound device {self.device!r}: {self.alsa.strerror(failed).decode()}")
        failed = self.alsa.set_params(
            self.pcm, _FLOAT_LE, _INTERLEAVED, 2, <unsigned int> self.graph.rate_hz, 1, latency_us
        )
        if failed < 0:
            reason = self.alsa.strerror(failed).decode()
            self.close()
            raise OSError(f"sound device {self.device!r} refuses {self.graph.rate_hz:g} Hz: {reason}")

    def close(self):
        """Close the card."""
        if self.pcm != NULL:
            self.alsa.drop(self.pcm)
            self.alsa.close(self.pcm)
            self.pcm = NULL

    @property
    def is_playing(self):
        """Whether the card takes sound; False after it was pulled out."""
        return bool(self.has_thread and not atomic_load(&self.broken))

    cdef void loop(self) noexcept nogil:
        cdef int j
        cdef long left, wrote
        cdef int64_t due = 0
        cdef int64_t block_ns = <int64_t> (1e9 * self.block_frames / self.graph.rate_hz)
        self.settle_in()
        while atomic_load(&self.is_wanted):
            self.make(self.block_frames)
            if atomic_load(&self.broken):
                due += block_ns
                sleep_until(due)
                continue
            for j in range(self.block_frames):
                self.woven[j, 0] = self.block[0, j]
                self.woven[j, 1] = self.block[1, j]
            left = self.block_frames
            while left > 0:
                wrote = self.alsa.writei(self.pcm, &self.woven[self.block_frames - left, 0], left)
                if wrote >= 0:
                    left -= wrote
                    continue
                atomic_store(&self.xrun, self.xrun + 1)
                if self.alsa.recover(self.pcm, <int> wrote, 1) < 0:
                    # The card is gone. Silence in the room, but light, touch, journal and clock go on.
                    atomic_store(&self.broken, 1)
                    due = now_ns()
                    break


cdef class SteppedSink:
    """Goes only when told, as fast as the processor can: fast replay, files and tests."""

    cdef readonly Graph graph

    def __init__(self, Graph graph not None):
        self.graph = graph

    def advance(self, Py_ssize_t frames):
        """Render the next frames and return them, float32, shape (8, frames)."""
        block = np.empty((LANES, frames), dtype=np.float32)
        self.graph.render(block)
        return block

    def start(self):
        """Nothing to start: the caller is the clock."""

    def stop(self):
        """Nothing to stop."""

    def feed(self):
        """Nobody waits, nobody starves."""

    @property
    def frames(self):
        """How many frames have left."""
        return self.graph.frame

    @property
    def late_blocks(self):
        """Always 0: a block is never late where nobody waits."""
        return 0

    @property
    def xruns(self):
        """Always 0: there is no sound card."""
        return 0

    @property
    def is_realtime(self):
        """Always False: no clock is kept."""
        return False
