# cython: boundscheck=False, wraparound=False, cdivision=True
"""The slow waves of the heart: resampling of beat series, their spectrum, coherence.

Beats come unevenly, so the series is first laid on an even grid by a natural cubic spline, freed of its
straight line, shaped by a Hann window and then measured frequency by frequency with Goertzel's
recurrence, sixteen frequencies at a time: a few hundred points need no FFT, the grid of frequencies can be
as fine as wanted (which is what zero-padding gives), and only those that are asked for are computed.

Coherence after McCraty et al., "The Coherent Heart" (Integral Review 5 (2009) 10): 64 s of intervals, two
points a second; Pk is the power within 0.015 Hz of the highest peak between 0.04 and 0.26 Hz, T all power
from 0.0033 to 0.4 Hz, both integrated with interpolated edges; the ratio is Pk / (T - Pk), bounded, and the
share Pk / T is the same figure on a scale of 0..1. One clean slow wave gives nearly 1, noise gives little.
"""

from libc.math cimport M_PI, ceil, cos, floor, isfinite, sin
from cext cimport _simd  # no-cython-lint: its macro is in the prototype below

import numpy as np

cdef extern from *:
    """
    #define ECHOEL_BINS 16
    ECHOEL_CLONES static void echoel_goertzel(
        const double *, long, const double *restrict, double *restrict, double);
    static void echoel_goertzel(const double *x, long n, const double *restrict turns,
                                double *restrict out, double scale) {
        double c[ECHOEL_BINS], s1[ECHOEL_BINS], s2[ECHOEL_BINS];
        for (int j = 0; j < ECHOEL_BINS; j++) { c[j] = turns[j]; s1[j] = s2[j] = 0.0; }
        for (long i = 0; i < n; i++)
            for (int j = 0; j < ECHOEL_BINS; j++) {
                double s0 = x[i] + c[j] * s1[j] - s2[j];
                s2[j] = s1[j];
                s1[j] = s0;
            }
        for (int j = 0; j < ECHOEL_BINS; j++)
            out[j] = scale * (s1[j] * s1[j] + s2[j] * s2[j] - c[j] * s1[j] * s2[j]);
    }
    """
    void _goertzel "echoel_goertzel"(
        const double*, long, const double*, double*, double) noexcept nogil

cdef enum:
    BINS = 16            # frequencies measured at a time
    COHERENCE_BINS = 208

WINDOW_S = 64.0
RATIO_CEILING = 20.0
cdef double GRID_HZ = 2.0
cdef double BIN_HZ = 1.0 / 512.0
cdef double PEAK_LOW_HZ = 0.04
cdef double PEAK_HIGH_HZ = 0.26
cdef double PEAK_HALF_WIDTH_HZ = 0.015
cdef double TOTAL_LOW_HZ = 0.0033
cdef double TOTAL_HIGH_HZ = 0.4


cdef int points_of(const double* t, const double* v, Py_ssize_t n) noexcept nogil:
    """-1 when times rise and all is finite, else the first point where they do not."""
    cdef Py_ssize_t i
    for i in range(n):
        if not (isfinite(t[i]) and isfinite(v[i])) or (i and t[i] <= t[i - 1]):
            return <int>i
    return -1


cdef void lay_even(const double* t, const double* v, Py_ssize_t n, double start_s, double rate_hz,
                   double* out, Py_ssize_t count, double* bend, double* work) noexcept nogil:
    """The natural spline through n >= 2 points, read every 1 / rate_hz; bend, work: room for n each."""
    cdef Py_ssize_t i, k
    cdef double h0, h1, pivot, at, a, b, h
    # Second derivatives of the natural spline: a tridiagonal system, solved in place.
    bend[0] = bend[n - 1] = work[0] = 0.0
    for i in range(1, n - 1):
        h0 = t[i] - t[i - 1]
        h1 = t[i + 1] - t[i]
        pivot = 2.0 * (h0 + h1) - h0 * work[i - 1]
        work[i] = h1 / pivot
        bend[i] = (6.0 * ((v[i + 1] - v[i]) / h1 - (v[i] - v[i - 1]) / h0) - h0 * bend[i - 1]) / pivot
    for i in range(n - 2, 0, -1):
        bend[i] -= work[i] * bend[i + 1]
    i = 0
    for k in range(count):
        at = start_s + k / rate_hz
        while i < n - 2 and at > t[i + 1]:
            i += 1
        if at <= t[0]:
            out[k] = v[0]
        elif at >= t[n - 1]:
            out[k] = v[n - 1]
        else:
            h = t[i + 1] - t[i]
            a = (t[i + 1] - at) / h
            b = 1.0 - a
            out[k] = (a * v[i] + b * v[i + 1]
                      + ((a * a * a - a) * bend[i] + (b * b * b - b) * bend[i + 1]) * h * h / 6.0)


