# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What voices, effects and lanes share: parameters that glide, and time cut into ticks.

A tick is 64 frames, counted from the part's own first frame. At the start of a tick each parameter says
where it is and where it will be at the end; inside it moves evenly from sample to sample. Because ticks are
anchored to the frame count and not to the caller's blocks, one block of 512 gives the same bits as 512
blocks of one.
"""

from cpython.buffer cimport (
    PyBUF_C_CONTIGUOUS, PyBUF_FORMAT, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer,
)
from libc.math cimport pow
from libc.stdint cimport uint64_t
from libc.string cimport memcpy, memset

import numpy as np

from cext._tame cimport tame
from cext._types cimport RAMP, TICK, flush_denormals, restore_denormals

from cext.parameters import checked, index_of, switch

cdef enum:
    _AT_ONCE = 1024   # frames

_OWN_GLIDE_S = 0.02  # long enough not to click, short enough to feel immediate


cdef class Part:
    """One voice, effect or lane, with a table of what can be turned on it."""

    PARAMETERS = ()
    SHARED = ()            # rows that every part of a kind has after its own

    def __init__(self, double rate_hz=48_000.0, **values):
        if not 8_000.0 <= rate_hz <= 384_000.0:
            raise ValueError(f"a rate of {rate_hz:g} Hz is outside 8000 to 384000 Hz")
        cdef int index
        self.rate_hz = rate_hz
        self.parameters = tuple(type(self).PARAMETERS) + self.SHARED
        self.count = len(self.parameters)
        if self.count > MOST_PARAMETERS:
            raise ValueError(f"a part has at most {MOST_PARAMETERS} parameters")
        for index, row in enumerate(self.parameters):
            self.is_log[index] = row.curve == "log"
            self.is_switch[index] = len(row.choices) > 0
            self.snap(index, row.default)
        for name, value in values.items():
            index = index_of(name, self.parameters)
            self.snap(index, checked(self.parameters[index], value))

    def set(self, str name, value):
        """Turn one parameter; it glides there in 20 ms, or at once where nothing sounds yet.

        value: a number, or for a switch the name of a position. Raises ValueError.
        """
        cdef int index = index_of(name, self.parameters)
        cdef double goal = checked(self.parameters[index], value)
        if self.has_run:
            self.aim(index, goal, _OWN_GLIDE_S)
        else:
            self.snap(index, goal)

    def get(self, str name):
        """Where one parameter is going."""
        cdef int index = index_of(name, self.parameters)
        return self.goal[index]

    def reset(self):
        """Forget everything heard so far; the parameters stay."""
        self.offset = 0
        self.has_run = False
        self.clear()

    cdef void snap(self, int index, double value) noexcept nogil:
        self.begin[index] = self.end[index] = self.goal[index] = value
        self.step[index] = 0.0
        self.ticks_left[index] = 0

    cdef void aim(self, int index, double goal, double glide_s) noexcept nogil:
        cdef double ticks = glide_s * self.rate_hz / TICK + 0.5
        self.is_moving = True
        self.goal[index] = goal
        self.ticks_left[index] = 1 if ticks < 1.0 or self.is_switch[index] else <long> ticks

    cdef void next_tick(self) noexcept nogil:
        self.has_run = True
        if self.is_moving:
            self._move()
        self.prepare()

    cdef void _move(self) noexcept nogil:
        cdef int i
        self.is_moving = False
        for i in range(self.count):
            self.begin[i] = self.end[i]
            if self.ticks_left[i] > 1:
                if self.is_log[i]:
                    self.end[i] = self.begin[i] * pow(self.goal[i] / self.begin[i], 1.0 / self.ticks_left[i])
                else:
                    self.end[i] = self.begin[i] + (self.goal[i] - self.begin[i]) / self.ticks_left[i]
                self.ticks_left[i] -= 1
            else:
                self.end[i] = self.goal[i]
                self.ticks_left[i] = 0
            self.step[i] = (self.end[i] - self.begin[i]) / TICK
            if self.step[i] != 0.0 or self.ticks_left[i] > 0:
                self.is_moving = True

    cdef void run(self, float* left, float* right, int frames) noexcept nogil:
        # A voice adds to what is there, an effect changes it in place.
        cdef int done = 0, part
        while done < frames:
            if self.offset == 0:
                self.next_tick()
            part = TICK - self.offset
            if part > frames - done:
                part = frames - done
            self.segment(left + done, right + done, self.offset, part)
            self.offset = (self.offset + part) % TICK
            done += part

    cdef void prepare(self) noexcept nogil:
        # Called once a tick, before its first segment: the place for coefficients.
        pass

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        # Frames first..first+frames of the present tick; never crosses its end.
        pass

    cdef void clear(self) noexcept nogil:
        # What a part remembers besides its parameters, back to the state of its first frame.
        pass


cdef class Voice(Part):
    """Something that sounds by itself."""

    def render(self, block not None):
        """Fill a block of shape (2, frames), float32, with the next frames of this voice."""
        cdef Py_buffer view
        cdef uint64_t mode
        hold(block, &view)
        with nogil:
            memset(view.buf, 0, view.len)
            mode = flush_denormals()
            self.run(<float*> view.buf, <float*> view.buf + view.shape[1], <int> view.shape[1])
            restore_denormals(mode)
        PyBuffer_Release(&view)


cdef class Effect(Part):
    """Something that changes a sound.

    SOURCE: the paper or law it follows. NEUTRAL: values at which the sound leaves as it came, only
    `latency_frames` later; None where there are none. Every effect ends with the switch `bypass`, which lets
    the sound pass to the bit, as late as the effect itself would.
    """

    SOURCE = ""
    NEUTRAL = None
    SPREADS = False        # whether equal ears come out different, on purpose
    SHARED = (switch("bypass", "off", "on"),)

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.bypass = self.count - 1

    def process(self, block not None):
        """Change a block of shape (2, frames), float32, in place.

        What is no sound (NaN, infinity, above +60 dBFS) is taken as silence or as +60 dBFS.
        """
        cdef Py_buffer view
        cdef uint64_t mode
        cdef Py_ssize_t done = 0, part
        cdef float* left
        cdef float* right
        hold(block, &view)
        left = <float*> view.buf
        right = left + view.shape[1]
        with nogil:
            mode = flush_denormals()
            # Not all at once: what was just looked at is still in the nearest memory when it is worked on.
            while done < view.shape[1]:
                part = min(view.shape[1] - done, <Py_ssize_t> _AT_ONCE)
                tame(left + done, part)
                tame(right + done, part)
                self.run(left + done, right + done, <int> part)
                done += part
            restore_denormals(mode)
        PyBuffer_Release(&view)

    def lock(self):
        """Take the switch away: from now on this effect cannot be bypassed."""
        self.snap(self.bypass, 0.0)
        self.parameters = tuple(row for row in self.parameters if row.name != "bypass")

    def reset(self):
        """Forget everything heard so far; the parameters stay."""
        Part.reset(self)
        self.is_asleep = False
        if self.latency_frames:
            self.waiting[:, :] = 0.0

    cdef int delays(self, int frames) except -1:
        # Said once, at construction, by an effect that lets the sound out later than it came.
        self.latency_frames = frames
        self.waiting_place = 0
        if frames:
            self.waiting = np.zeros((2, frames), dtype=np.float32)
        return 0

    cdef void run(self, float* left, float* right, int frames) noexcept nogil:
        cdef int done = 0, part
        while done < frames:
            if self.offset == 0:
                self.next_tick()
            part = TICK - self.offset
            if part > frames - done:
                part = frames - done
            if self.begin[self.bypass] == 0.0 and self.end[self.bypass] == 0.0:
                if self.latency_frames:
                    self._wait(left + done, right + done, part)
                self.segment(left + done, right + done, self.offset, part)
            else:
                self._aside(left + done, right + done, self.offset, part)
            self.offset = (self.offset + part) % TICK
            done += part

    cdef void _wait(self, float* left, float* right, int frames) noexcept nogil:
        # Keep the untouched sound ready for the moment someone bypasses the effect.
        # Only the last of it will still be there.
        cdef int part, done = max(0, frames - self.latency_frames)
        self.waiting_place = (self.waiting_place + done) % self.latency_frames
        while done < frames:
            part = min(frames - done, self.latency_frames - self.waiting_place)
            memcpy(&self.waiting[0, self.waiting_place], left + done, part * sizeof(float))
            memcpy(&self.waiting[1, self.waiting_place], right + done, part * sizeof(float))
            self.waiting_place = (self.waiting_place + part) % self.latency_frames
            done += part

    cdef void _aside(self, float* left, float* right, int first, int frames) noexcept nogil:
        # Bypassed, or on the way there: the untouched sound, as late as the effect makes it.
        cdef int j
        cdef float x, y, share
        cdef float begin = <float> self.begin[self.bypass], step = <float> self.step[self.bypass]
        cdef float dry_left[TICK]
        cdef float dry_right[TICK]
        for j in range(frames):
            dry_left[j] = left[j]
            dry_right[j] = right[j]
        if self.latency_frames:
            for j in range(frames):
                x = self.waiting[0, self.waiting_place]
                y = self.waiting[1, self.waiting_place]
                self.waiting[0, self.waiting_place] = dry_left[j]
                self.waiting[1, self.waiting_place] = dry_right[j]
                dry_left[j] = x
                dry_right[j] = y
                self.waiting_place = (self.waiting_place + 1) % self.latency_frames
        if self.begin[self.bypass] == 1.0 and self.end[self.bypass] == 1.0:
            # Asleep: no work, and no old tail on waking.
            if not self.is_asleep:
                self.is_asleep = True
                self.clear()
            memcpy(left, dry_left, frames * sizeof(float))
            memcpy(right, dry_right, frames * sizeof(float))
            return
        self.is_asleep = False
        self.segment(left, right, first, frames)
        for j in range(frames):
            share = begin + step * RAMP[first + j]
            left[j] += share * (dry_left[j] - left[j])
            right[j] += share * (dry_right[j] - right[j])


cdef int hold(object block, Py_buffer* view) except -1:
    # The caller's two rows. By hand, because a typed memoryview costs as much as a tick of a voice.
    PyObject_GetBuffer(block, view, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | PyBUF_WRITABLE)
    if view.ndim == 2 and view.shape[0] == 2 and view.format[0] == b"f" and view.format[1] == 0:
        return 0
    shape, kind = [view.shape[i] for i in range(view.ndim)], view.format.decode()
    PyBuffer_Release(view)
    raise ValueError(f"a block has 2 rows of float32 ('f'), this one has the shape {shape} of {kind!r}")
