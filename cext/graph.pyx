# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The whole engine in one call: voices -> bus -> effects -> limiter, light and touch beside them, guard last.

Everything is made in ticks of 64 frames on one 64-bit frame counter and handed out in blocks of any size,
so the caller's block never changes a bit of the result. The control side writes targets between an odd and
an even sequence number; whoever renders looks once a tick, takes them if the number is even and unchanged,
and otherwise tries at the next tick: neither side ever waits. Light and touch are held back by the
limiter's look-ahead, so that a flash and a click of the same frame leave in the same frame.
"""

import threading
from collections.abc import Mapping

from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memcpy, memset

from cext._types cimport (
    LANES, TICK, atomic_fence, atomic_load, atomic_store, flush_denormals, restore_denormals,
)
from cext.guard cimport Guard
from cext.lanes.light cimport Light
from cext.lanes.vibration cimport Vibration
from cext.parts cimport Effect, Part, Voice

from cext import effects, voices
from cext.parameters import checked, prefixed, unknown

# Name in the graph, row of the catalogue, values other than the row's own. One row more is one voice more.
VOICE_ROWS = (
    ("pad", "pad", {"level": 0.0}),
    ("swell", "swell", {"level": 0.0}),
    ("sine", "sine", {"level": 0.0}),
    ("noise", "pink", {"level": 0.0}),
)
EFFECT_ROWS = (
    ("lowpass", "lowpass", {}),
    ("reverb", "reverb", {}),
    ("master", "gain", {}),
    ("limiter", "limiter", {}),
)


def _rows():
    rows = []
    for table, catalogue in ((VOICE_ROWS, voices.catalogue()), (EFFECT_ROWS, effects.catalogue())):
        for prefix, kind, values in table:
            own = [row._replace(default=values.get(row.name, row.default)) for row in catalogue[kind]]
            rows += prefixed(prefix, own)
    return tuple(rows + prefixed("light", Light.PARAMETERS) + prefixed("vibration", Vibration.PARAMETERS))


PARAMETERS = _rows()
_INDEX = {row.name: index for index, row in enumerate(PARAMETERS)}


cdef class Graph:
    """Voices, effects, light, touch and guard on one clock."""

    def __init__(self, double rate_hz=48_000.0, uint64_t seed=1):
        cdef int k, i, n = 0
        self.rate_hz = rate_hz
        self.guard = Guard(rate_hz)
        self.writing = threading.Lock()
        self.parts = []
        for _, kind, values in VOICE_ROWS:
            seeded = {"seed": seed} if kind != "sine" else {}
            self.parts.append(voices.make(kind, rate_hz, **seeded, **values))
        for _, kind, values in EFFECT_ROWS:
            self.parts.append(effects.make(kind, rate_hz, **values))
        self.light = Light(rate_hz)
        self.vibration = Vibration(rate_hz)
        self.parts += [self.light, self.vibration]
        self.voice_count = len(VOICE_ROWS)
        self.effect_count = len(EFFECT_ROWS)
        for k, part in enumerate(self.parts):
            self.everyone[k] = <void*> part
            if k < self.voice_count:
                self.voices[k] = <void*> part
            elif k < self.voice_count + self.effect_count:
                self.effects[k - self.voice_count] = <void*> part
            for i in range(len(part.parameters)):
                self.part_of[n] = k
                self.place_of[n] = i
                self.goal[n] = part.parameters[i].default
                n += 1
        self.target_count = n
        for n, row in enumerate(PARAMETERS):
            self.goal[n] = row.default

    @property
    def frame(self):
        """How many frames have left so far; the one clock of sound, light and touch."""
        return atomic_load(&self.handed_out)

    @property
    def latency_frames(self):
        """How many frames after its cause anything leaves, the same for every lane."""
        return TICK

    @property
    def is_stopped(self):
        """Whether an emergency stop is latched."""
        return self.guard.is_stopped

    def get(self, str name):
        """Where one parameter is going. Raises ValueError."""
        return self.goal[self._index(name)]

    def set(self, str name, double value):
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
            pairs.append((index, checked(PARAMETERS[index], value)))
        with self.writing:
            atomic_store(&self.sequence, self.sequence + 1)
            atomic_fence()
            for index, value in pairs:
                self.goal[index] = value
                self.glide_s[index] = glide_s
                self.stamp[index] += 1
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
        if name not in _INDEX:
            raise unknown("parameter", name, list(_INDEX))
        return _INDEX[name]

    cdef void fill(self, float* out, Py_ssize_t stride, Py_ssize_t frames) noexcept nogil:
        cdef Py_ssize_t done = 0, part, taken
        cdef int lane
        cdef uint64_t mode = flush_denormals()
        while done < frames:
            taken = self.handed_out % TICK
            if taken == 0:
                self._tick()
            part = min(<Py_ssize_t> TICK - taken, frames - done)
            for lane in range(LANES):
                memcpy(out + lane * stride + done, &self.ready[lane * TICK + taken], part * sizeof(float))
            done += part
            atomic_store(&self.handed_out, self.handed_out + part)
        restore_denormals(mode)

    cdef void _tick(self) noexcept nogil:
        cdef int i
        cdef float* left = &self.ready[0]
        cdef float* right = &self.ready[TICK]
        self._take_targets()
        memset(left, 0, 2 * TICK * sizeof(float))
        for i in range(self.voice_count):
            (<Voice> self.voices[i]).run(left, right, TICK)
        for i in range(self.effect_count):
            (<Effect> self.effects[i]).run(left, right, TICK)
        memcpy(&self.ready[2 * TICK], &self.later[2 * TICK], 6 * TICK * sizeof(float))
        self.light.fill(&self.later[2 * TICK], TICK)
        self.vibration.fill(&self.later[6 * TICK], TICK)
        self.guard.run(&self.ready[0], TICK, TICK, self.made)
        self.made += TICK

    cdef void _take_targets(self) noexcept nogil:
        cdef int64_t before = atomic_load(&self.sequence)
        cdef int64_t stamps[MOST_TARGETS]
        cdef double goals[MOST_TARGETS]
        cdef double glides[MOST_TARGETS]
        cdef int i
        if before == self.seen_sequence or before % 2 == 1:
            return
        memcpy(stamps, self.stamp, sizeof(stamps))
        memcpy(goals, self.goal, sizeof(goals))
        memcpy(glides, self.glide_s, sizeof(glides))
        atomic_fence()
        if atomic_load(&self.sequence) != before:
            return
        self.seen_sequence = before
        for i in range(self.target_count):
            if stamps[i] != self.seen[i]:
                self.seen[i] = stamps[i]
                (<Part> self.everyone[self.part_of[i]]).aim(self.place_of[i], goals[i], glides[i])
