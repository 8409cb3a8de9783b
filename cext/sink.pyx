# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What every live output shares: a thread that renders without the interpreter, and the ways across to it.

In go parameters (the graph's sequence-counted block, always the newest) and commands with the frame at which
they are due (a ring, so that none is lost); out come meters and the frames themselves (two rings). Each ring
has one writer and one reader, and nobody ever waits for anybody. The thread runs with SCHED_FIFO and holds
its memory where the system permits it, and says so. If nobody calls `feed` for 100 ms the guard fades
everything out, and lets it come back when the feeding does.
"""

import threading
from collections.abc import Mapping

import cython
import numpy as np

from libc.math cimport fabs
from libc.stdint cimport int64_t
from libc.string cimport memcpy, memmove

from cext._clock cimport ask_realtime, join_thread, keep_memory, now_ns, start_thread, touch_stack
from cext._types cimport LANES, atomic_load, atomic_store, flush_denormals
from cext.graph cimport Graph, Knob
from cext.parts cimport Part
from cext.ring cimport Ring, RowRing

from cext.parameters import checked, unknown

cdef int64_t STARVED_NS = 100_000_000, _PATIENCE_NS = 60_000_000_000
cdef enum:
    _STOP, _RELEASE, _SET    # the first two as VERBS

VERBS = ("stop", "release")
METERS = (
    "frame", "ear_left_peak", "ear_right_peak", "ear_left_power", "ear_right_power", "brightest",
    "vibration_peak", "render_us", "period_us",
)


cdef void* _run(void* sink) noexcept nogil:
    (<ThreadSink> sink).loop()
    return NULL


# The thread reads the members until it is joined: the collector must not empty them before `__dealloc__`.
@cython.no_gc_clear
cdef class ThreadSink:
    """A native thread that renders block after block; see its kinds."""

    def __init__(self, Graph graph not None, int block_frames=128, *, double tap_s=2.5):
        if not 16 <= block_frames <= 8192:
            raise ValueError(f"a block of {block_frames} frames is outside 16 to 8192")
        self.graph = graph
        self.block_frames = block_frames
        self.block = np.zeros((LANES, block_frames), dtype=np.float32)
        self.tap = Ring(int(tap_s * graph.rate_hz))
        self.commands = RowRing(MOST_WAITING, COMMAND_WIDTH)
        self.meters = RowRing(int(tap_s * graph.rate_hz / 64), METER_WIDTH)
        self.writing = threading.Lock()

    def start(self):
        """Begin to render; twice is once. Raises RuntimeError when another sink has the graph."""
        if self.has_thread:
            return
        if atomic_load(&self.graph.is_taken):
            raise RuntimeError("another sink already renders this graph")
        atomic_store(&self.graph.is_taken, 1)
        try:
            atomic_store(&self.is_wanted, 1)
            atomic_store(&self.broken, 0)
            # Until this method ends the control side is certainly there, however long a device takes to open.
            atomic_store(&self.fed_ns, now_ns() + _PATIENCE_NS)
            self.open()
            if start_thread(&self.thread, _run, <void*> self):
                raise RuntimeError("the system refused a thread for the sink")
            self.has_thread = True
            self.feed()
        except BaseException:
            self.close()
            atomic_store(&self.graph.is_taken, 0)
            raise

    def stop(self):
        """Stop the thread and give the graph back; safe to call twice."""
        if not self.has_thread:
            return
        atomic_store(&self.is_wanted, 0)
        with nogil:
            join_thread(self.thread)
        self.has_thread = False
        self.close()
        self.graph.guard.hush(False)
        atomic_store(&self.graph.is_taken, 0)

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

    def at(self, int64_t frame, str verb):
        """Have a command carried out at a frame of the one clock, even if the control side is gone by then.

        verb: `stop` (as `Graph.stop_now`) or `release`. Like every change it takes hold with the next tick of
        64 frames; what is due already, in the next block. Raises ValueError for another verb, RuntimeError
        when too many wait.
        """
        if verb not in VERBS:
            raise unknown("command", verb, list(VERBS))
        self._send([(frame, VERBS.index(verb), 0.0, 0.0, 0.0)])

    def apply_at(self, int64_t frame, targets: Mapping[str, float], double glide_s=0.05):
        """As `Graph.apply`, but from a frame on: exact to the tick however late the control side may be.

        All or nothing. Raises as `Graph.apply` and `at`; `Graph.get` goes on telling what `apply` sent.
        """
        if not 0.0 <= glide_s <= 3600.0:
            raise ValueError(f"a glide of {glide_s} s is outside 0 to 3600 s")
        rows = []
        for name, value in targets.items():
            index = self.graph._index(name)
            rows.append((frame, _SET, index, checked(self.graph.parameters[index], value), glide_s))
        if rows:
            self._send(rows)

    def _send(self, rows):
        with self.writing:
            if not self.commands.write(np.array(rows, dtype=np.float64)):
                raise RuntimeError(
                    f"{MOST_WAITING} commands already wait for the sink; send these nearer to their time"
                )

    def read_meters(self):
        """One row a block since the last call, float64, shape (blocks, 9), columns as in `METERS`.

        Peaks and powers (mean squares) of what left, full scale 1; the time the block took and may take.
        """
        return self.meters.pop()

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
        """How often the sound card, or the sound server, ran dry."""
        return atomic_load(&self.xrun)

    @property
    def is_realtime(self):
        """Whether the system let the thread run before all others (SCHED_FIFO)."""
        return bool(atomic_load(&self.realtime))

    @property
    def is_memory_kept(self):
        """Whether the system promised not to take the memory away (mlockall)."""
        return bool(atomic_load(&self.memory_kept))

    @property
    def is_running(self):
        """Whether the thread renders."""
        return bool(self.has_thread)

    cdef void loop(self) noexcept nogil:
        pass

    cdef void settle_in(self) noexcept nogil:
        # What a thread does once, before its first block.
        touch_stack()
        flush_denormals()
        atomic_store(&self.memory_kept, keep_memory())
        atomic_store(&self.realtime, ask_realtime(PRIORITY))

    cdef void make(self, int frames) noexcept nogil:
        # The next frames, into the first columns of `block`, into the tap and onto the meters.
        cdef Py_ssize_t stride = self.block.shape[1]
        cdef int done = 0, part
        cdef int64_t begun_ns = now_ns()
        self.graph.guard.hush(begun_ns - atomic_load(&self.fed_ns) > STARVED_NS)
        self._take_commands()
        while done < frames:
            part = self._obey(frames - done)
            self.graph.fill(&self.block[0, done], stride, part)
            done += part
        self.tap.push(&self.block[0, 0], stride, frames)
        self._meter(frames, begun_ns)

    cdef void _take_commands(self) noexcept nogil:
        cdef double row[COMMAND_WIDTH]
        cdef int place
        while self.waiting_count < MOST_WAITING and self.commands.pull(row):
            place = self.waiting_count
            while place > 0 and self.waiting[place - 1][0] > row[0]:
                memcpy(self.waiting[place], self.waiting[place - 1], sizeof(row))
                place -= 1
            memcpy(self.waiting[place], row, sizeof(row))
            self.waiting_count += 1

    cdef int _obey(self, int frames) noexcept nogil:
        # Carries out what is due at the next frame; says how many frames may pass until the next command.
        cdef int64_t now = self.graph.handed_out, due
        cdef Knob* knob
        while self.waiting_count:
            due = <int64_t> self.waiting[0][0]
            if due > now:
                return <int> min(<int64_t> frames, due - now)
            if self.waiting[0][1] == _STOP:
                self.graph.guard.stop()
            elif self.waiting[0][1] == _SET:
                knob = &self.graph.knobs[<int> self.waiting[0][2]]
                (<Part> knob.part).aim(knob.place, self.waiting[0][3], self.waiting[0][4])
            else:
                atomic_store(&self.graph.guard.stop_asked, 0)
            self.waiting_count -= 1
            memmove(self.waiting[0], self.waiting[1], self.waiting_count * sizeof(self.waiting[0]))
        return frames

    cdef void _meter(self, int frames, int64_t begun_ns) noexcept nogil:
        cdef double row[METER_WIDTH]
        cdef float peak[LANES]
        cdef double power[2]
        cdef float x
        cdef int lane, j
        for lane in range(LANES):
            peak[lane] = 0.0
            for j in range(frames):
                x = <float> fabs(self.block[lane, j])
                peak[lane] = x if x > peak[lane] else peak[lane]
        for lane in range(2):
            power[lane] = 0.0
            for j in range(frames):
                power[lane] += self.block[lane, j] * self.block[lane, j]
        row[0] = <double> (self.graph.handed_out - frames)
        row[1], row[2] = peak[0], peak[1]
        row[3], row[4] = power[0] / frames, power[1] / frames
        row[5] = max(max(peak[2], peak[3]), max(peak[4], peak[5]))
        row[6] = max(peak[6], peak[7])
        row[7] = (now_ns() - begun_ns) * 1e-3
        row[8] = 1e6 * frames / self.graph.rate_hz
        self.meters.push(row)

    def __dealloc__(self):
        if self.has_thread:
            atomic_store(&self.is_wanted, 0)
            with nogil:
                join_thread(self.thread)
