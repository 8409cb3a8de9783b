# cython: boundscheck=False, wraparound=False, cdivision=True
"""Breaths counted in slow waves: smoothing that leaves them, and a vote on how many there were.

A breath is seldom a sine and seldom quite even, so the height of a spectrum misses it; counting turning
points depends on how deep a dip must be. Here both questions are put to a vote. Each series of the last half
minute (a belt, the height of the beats, their intervals ...) is counted at several depths, and each count
weighs the more, the more evenly its waves follow one another in time and in size. The weighted median of all
votes is the rate: one bad source, or one bad depth, cannot pull it. Idea of fusing several estimates: Karlen
et al., IEEE Trans. Biomed. Eng. 60 (2013) 1946; counting between turning points with a threshold: Schaefer
and Kratky, Ann. Biomed. Eng. 36 (2008) 476.
"""

from libc.math cimport exp, fabs, isfinite, sqrt

import numpy as np

cdef enum:
    MOST = 256           # votes
    POINTS = 1024        # longest series
    DEPTHS = 5
    SOFT_DEPTHS = 2

# How deep a turn must be, as a share of the size of the waves (2 sqrt 2 times their standard deviation).
cdef double[DEPTHS] DEPTH = [0.15, 0.2, 0.25, 0.3, 0.4]
cdef double[SOFT_DEPTHS] SOFT_DEPTH = [0.2, 0.3]
cdef double SIZE = 2.8284271247461903
# How fast unevenness costs weight; unevenness of size counts half as much as that of time.
cdef double STEEPNESS = 4.0
cdef double SIZE_SHARE = 0.5
# What one wave alone says about evenness: nothing good.
cdef double ALONE = 0.5
VOTES = DEPTHS + SOFT_DEPTHS


cdef struct Waves:
    int crests
    int valleys
    int first_crest
    int last_crest
    int first_valley
    int last_valley
    double crest_squares
    double valley_squares
    int swings
    double swing_sum
    double swing_squares


cdef inline void crest(Waves *w, int at) noexcept nogil:
    if w.crests:
        w.crest_squares += <double>(at - w.last_crest) * (at - w.last_crest)
    else:
        w.first_crest = at
    w.last_crest = at
    w.crests += 1


cdef inline void valley(Waves *w, int at) noexcept nogil:
    if w.valleys:
        w.valley_squares += <double>(at - w.last_valley) * (at - w.last_valley)
    else:
        w.first_valley = at
    w.last_valley = at
    w.valleys += 1


cdef inline void swing(Waves *w, double size) noexcept nogil:
    w.swings += 1
    w.swing_sum += size
    w.swing_squares += size * size


cdef void turns(const double *x, int n, double depth, Waves *w) noexcept nogil:
    """Turning points at which the series falls or rises by more than depth."""
    cdef int high = 0, low = 0, side = 0, i
    cdef double last = 0.0
    cdef bint has_last = False
    w.crests = w.valleys = w.swings = 0
    w.first_crest = w.last_crest = w.first_valley = w.last_valley = 0
    w.crest_squares = w.valley_squares = w.swing_sum = w.swing_squares = 0.0
    for i in range(n):
        if side >= 0:
            if x[i] > x[high]:
                high = i
            elif x[high] - x[i] > depth:
                # Where the series begins is no turning point.
                if high > 0:
                    crest(w, high)
                    if has_last:
                        swing(w, fabs(x[high] - last))
                    last, has_last = x[high], True
                side, low = -1, i
                continue
        if side <= 0:
            if x[i] < x[low]:
                low = i
            elif x[i] - x[low] > depth:
                if low > 0:
                    valley(w, low)
                    if has_last:
                        swing(w, fabs(x[low] - last))
                    last, has_last = x[low], True
                side, high = 1, i


cdef inline double unevenness(int count, double total, double squares) noexcept nogil:
    """Standard deviation over mean of count positive numbers."""
    cdef double mean = total / count
    return sqrt(max(0.0, squares / count - mean * mean)) / mean if mean > 0.0 else ALONE