cdef double straighten(double* x, Py_ssize_t n, double hann_start) noexcept nogil:
    """Take the straight line out and apply a Hann window, in place; returns the sum of its squares.

    hann_start: where the first point lies in the window, in points: 0 for the periodic one, 0.5 for the even.
    """
    cdef double middle = 0.5 * (n - 1), mean = 0.0, slope = 0.0, spread = 0.0, weight = 0.0, w
    cdef Py_ssize_t i
    for i in range(n):
        mean += x[i]
    mean /= n
    for i in range(n):
        slope += (i - middle) * x[i]
        spread += (i - middle) * (i - middle)
    slope /= spread
    # The cosine of the window by recurrence: cheaper than the call, and exact to a few parts in 1e13.
    cdef double c = cos(2.0 * M_PI * hann_start / n), s = sin(2.0 * M_PI * hann_start / n)
    cdef double dc = cos(2.0 * M_PI / n), ds = sin(2.0 * M_PI / n), t
    for i in range(n):
        w = 0.5 - 0.5 * c
        x[i] = (x[i] - mean - slope * (i - middle)) * w
        weight += w * w
        t = c * dc - s * ds
        s = s * dc + c * ds
        c = t
    return weight


cdef void add_power(const double* x, Py_ssize_t n, double rate_hz, double first_hz, double step_hz,
                    double scale, double* out, int count) noexcept nogil:
    """Add scale |X(f)|^2 at count frequencies to out."""
    cdef double turns[BINS]
    cdef double found[BINS]
    cdef int first = 0, j
    while first < count:
        for j in range(BINS):
            turns[j] = 2.0 * cos(2.0 * M_PI * (first_hz + (first + j) * step_hz) / rate_hz)
        _goertzel(x, n, turns, found, scale)
        for j in range(min(<int>BINS, count - first)):
            out[first + j] += found[j]
        first += BINS


cdef inline double _at(const double* p, int count, double place) noexcept nogil:
    cdef int k = <int>floor(place)
    if k < 0:
        return p[0]
    if k >= count - 1:
        return p[count - 1]
    return p[k] + (place - k) * (p[k + 1] - p[k])


cdef double band_area(const double* p, int count, double first_hz, double step_hz,
                      double low_hz, double high_hz) noexcept nogil:
    """The area under a spectrum from low_hz to high_hz: trapezoids, the edges interpolated between bins."""
    cdef double low = max(0.0, (low_hz - first_hz) / step_hz)
    cdef double high = min(count - 1.0, (high_hz - first_hz) / step_hz)
    cdef double total = 0.0, place = low, before = _at(p, count, low), following
    cdef int k
    if high <= low:
        return 0.0
    for k in range(<int>floor(low) + 1, <int>ceil(high)):
        total += 0.5 * (before + p[k]) * (k - place)
        place = k
        before = p[k]
    following = _at(p, count, high)
    return (total + 0.5 * (before + following) * (high - place)) * step_hz


cdef double band_peak(const double* p, int count, double first_hz, double step_hz,
                      double low_hz, double high_hz, double* height) noexcept nogil:
    """Where a spectrum is highest from low_hz to high_hz, Hz, by a parabola; -1 without a bin there."""
    cdef int low = max(0, <int>ceil((low_hz - first_hz) / step_hz - 1e-9))
    cdef int high = min(count - 1, <int>floor((high_hz - first_hz) / step_hz + 1e-9))
    cdef int k, best = low
    cdef double bend, shift = 0.0
    if high < low:
        return -1.0
    for k in range(low, high + 1):
        if p[k] > p[best]:
            best = k
    height[0] = p[best]
    if 0 < best < count - 1:
        bend = p[best - 1] - 2.0 * p[best] + p[best + 1]
        if bend < 0.0:
            shift = 0.5 * (p[best - 1] - p[best + 1]) / bend
            shift = min(0.5, max(-0.5, shift))
    return min(high_hz, max(low_hz, first_hz + (best + shift) * step_hz))


def resample(times_s, values, double start_s, double rate_hz, int count):
    """Lay an uneven series on an even grid.

    times_s, values: shape (points,), at least 2, times rising. Outside them the end values hold.
    Returns shape (count,). Raises ValueError.
    """
    cdef const double[::1] t = np.ascontiguousarray(times_s, dtype=np.float64)
    cdef const double[::1] v = np.ascontiguousarray(values, dtype=np.float64)
    cdef Py_ssize_t n = t.shape[0]
    if n < 2 or v.shape[0] != n:
        raise ValueError(f"{n} times and {v.shape[0]} values make no series; give two or more of each")
    if rate_hz <= 0.0 or count < 1:
        raise ValueError("the grid needs a rate above 0 and at least one point")
    cdef int broken = points_of(&t[0], &v[0], n)
    if broken >= 0:
        raise ValueError(f"point {broken} is not finite or not later than the one before")
    cdef double[::1] room = np.empty(2 * n)
    out = np.empty(count)
    cdef double[::1] o = out
    lay_even(&t[0], &v[0], n, start_s, rate_hz, &o[0], count, &room[0], &room[n])
    return out


