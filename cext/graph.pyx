# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The whole engine in one call: voices -> buses -> effects -> limiter, light and touch beside, guard last.

Everything is made in ticks of 64 frames on one 64-bit frame counter and handed out in blocks of any size,
so the caller's block never changes a bit of the result. The control side writes targets between an odd and
an even sequence number; whoever renders looks once a tick, takes them if the number is even and unchanged,
and otherwise tries at the next tick: neither side ever waits. Light and touch are held back as long as the
sound's longest way, so that a flash and a click of the same frame leave in the same frame. What there is and
how it is wired says a plan (`cext.plans`); nothing is allocated once the graph is made.
"""

import threading
from collections.abc import Mapping

import numpy as np

from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memset

from cext._types cimport (
    LANES, TICK, atomic_fence, atomic_load, atomic_store, flush_denormals, restore_denormals,
)
from cext.guard cimport GUARD_LATENCY, Guard
from cext.lanes.lane cimport Lane
from cext.parts cimport Part

from cext import lanes as lane_kinds
from cext.effects.routing import Chain, Mix
from cext.parameters import checked, prefixed, unknown
from cext.plans import PROTOCOL, BusRow, EffectRow, GraphPlan, LaneRow, VoiceRow
from cext.wiring import Wiring

__all__ = [
    "PARAMETERS", "PROTOCOL", "BusRow", "Chain", "EffectRow", "Graph", "GraphPlan", "LaneRow", "Mix",
    "VoiceRow",
]


cdef class Graph:
    """Voices, effects, light, touch and guard on one clock.

    plan: which voices and effects there are and how they are wired; without one, the protocols' graph with
    `PARAMETERS`. seed: chooses noises and starting places; the same seed gives the same bits.
    consent: what the person agreed to, L0 to L3, and with light_map, calibration and carried all that the
    guard is told; see `cext.guard`.
    """

    def __cinit__(self):
        self.steps = NULL
        self.written = self.taken = NULL
        self.knobs = NULL
        self.makers = NULL

    def __init__(
        self, double rate_hz=48_000.0, uint64_t seed=1, plan=PROTOCOL, *, str consent="L1",
        str light_map="eyes", calibration=None, carried=None,
    ):
        self.rate_hz = rate_hz
        self.guard = Guard(rate_hz, consent, light_map=light_map, calibration=calibration, carried=carried)
        self.writing = threading.Lock()
        wiring = Wiring(plan, rate_hz, seed)
        self.lanes = [lane_kinds.make(row.kind, rate_hz, **row.values) for row in plan.lanes]
        knobs = []
        for row, lane in zip(plan.lanes, self.lanes, strict=True):
            knobs += prefixed(row.name, lane.parameters)
        self.parameters = wiring.parameters + tuple(knobs)
        self.index = {row.name: index for index, row in enumerate(self.parameters)}
        self.buses = wiring.buses
        self._wire(wiring.steps)
        self._light()
        self._join([*wiring.knobs.values(), *self.lanes])
        self._hold(wiring.latency_frames)

    def _wire(self, steps):
        cdef int i, place
        cdef Part part
        self.parts = [part for part, _ in steps]
        self.step_count = len(steps)
        self.steps = <Step*> calloc(self.step_count, sizeof(Step))
        if self.steps == NULL:
            raise MemoryError("no memory for the steps of a graph")
        for i, (part, place) in enumerate(steps):
            self.steps[i] = Step(<void*> part, &self.buses[place, 0, 0], &self.buses[place, 1, 0])
        # Main is wired last: what it holds leaves.
        self.out = self.steps[self.step_count - 1]

    def _light(self):
        cdef int i
        self.maker_count = len(self.lanes)
        self.makers = <void**> calloc(max(1, self.maker_count), sizeof(void*))
        if self.makers == NULL:
            raise MemoryError("no memory for the lanes of a graph")
        for i, lane in enumerate(self.lanes):
            self.makers[i] = <void*> lane

    def _join(self, parts):
        cdef int i, n = 0
        cdef Part part
        self.turned = parts
        self.target_count = len(self.parameters)
        self.knobs = <Knob*> calloc(self.target_count, sizeof(Knob))
        self.written = <Target*> calloc(self.target_count, sizeof(Target))
        self.taken = <Target*> calloc(self.target_count, sizeof(Target))
        if self.knobs == NULL or self.written == NULL or self.taken == NULL:
            raise MemoryError("no memory for the parameters of a graph")
        for part in parts:
            for i in range(len(part.parameters)):
                self.knobs[n] = Knob(<void*> part, i, 0)
                self.written[n].goal = self.parameters[n].default
                n += 1

    def _hold(self, Py_ssize_t latency_frames):
        # Light and touch wait as long as the sound's longest way: a ring of whole ticks.
        slots = 1
        while slots * TICK < latency_frames + TICK:
            slots *= 2
        self.late_frames = latency_frames
        self.later = np.zeros((slots, LANES - 2, TICK), dtype=np.float32)

    def __dealloc__(self):
        free(self.steps)
        free(self.knobs)
        free(self.written)
        free(self.taken)
        free(self.makers)

    @property
    def frame(self):
        """How many frames have left so far; the one clock of sound, light and touch."""
        return atomic_load(&self.handed_out)

    @property
    def latency_frames(self):
        """How many frames after its cause anything leaves, the same for every lane."""
        return self.late_frames + GUARD_LATENCY

    @property
    def is_stopped(self):
        """Whether an emergency stop is latched."""
        return self.guard.is_stopped

    def get(self, str name):
        """Where one parameter is going. Raises ValueError."""
        return self.written[<int> self._index(name)].goal

    def set(self, str name, value):
        """Turn one parameter; it glides there in 50 ms. Raises ValueError."""
        self.apply({name: value})

    def apply(self, targets: Mapping[str, float], double glide_s=0.05):
        """Send parameters to their targets, all of them from the same frame on.

        targets: parameter name -> value in its unit. glide_s: seconds to get there, 0 or more.
        All or nothing: one bad name or value raises ValueError, naming the nearest, and changes nothing.
        Safe while a native thread renders.
        """
        if not 0.0 <= glide_s <= 3600.0:
            raise ValueError(f"a glide of {glide_s} s is outside 0 to 3600 s")
        cdef int index
        pairs = []
        for name, value in targets.items():
            index = self._index(name)
            pairs.append((index, checked(self.parameters[index], value)))
        with self.writing:
            atomic_store(&self.sequence, self.sequence + 1)
            atomic_fence()
            for index, value in pairs:
                self.written[index].goal = value
                self.written[index].glide_s = glide_s
                self.written[index].stamp += 1
            atomic_fence()
            atomic_store(&self.sequence, self.sequence + 1)

    def render(self, float[:, ::1] block not None):
        """Fill a block of shape (8, frames), float32, with the next frames; rows as in `Lane`."""
        if block.shape[0] != LANES:
            raise ValueError(f"a block has {LANES} lanes, this one has {block.shape[0]}")
        if block.shape[1] < 1:
            raise ValueError("a block has at least 1 frame")
        if atomic_load(&self.is_taken):
            raise RuntimeError("a running sink renders this graph; stop the sink first")
        with nogil:
            self.fill(&block[0, 0], block.shape[1], block.shape[1])

    def stop_now(self):
        """Emergency stop: dark, still and silent within 50 ms, latched until `release`."""
        self.guard.stop()

    def release(self):
        """End an emergency stop; sound, light and touch come back slowly."""
        self.guard.release()

    def guard_report(self):
        """What the guard had to limit, how often, when (frames) and why."""
        return self.guard.report()

    def _index(self, str name):
        if name not in self.index:
            raise unknown("parameter", name, list(self.index))
        return self.index[name]

    cdef void fill(self, float* out, Py_ssize_t stride, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t done = 0, part, taken
        cdef int lane
        cdef uint64_t mode = flush_denormals()
        while done < frames:
            taken = self.handed_out % TICK
            part = min(<Py_ssize_t> TICK - taken, frames - done)
            if part == TICK:
                # A whole tick is made where it is wanted, a part of one beside it.
                self._tick(out + done, stride)
            else:
                if taken == 0:
                    self._tick(&self.ready[0], TICK)
                for lane in range(LANES):
                    memcpy(out + lane * stride + done, &self.ready[lane * TICK + taken], part * sizeof(float))
            done += part
            atomic_store(&self.handed_out, self.handed_out + part)
        restore_denormals(mode)

    cdef void _tick(self, float* out, Py_ssize_t stride) noexcept nogil:
        cdef int i
        cdef Step* step
        self._take_targets()
        memset(&self.buses[0, 0, 0], 0, self.buses.shape[0] * 2 * TICK * sizeof(float))
        for i in range(self.step_count):
            step = &self.steps[i]
            (<Part> step.part).run(step.left, step.right, TICK)
        memcpy(out, self.out.left, TICK * sizeof(float))
        memcpy(out + stride, self.out.right, TICK * sizeof(float))
        self._lanes(out + 2 * stride, stride)
        self.guard.run(out, stride, self.made)
        self.made += TICK

    cdef void _lanes(self, float* out, Py_ssize_t stride) noexcept nogil:
        # Made now, shown when the sound of now leaves.
        cdef int lane, j
        cdef float* sums
        cdef void* maker
        cdef int64_t slots = self.later.shape[0], now = self.made // TICK
        cdef float* fresh = &self.later[now & (slots - 1), 0, 0]
        cdef float* due = &self.later[(now - self.late_frames // TICK) & (slots - 1), 0, 0]
        memset(fresh, 0, (LANES - 2) * TICK * sizeof(float))
        for lane in range(self.maker_count):
            maker = self.makers[lane]
            (<Lane> maker).fill(self.fresh, TICK)
            sums = fresh if (<Lane> maker).rows == 4 else fresh + 4 * TICK
            for j in range((<Lane> maker).rows * TICK):
                sums[j] += self.fresh[j]
        for lane in range(LANES - 2):
            memcpy(out + lane * stride, due + lane * TICK, TICK * sizeof(float))

    cdef void _take_targets(self) noexcept nogil:
        cdef int64_t before = atomic_load(&self.sequence)
        cdef int i
        cdef Target* target
        cdef Knob* knob
        if before == self.seen_sequence or before % 2 == 1:
            return
        memcpy(self.taken, self.written, self.target_count * sizeof(Target))
        atomic_fence()
        if atomic_load(&self.sequence) != before:
            return
        self.seen_sequence = before
        for i in range(self.target_count):
            target = &self.taken[i]
            knob = &self.knobs[i]
            if target.stamp != knob.seen:
                knob.seen = target.stamp
                (<Part> knob.part).aim(knob.place, target.goal, target.glide_s)


PARAMETERS = Graph().parameters
