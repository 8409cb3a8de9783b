# cython: boundscheck=False, wraparound=False, cdivision=True
"""Heart-rate variability in the time domain, on whole series and over a sliding window.

Definitions of the Task Force of ESC and NASPE, Circulation 93 (1996) 1043: SDNN with n-1, RMSSD and pNN50
over successive differences. The sliding window keeps running sums, so that a new beat costs the same
however long the window is; sums are of distances from 800 ms, where doubles are finest, and are taken
anew each time round the ring.
"""

from libc.math cimport fabs, isfinite, sqrt
from libc.stdlib cimport free, malloc

import numpy as np

cdef double CENTRE_MS = 800.0


cdef const double[::1] _series(intervals_ms, int least):
    cdef const double[::1] rr = np.ascontiguousarray(intervals_ms, dtype=np.float64).reshape(-1)
    cdef Py_ssize_t i
    if rr.shape[0] < least:
        raise ValueError(f"{rr.shape[0]} intervals are too few for this figure; give at least {least}")
    for i in range(rr.shape[0]):
        if not isfinite(rr[i]):
            raise ValueError(f"interval {i} is not a number; take gaps out first")
    return rr


def mean_hr(intervals_ms):
    """The mean heart rate over these intervals, beats a minute: 60,000 over the mean interval."""
    cdef const double[::1] rr = _series(intervals_ms, 1)
    cdef double total = 0.0
    cdef Py_ssize_t i
    for i in range(rr.shape[0]):
        total += rr[i]
    if total <= 0.0:
        raise ValueError("the intervals add up to nothing; give positive milliseconds")
    return 60000.0 * rr.shape[0] / total


def sdnn(intervals_ms):
    """How much the intervals spread around their mean, milliseconds."""
    cdef const double[::1] rr = _series(intervals_ms, 2)
    cdef double mean = 0.0, squares = 0.0
    cdef Py_ssize_t i, count = rr.shape[0]
    for i in range(count):
        mean += rr[i]
    mean /= count
    for i in range(count):
        squares += (rr[i] - mean) * (rr[i] - mean)
    return sqrt(squares / (count - 1))


def rmssd(intervals_ms):
    """How much the heartbeat varies from one beat to the next, milliseconds."""
    cdef const double[::1] rr = _series(intervals_ms, 2)
    cdef double squares = 0.0
    cdef Py_ssize_t i
    for i in range(1, rr.shape[0]):
        squares += (rr[i] - rr[i - 1]) * (rr[i] - rr[i - 1])
    return sqrt(squares / (rr.shape[0] - 1))


def pnn50(intervals_ms):
    """The share of beats that differ from the one before by more than 50 ms, 0..1."""
    cdef const double[::1] rr = _series(intervals_ms, 2)
    cdef Py_ssize_t i, wide = 0
    for i in range(1, rr.shape[0]):
        wide += fabs(rr[i] - rr[i - 1]) > 50.0
    return wide / <double>(rr.shape[0] - 1)


cdef struct Kept:
    double time_s
    double rr
    double step
    bint has_step


cdef class Sliding:
    """The same figures over the last so many seconds, kept up to date beat by beat.

    window_s: 1 to 86,400. Figures are None until there are enough intervals; None is not zero.
    """

    cdef Kept* ring
    cdef readonly double window_s
    cdef long long size, head, tail, steps, wide
    cdef double total, squares, step_squares, newest_rr
    cdef bint has_newest

    def __cinit__(self, double window_s):
        if not 1.0 <= window_s <= 86400.0:
            raise ValueError(f"a window of {window_s:g} s cannot be used; give 1 to 86400 s")
        self.window_s = window_s
        # Five beats a second is 300 a minute; faster ones push the oldest out.
        self.size = <long long>(5 * window_s) + 16
        self.ring = <Kept*>malloc(self.size * sizeof(Kept))
        if self.ring == NULL:
            raise MemoryError

    def __init__(self, double window_s):
        self.clear()

    def __dealloc__(self):
        free(self.ring)

    def clear(self):
        """Forget every interval."""
        self.head = self.tail = self.steps = self.wide = 0
        self.total = self.squares = self.step_squares = 0.0
        self.has_newest = False

    def __len__(self):
        return self.tail - self.head

    def add(self, double time_s, double rr_ms, bint is_joined=True):
        """Take one interval that ended at time_s.

        is_joined: False when the interval before it is not its neighbour (a gap); then no difference counts.
        A value that is not a finite positive number is refused with ValueError.
        """
        cdef Kept* one
        if not (isfinite(time_s) and isfinite(rr_ms) and rr_ms > 0.0):
            raise ValueError(f"an interval of {rr_ms} ms at {time_s} s cannot be used")
        if self.tail - self.head == self.size:
            self._drop()
        one = &self.ring[self.tail % self.size]
        one.time_s = time_s
        one.rr = rr_ms - CENTRE_MS
        one.has_step = is_joined and self.has_newest and self.tail > self.head
        one.step = rr_ms - self.newest_rr if one.has_step else 0.0
        self.newest_rr = rr_ms
        self.has_newest = True
        self.tail += 1
        if self.tail % self.size == 0:
            self._sum_up()
        else:
            self._count(one, 1)
        self.expire(time_s)

    def expire(self, double now_s):
        """Let go of what is older than the window."""
        while self.head < self.tail and self.ring[self.head % self.size].time_s <= now_s - self.window_s:
            self._drop()

    cdef void _count(self, Kept* one, int sign) noexcept nogil:
        self.total += sign * one.rr
        self.squares += sign * one.rr * one.rr
        if one.has_step:
            self.steps += sign
            self.step_squares += sign * one.step * one.step
            self.wide += sign * (fabs(one.step) > 50.0)

    cdef void _drop(self) noexcept nogil:
        cdef Kept* one = &self.ring[self.head % self.size]
        self._count(one, -1)
        self.head += 1
        if self.head < self.tail:
            # The step to an interval that has left belongs to the window no more.
            one = &self.ring[self.head % self.size]
            if one.has_step:
                self.steps -= 1
                self.step_squares -= one.step * one.step
                self.wide -= fabs(one.step) > 50.0
                one.has_step = False

    cdef void _sum_up(self) noexcept nogil:
        cdef long long i
        self.total = self.squares = self.step_squares = 0.0
        self.steps = self.wide = 0
        for i in range(self.head, self.tail):
            self._count(&self.ring[i % self.size], 1)

    @property
    def mean_hr_bpm(self):
        """Beats a minute, or None before the first interval."""
        cdef long long count = self.tail - self.head
        return 60000.0 / (CENTRE_MS + self.total / count) if count else None

    @property
    def sdnn_ms(self):
        """Milliseconds, or None below three intervals."""
        cdef long long count = self.tail - self.head
        if count < 3:
            return None
        return sqrt(max(0.0, self.squares - self.total * self.total / count) / (count - 1))

    @property
    def rmssd_ms(self):
        """Milliseconds, or None below two differences."""
        return sqrt(max(0.0, self.step_squares) / self.steps) if self.steps >= 2 else None

    @property
    def pnn50(self):
        """A share 0..1, or None below two differences."""
        return self.wide / <double>self.steps if self.steps >= 2 else None