def power(values, double rate_hz, double first_hz, double step_hz, int count):
    """The power of an even series at chosen frequencies, straight line taken out, Hann window.

    values: shape (points,). Returns shape (count,), in the unit of the values squared per Hz.
    """
    cdef double[::1] x = np.array(values, dtype=np.float64)
    cdef Py_ssize_t n = x.shape[0]
    if n < 4 or rate_hz <= 0.0 or count < 1:
        raise ValueError(f"{n} points at {rate_hz:g} Hz have no spectrum; give 4 or more")
    out = np.zeros(count)
    cdef double[::1] o = out
    add_power(&x[0], n, rate_hz, first_hz, step_hz, 2.0 / (straighten(&x[0], n, 0.5) * rate_hz), &o[0], count)
    return out


def coherence(
    times_s, intervals_ms, double now_s, double window_s=64.0, double least_s=32.0, is_corrected=None
):
    """How much of the heart's rhythm is one slow wave, 0..1 (Pk / T), or None when too little is known.

    times_s: when each interval ended; intervals_ms: corrected. Only the last window_s before now_s count;
    at least least_s of them must be there, without a hole of 5 s. is_corrected: which were mended; a mended
    interval is a guess, smoother than the heart, so the score is multiplied by the cube of the share of true
    ones: artefacts can lower it and never raise it.
    """
    found = slow_wave(times_s, intervals_ms, now_s, window_s, least_s)
    if found is None or is_corrected is None:
        return None if found is None else found[0]
    recent = np.asarray(times_s, dtype=np.float64) >= now_s - window_s
    return found[0] * (1.0 - float(np.mean(np.asarray(is_corrected, dtype=np.bool_)[recent]))) ** 3


def slow_wave(times_s, intervals_ms, double now_s, double window_s=64.0, double least_s=32.0):
    """The strongest slow wave of the heart's rhythm: (share 0..1, ratio, Hz), or None as `coherence`.

    ratio: Pk / (T - Pk), at most RATIO_CEILING; share: Pk / T. Hz is 0 for a heart like a clock.
    """
    cdef const double[::1] t = np.ascontiguousarray(times_s, dtype=np.float64)
    cdef const double[::1] v = np.ascontiguousarray(intervals_ms, dtype=np.float64)
    cdef Py_ssize_t n = t.shape[0], first = 0, i
    if v.shape[0] != n:
        raise ValueError(f"{n} times and {v.shape[0]} intervals make no series; give as many of each")
    while first < n and not t[first] >= now_s - window_s:
        first += 1
    n -= first
    if n < 8 or points_of(&t[first], &v[first], n) >= 0:
        return None
    if t[first + n - 1] - t[first] < least_s or now_s - t[first + n - 1] > 5.0:
        return None
    for i in range(first + 1, first + n):
        if t[i] - t[i - 1] > 5.0:
            return None
    cdef int count = <int>((t[first + n - 1] - t[first]) * GRID_HZ)
    cdef double[::1] room = np.empty(2 * n + count)
    cdef double* even = &room[2 * n]
    lay_even(&t[first], &v[first], n, t[first], GRID_HZ, even, count, &room[0], &room[n])
    cdef double p[COHERENCE_BINS]
    cdef double weight, total, peak, hz, height = 0.0, share
    if np.ptp(room[2 * n:]) < 1e-6:
        return 0.0, 0.0, 0.0
    for i in range(COHERENCE_BINS):
        p[i] = 0.0
    weight = straighten(even, count, 0.5)
    add_power(even, count, GRID_HZ, 0.0, BIN_HZ, 2.0 / (weight * GRID_HZ), p, COHERENCE_BINS)
    hz = band_peak(p, COHERENCE_BINS, 0.0, BIN_HZ, PEAK_LOW_HZ, PEAK_HIGH_HZ, &height)
    total = band_area(p, COHERENCE_BINS, 0.0, BIN_HZ, TOTAL_LOW_HZ, TOTAL_HIGH_HZ)
    peak = band_area(p, COHERENCE_BINS, 0.0, BIN_HZ, hz - PEAK_HALF_WIDTH_HZ, hz + PEAK_HALF_WIDTH_HZ)
    if not total > 0.0:
        return 0.0, 0.0, 0.0
    share = min(1.0, peak / total)
    return share, min(RATIO_CEILING, share / max(1.0 - share, 1e-9)), hz


def wave_phase(values, double rate_hz, double frequency_hz):
    """Where one wave stands at the end of an even series, 0..1, 0 at its crest.

    The straight line is taken out, then the wave is fitted over the series, recent points weighing more.
    """
    cdef double[::1] x = np.array(values, dtype=np.float64)
    cdef Py_ssize_t n = x.shape[0], i
    cdef double re = 0.0, im = 0.0, mean = 0.0, w, angle
    for i in range(n):
        mean += x[i]
    mean /= max(1, n)
    for i in range(n):
        w = (i + 1.0) / n
        angle = 2.0 * M_PI * frequency_hz * (n - 1 - i) / rate_hz
        re += w * (x[i] - mean) * cos(angle)
        im += w * (x[i] - mean) * sin(angle)
    return float(np.arctan2(im, re) / (2.0 * M_PI) % 1.0)