cdef class Votes:
    """The counts of one look: `add` every series there is, then ask for `rate`."""

    cdef double[MOST] _hertz
    cdef double[MOST] _weight
    cdef int _count
    cdef int _series
    cdef double[POINTS] _x
    cdef double[POINTS] _soft

    def clear(self):
        """Begin a new look."""
        self._count = self._series = 0

    @property
    def series(self):
        """How many series have voted."""
        return self._series

    def add(self, values, double rate_hz, double fastest_hz, double trust=1.0):
        """Count the waves of an even series of 8 to 1,024 points; those faster than fastest_hz do not count.

        trust: 0..1, how much the whole series weighs. A flat series, or one with NaN, has no say.
        """
        cdef const double[::1] v = np.ascontiguousarray(values, dtype=np.float64)
        cdef int n = <int>v.shape[0], i, k
        cdef double mean = 0.0, slope = 0.0, spread = 0.0, middle = 0.5 * (n - 1), power = 0.0, depth
        if n < 8 or n > POINTS or self._count + DEPTHS + SOFT_DEPTHS > MOST:
            raise ValueError(f"{n} points cannot be counted; give 8 to {POINTS}, and clear between looks")
        for i in range(n):
            if not isfinite(v[i]):
                return
            mean += v[i]
        mean /= n
        for i in range(n):
            slope += (i - middle) * (v[i] - mean)
            spread += (i - middle) * (i - middle)
        slope /= spread
        for i in range(n):
            self._x[i] = v[i]
            power += (v[i] - mean - slope * (i - middle)) ** 2
        depth = SIZE * sqrt(power / n)
        self._series += 1
        if not depth > 1e-12 * (fabs(mean) + 1e-300):
            return
        for i in range(n):
            self._soft[i] = (0.25 * self._x[max(0, i - 1)] + 0.5 * self._x[i]
                             + 0.25 * self._x[min(n - 1, i + 1)])
        for k in range(DEPTHS):
            self._vote(self._x, n, DEPTH[k] * depth, rate_hz, fastest_hz, trust)
        for k in range(SOFT_DEPTHS):
            self._vote(self._soft, n, SOFT_DEPTH[k] * depth, rate_hz, fastest_hz, trust)

    cdef void _vote(self, const double *x, int n, double depth, double rate_hz, double fastest_hz,
                    double trust) noexcept:
        cdef Waves w
        cdef double hertz = 0.0, uneven = 0.0, span
        cdef int sides = 0
        turns(x, n, depth, &w)
        if w.crests >= 2:
            span = w.last_crest - w.first_crest
            hertz += rate_hz * (w.crests - 1) / span
            uneven += unevenness(w.crests - 1, span, w.crest_squares) if w.crests > 2 else ALONE
            sides += 1
        if w.valleys >= 2:
            span = w.last_valley - w.first_valley
            hertz += rate_hz * (w.valleys - 1) / span
            uneven += unevenness(w.valleys - 1, span, w.valley_squares) if w.valleys > 2 else ALONE
            sides += 1
        if sides == 0 or hertz / sides > fastest_hz:
            return
        uneven = uneven / sides + SIZE_SHARE * (
            unevenness(w.swings, w.swing_sum, w.swing_squares) if w.swings > 1 else ALONE)
        self._hertz[self._count] = hertz / sides
        self._weight[self._count] = trust * exp(-STEEPNESS * uneven)
        self._count += 1

    def rate(self):
        """The weighted median in Hz, and 0..1 how evenly and unanimously it was said; None without votes."""
        cdef int i, k, j
        cdef double total = 0.0, near = 0.0, sum_ = 0.0, hertz, weight
        # Sorted by insertion: a few dozen votes.
        for i in range(1, self._count):
            hertz, weight = self._hertz[i], self._weight[i]
            k = i
            while k > 0 and self._hertz[k - 1] > hertz:
                self._hertz[k] = self._hertz[k - 1]
                self._weight[k] = self._weight[k - 1]
                k -= 1
            self._hertz[k] = hertz
            self._weight[k] = weight
        for i in range(self._count):
            total += self._weight[i]
        if not total > 0.0:
            return None
        j = 0
        for i in range(self._count):
            sum_ += self._weight[i]
            if sum_ >= 0.5 * total:
                j = i
                break
        hertz = self._hertz[j]
        for i in range(self._count):
            if fabs(self._hertz[i] - hertz) <= max(0.1 * hertz, 1.0 / 60.0):
                near += self._weight[i]
        return hertz, near / (self._series * (DEPTHS + SOFT_DEPTHS)), near / total


def smoothed(values, int width):
    """The running mean of an even series, shape (points - width + 1,), late by (width - 1) / 2 points."""
    cdef const double[::1] v = np.ascontiguousarray(values, dtype=np.float64)
    cdef Py_ssize_t n = v.shape[0], i
    if width < 1 or n < width:
        raise ValueError(f"{n} points have no running mean of {width}")
    out = np.empty(n - width + 1)
    cdef double[::1] o = out
    cdef double total = 0.0, base = v[0]
    for i in range(n):
        total += v[i] - base
        if i >= width:
            total -= v[i - width] - base
        if i >= width - 1:
            o[i - width + 1] = base + total / width
    return out


def middles(values, int width):
    """The running median of an even series, shape (points - width + 1,), width up to 64."""
    cdef const double[::1] v = np.ascontiguousarray(values, dtype=np.float64)
    cdef Py_ssize_t n = v.shape[0], i
    cdef double[64] row
    cdef int k
    if width < 1 or width > 64 or n < width or not np.isfinite(values).all():
        raise ValueError(f"{n} points have no running median of {width}; give finite ones, width 1 to 64")
    out = np.empty(n - width + 1)
    cdef double[::1] o = out
    for i in range(n):
        k = <int>min(i, <Py_ssize_t>width)
        if i >= width:
            # Take out the oldest; the row stays sorted.
            k = 0
            while row[k] != v[i - width]:
                k += 1
            while k < width - 1:
                row[k] = row[k + 1]
                k += 1
        while k > 0 and row[k - 1] > v[i]:
            row[k] = row[k - 1]
            k -= 1
        row[k] = v[i]
        if i >= width - 1:
            o[i - width + 1] = 0.5 * (row[(width - 1) // 2] + row[width // 2])
    return out
