# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What drives the graph: a native thread that never asks for the interpreter, or a caller's own steps.

`TimerSink` keeps time with no sound card, `AlsaSink` follows the card, `SteppedSink` goes only when told,
for fast replay and for files. The thread runs with SCHED_FIFO where the system permits it and says so. What
left goes into a ring with one writer and one reader; meters and recordings drain it. If nobody calls `feed`
for 100 ms the guard fades everything out, and lets it come back when the feeding does.
"""

import numpy as np

from libc.stdint cimport int64_t

from cext._alsa cimport load_alsa
from cext._types cimport LANES, atomic_load, atomic_store
from cext.graph cimport Graph
from cext.ring cimport Ring

cdef extern from *:
    """
    #include <pthread.h>
    #include <sched.h>
    #include <string.h>
    #include <time.h>

    static inline int64_t echoel_now_ns(void) {
        struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t);
        return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec; }
    static inline void echoel_sleep_until(int64_t ns) {
        struct timespec t; t.tv_sec = ns / 1000000000; t.tv_nsec = ns % 1000000000;
        while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) != 0) { } }
    static inline int echoel_ask_realtime(int priority) {
        struct sched_param p; memset(&p, 0, sizeof p); p.sched_priority = priority;
        return pthread_setschedparam(pthread_self(), SCHED_FIFO, &p) == 0; }
    static int echoel_start(unsigned long *thread, void *(*body)(void *), void *argument) {
        pthread_t made; int failed = pthread_create(&made, NULL, body, argument);
        *thread = (unsigned long)made; return failed; }
    static void echoel_join(unsigned long thread) { pthread_join((pthread_t)thread, NULL); }
    """
    int64_t now_ns "echoel_now_ns"() noexcept nogil
    void sleep_until "echoel_sleep_until"(int64_t ns) noexcept nogil
    int ask_realtime "echoel_ask_realtime"(int priority) noexcept nogil
    int start_thread "echoel_start"(unsigned long* thread, void* (*body)(void*) noexcept nogil, void* it)
    void join_thread "echoel_join"(unsigned long thread) noexcept nogil

cdef int64_t STARVED_NS = 100_000_000, _SECOND_NS = 1_000_000_000
cdef enum:
    PRIORITY = 70            # above everything of ours, below the kernel's own interrupt threads
    _FLOAT_LE = 14           # SND_PCM_FORMAT_FLOAT_LE
    _INTERLEAVED = 3         # SND_PCM_ACCESS_RW_INTERLEAVED


cdef void* _run(void* sink) noexcept nogil:
    (<ThreadSink> sink).loop()
    return NULL


cdef class ThreadSink:
    """A native thread that renders block after block; see its two kinds."""

    def __init__(self, Graph graph not None, int block_frames=128, *, double tap_s=2.5):
        if not 16 <= block_frames <= 8192:
            raise ValueError(f"a block of {block_frames} frames is outside 16 to 8192")
        self.graph = graph
        self.block_frames = block_frames
        self.block = np.zeros((LANES, block_frames), dtype=np.float32)
        self.tap = Ring(int(tap_s * graph.rate_hz))

    def start(self):
        """Begin to render; twice is once. Raises RuntimeError when another sink has the graph."""
        if self.has_thread:
            return
        if atomic_load(&self.graph.is_taken):
            raise RuntimeError("another sink already renders this graph")
        atomic_store(&self.graph.is_taken, 1)
        try:
            self.open()
            atomic_store(&self.is_wanted, 1)
            atomic_store(&self.broken, 0)
            self.feed()
            if start_thread(&self.thread, _run, <void*> self):
                raise RuntimeError("the system refused a thread for the sink")
            self.has_thread = True
        except BaseException:
            atomic_store(&self.graph.is_taken, 0)
            self.close()
            raise

    def stop(self):
        """Stop the thread and give the graph back; safe to call twice."""
        if not self.has_thread:
            return
        atomic_store(&self.is_wanted, 0)
        with nogil:
            join_thread(self.thread)
        self.has_thread = False
        self.graph.guard.hush(False)
        atomic_store(&self.graph.is_taken, 0)
        self.close()

    def open(self):
        """Take hold of the device, before the thread starts."""

    def close(self):
        """Let go of the device, after the thread has ended."""

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.stop()

    def feed(self):
        """Say that the control side is alive; call it at least ten times a second."""
        atomic_store(&self.fed_ns, now_ns())

    def read_tap(self):
        """What left since the last call, float32, shape (8, frames); call it from one thread only."""
        return self.tap.pop()

    @property
    def tap_lost_frames(self):
        """Frames that left but that nobody fetched from the tap in time."""
        return self.tap.lost_frames

    @property
    def frames(self):
        """How many frames have left."""
        return self.graph.frame

    @property
    def late_blocks(self):
        """How many blocks were not ready when their time came."""
        return atomic_load(&self.late)

    @property
    def xruns(self):
        """How often the sound card ran dry."""
        return atomic_load(&self.xrun)

    @property
    def is_realtime(self):
        """Whether the system let the thread run before all others (SCHED_FIFO)."""
        return bool(atomic_load(&self.realtime))

    @property
    def is_running(self):
        """Whether the thread renders."""
        return bool(self.has_thread)

    cdef void one_block(self) noexcept nogil:
        self.graph.guard.hush(now_ns() - atomic_load(&self.fed_ns) > STARVED_NS)
        self.graph.fill(&self.block[0, 0], self.block_frames, self.block_frames)
        self.tap.push(&self.block[0, 0], self.block_frames, self.block_frames)

    cdef void loop(self) noexcept nogil:
        pass

    def __dealloc__(self):
        if self.has_thread:
            atomic_store(&self.is_wanted, 0)
            with nogil:
                join_thread(self.thread)


cdef class TimerSink(ThreadSink):
    """Keeps time without a sound card: sessions, light and recordings run on."""

    cdef void loop(self) noexcept nogil:
        cdef int64_t begun = now_ns(), blocks = 0, due, lateness
        cdef double block_ns = 1e9 * self.block_frames / self.graph.rate_hz
        atomic_store(&self.realtime, ask_realtime(PRIORITY))
        while atomic_load(&self.is_wanted):
            self.one_block()
            blocks += 1
            due = begun + <int64_t> (blocks * block_ns)
            lateness = now_ns() - due
            if lateness > 0:
                atomic_store(&self.late, self.late + 1)
                if lateness > _SECOND_NS:
                    # The machine slept: go on from now instead of racing through what was missed.
                    begun += lateness
            else:
                sleep_until(due)


cdef class AlsaSink(ThreadSink):
    """Plays the two ears on a sound card, which is then the clock of everything.

    device: an ALSA name. `start` raises OSError when there is no libasound, no such device, or it is in use.
    A card pulled out while playing does not end the session: the sink goes on like a timer and says so.
    """

    def __init__(self, Graph graph not None, int block_frames=128, str device="default", *, double tap_s=2.5):
        super().__init__(graph, block_frames, tap_s=tap_s)
        self.device = device
        self.woven = np.zeros((block_frames, 2), dtype=np.float32)

    def open(self):
        """Open the card for 32-bit float at the graph's rate, with three blocks of latency."""
        cdef int failed
        cdef unsigned int latency_us = <unsigned int> (3e6 * self.block_frames / self.graph.rate_hz)
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
        atomic_store(&self.realtime, ask_realtime(PRIORITY))
        while atomic_load(&self.is_wanted):
            self.one_block()
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
