# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What drives the graph: a native thread that never asks for the interpreter, or a caller's own steps.

`TimerSink` keeps time with no sound card, `AlsaSink` lives in `cext.soundcard`, `SteppedSink` goes only when told,
for fast replay and for files. The thread runs with SCHED_FIFO where the system permits it and says so. What left
goes into a ring with one writer and one reader; meters and recordings drain it. If nobody calls `feed` for 100 ms
the guard fades everything out, and lets it come back when the feeding does.
"""

import numpy as np

from libc.stdint cimport int64_t
from libc.string cimport memset

from cext._types cimport LANES, atomic_load, atomic_store
from cext.graph cimport Graph

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
    int start_thread "echoel_start"(unsigned long* thread, void* (*body)(void*) noexcept nogil, void* argument)
    void join_thread "echoel_join"(unsigned long thread) noexcept nogil

cdef int64_t STARVED_NS = 100_000_000
cdef int64_t _SECOND_NS = 1_000_000_000
cdef enum:
    PRIORITY = 70            # above everything of ours, below the kernel's own interrupt threads


cdef class Ring:
    """A ring of frames between one writer, which never waits, and one reader."""

    def __init__(self, int frames):
        size = 1
        while size < frames:
            size *= 2
        self.memory = np.zeros((size, LANES), dtype=np.float32)

    cdef void push(self, float* block, Py_ssize_t stride, Py_ssize_t frames) noexcept nogil:
        cdef int64_t at = self.written, size = self.memory.shape[0]
        cdef Py_ssize_t j, lane
        if at + frames - atomic_load(&self.read) > size:
            # Full: what the reader has not fetched stays whole, the newest is dropped and counted.
            self.lost += frames
            return
        for j in range(frames):
            for lane in range(LANES):
                self.memory[(at + j) & (size - 1), lane] = block[lane * stride + j]
        atomic_store(&self.written, at + frames)

    def pop(self):
        """Everything new, shape (8, frames); possibly no frames."""
        cdef int64_t at = self.read, until = atomic_load(&self.written), size = self.memory.shape[0]
        memory = np.asarray(self.memory)
        first, last = at & (size - 1), until & (size - 1)
        if at == until:
            parts = memory[:0]
        elif first < last:
            parts = memory[first:last]
        else:
            parts = np.concatenate((memory[first:], memory[:last]))
        fresh = np.ascontiguousarray(parts.T)
        if fresh.base is not None:
            fresh = fresh.copy()
        atomic_store(&self.read, until)
        return fresh


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
        """Begin to render; a second call does nothing. Raises RuntimeError when another sink has the graph."""
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
        return self.tap.lost

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
        return bool(self.has_thread and not atomic_load(&self.broken))

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
        """Nothing starves: nobody waits."""

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
