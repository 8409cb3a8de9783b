# cython: boundscheck=False, wraparound=False, cdivision=True
"""The figures of variability over the last so many seconds, kept up to date beat by beat.

The window keeps running sums, so that a new beat costs the same however long the window is; sums are of
distances from 800 ms, where doubles are finest, and are taken anew each time round the ring. What needs the
whole window (spectrum, entropy, histogram) is computed when it is asked for.
"""

from libc.math cimport fabs, isfinite, sqrt
from libc.stdlib cimport free, malloc

from cext.hrv.times cimport CENTRE_MS, Sums, count_in, figures_of, is_interval

import numpy as np

from cext.hrv import whole as _whole


cdef struct Kept:
    double time_s
    double rr
    double step
    bint has_step
    bint is_own


cdef class Sliding:
    """The figures of the last window_s seconds.

    window_s: 1 to 86,400. Figures are None until there are enough intervals; None is not zero.
    rejected: how many were refused so far; corrected: how many mended ones are in the window.
    """

    cdef Kept* ring
    cdef readonly double window_s
    cdef readonly long long rejected, corrected
    cdef long long size, head, tail
    cdef Sums sums
    cdef double newest_rr, newest_s
    cdef bint has_newest, is_newest_own

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
        self.head = self.tail = self.rejected = self.corrected = 0
        self.sums = Sums(0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0)
        self.has_newest = False

    def __len__(self):
        return self.tail - self.head

    def feed(self, double interval_ms, double time_s, bint is_corrected=False):
        """Take one interval that ended at time_s; False when it was refused (and counted in `rejected`).

        Refused is what is not a number, shorter than 200 or longer than 3,000 ms, or not later than the one
        before. A step to the interval before counts only if both are untouched and nothing lies between.
        """
        cdef bint is_joined
        cdef bint is_later = not self.has_newest or time_s > self.newest_s
        if not (is_later and is_interval(interval_ms) and isfinite(time_s)):
            self.rejected += 1
            # Whatever comes next is no neighbour of what came before.
            self.is_newest_own = False
            return False
        is_joined = (not is_corrected and self.has_newest and self.is_newest_own
                     and time_s - self.newest_s <= 1.5 * interval_ms / 1000.0)
        self._keep(time_s, interval_ms, is_joined, not is_corrected)
        return True

    def add(self, double time_s, double rr_ms, bint is_joined=True):
        """Take one untouched interval that ended at time_s.

        is_joined: False when the interval before it is not its neighbour (a gap); then no difference counts.
        A value that is not a finite positive number is refused with ValueError.
        """
        if not (isfinite(time_s) and isfinite(rr_ms) and rr_ms > 0.0):
            raise ValueError(f"an interval of {rr_ms} ms at {time_s} s cannot be used")
        self._keep(time_s, rr_ms, is_joined, True)

    def expire(self, double now_s):
        """Let go of what is older than the window."""
        self._expire(now_s)

    def figures(self):
        """Every figure of the time domain that follows from sums, name -> value; as cheap as a beat."""
        found = figures_of(&self.sums)
        found["corrected"] = self.corrected
        found["rejected"] = self.rejected
        return found

    def all_figures(self):
        """Every figure there is over the window: time, spectrum, entropy, fractal, histogram."""
        cdef long long count = self.tail - self.head, i
        cdef Kept* one
        values, times = np.empty(count), np.empty(count)
        own, joined = np.empty(count, dtype=np.uint8), np.empty(count, dtype=np.uint8)
        cdef double[::1] v = values
        cdef double[::1] t = times
        cdef unsigned char[::1] o = own
        cdef unsigned char[::1] j = joined
        for i in range(count):
            one = &self.ring[(self.head + i) % self.size]
            v[i] = one.rr + CENTRE_MS
            t[i] = one.time_s
            o[i] = one.is_own
            j[i] = one.has_step
        found = _whole.of_sorted(values, times, own.view(np.bool_), joined.view(np.bool_))
        found["rejected"] = self.rejected
        return found

    cdef void _keep(self, double time_s, double rr_ms, bint is_joined, bint is_own) noexcept nogil:
        cdef Kept* one
        if self.tail - self.head == self.size:
            self._drop()
        one = &self.ring[self.tail % self.size]
        one.time_s = time_s
        one.rr = rr_ms - CENTRE_MS
        one.is_own = is_own
        one.has_step = is_joined and self.has_newest and self.tail > self.head
        one.step = rr_ms - self.newest_rr if one.has_step else 0.0
        self.newest_rr = rr_ms
        self.newest_s = time_s
        self.is_newest_own = is_own
        self.has_newest = True
        self.tail += 1
        if self.tail % self.size == 0:
            self._sum_up()
        else:
            self._count(one, 1)
        self._expire(time_s)

    cdef void _expire(self, double now_s) noexcept nogil:
        while self.head < self.tail and self.ring[self.head % self.size].time_s <= now_s - self.window_s:
            self._drop()

    cdef void _count(self, Kept* one, int sign) noexcept nogil:
        if one.is_own:
            count_in(&self.sums, one.rr, one.has_step, one.step, sign)
        else:
            self.corrected += sign

    cdef void _drop(self) noexcept nogil:
        cdef Kept* one = &self.ring[self.head % self.size]
        self._count(one, -1)
        self.head += 1
        if self.head < self.tail:
            # The step to an interval that has left belongs to the window no more.
            one = &self.ring[self.head % self.size]
            if one.has_step:
                self.sums.steps -= 1
                self.sums.step -= one.step
                self.sums.step2 -= one.step * one.step
                self.sums.wide20 -= fabs(one.step) > 20.0
                self.sums.wide50 -= fabs(one.step) > 50.0
                one.has_step = False

    cdef void _sum_up(self) noexcept nogil:
        cdef long long i
        self.sums = Sums(0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0)
        self.corrected = 0
        for i in range(self.head, self.tail):
            self._count(&self.ring[i % self.size], 1)

    @property
    def mean_hr_bpm(self):
        """Beats a minute, or None before the first interval."""
        return 60000.0 / (CENTRE_MS + self.sums.rr / self.sums.count) if self.sums.count else None

    @property
    def sdnn_ms(self):
        """Milliseconds, or None below three intervals."""
        cdef long long count = self.sums.count
        if count < 3:
            return None
        return sqrt(max(0.0, self.sums.rr2 - self.sums.rr * self.sums.rr / count) / (count - 1))

    @property
    def rmssd_ms(self):
        """Milliseconds, or None below two differences."""
        return sqrt(max(0.0, self.sums.step2) / self.sums.steps) if self.sums.steps >= 2 else None

    @property
    def pnn50(self):
        """A share 0..1, or None below two differences."""
        return self.sums.wide50 / <double>self.sums.steps if self.sums.steps >= 2 else None
