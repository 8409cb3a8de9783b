# cython: boundscheck=False, wraparound=False, cdivision=True
"""The slow waves of the heart: resampling of beat series, their spectrum, coherence.

Beats come unevenly, so the series is first laid on an even grid by a natural cubic spline, freed of its
straight line, shaped by a Hann window and then measured frequency by frequency with Goertzel's
recurrence: a few hundred points need no FFT, and the grid of frequencies can be as fine as wanted.

Coherence after McCraty et al., "The Coherent Heart" (Integral Review 5 (2009) 10) in its bounded form: the
power within 0.015 Hz of the highest peak between 0.04 and 0.26 Hz, as a share of all power from 0.0033 to
0.4 Hz; 64 s of intervals, two points a second. One clean slow wave gives nearly 1, noise gives little.
"""

from libc.math cimport M_PI, cos, isfinite, sin

import numpy as np

cdef enum:
    GRID = 512           # most points of an even series
    BINS = 512           # most frequencies of one spectrum

WINDOW_S = 64.0
cdef double GRID_HZ = 2.0
cdef double BIN_HZ = 1.0 / 512.0
cdef double PEAK_LOW_HZ = 0.04
cdef double PEAK_HIGH_HZ = 0.26
cdef double PEAK_HALF_WIDTH_HZ = 0.015
cdef double TOTAL_LOW_HZ = 0.0033
cdef double TOTAL_HIGH_HZ = 0.4


def resample(times_s, values, double start_s, double rate_hz, int count):
    """Lay an uneven series on an even grid.

    times_s, values: shape (points,), at least 2, times rising. Outside them the end values hold.
    Returns shape (count,). Raises ValueError.
    """
    cdef const double[::1] t = np.ascontiguousarray(times_s, dtype=np.float64)
    cdef const double[::1] v = np.ascontiguousarray(values, dtype=np.float64)
    cdef Py_ssize_t n = t.shape[0], i, k
    if n < 2 or v.shape[0] != n:
        raise ValueError(f"{n} times and {v.shape[0]} values make no series; give two or more of each")
    if rate_hz <= 0.0 or count < 1:
        raise ValueError("the grid needs a rate above 0 and at least one point")
    for i in range(n):
        if not (isfinite(t[i]) and isfinite(v[i])) or (i and t[i] <= t[i - 1]):
            raise ValueError(f"point {i} is not finite or not later than the one before")
    cdef double[::1] bend = np.zeros(n)
    cdef double[::1] work = np.zeros(n)
    out = np.empty(count)
    cdef double[::1] o = out
    cdef double h0, h1, pivot, at, a, b, h
    # Second derivatives of the natural spline: a tridiagonal system, solved in place.
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
            o[k] = v[0]
        elif at >= t[n - 1]:
            o[k] = v[n - 1]
        else:
            h = t[i + 1] - t[i]
            a = (t[i + 1] - at) / h
            b = 1.0 - a
            o[k] = (a * v[i] + b * v[i + 1]
                    + ((a * a * a - a) * bend[i] + (b * b * b - b) * bend[i + 1]) * h * h / 6.0)
    return out


def power(values, double rate_hz, double first_hz, double step_hz, int count):
    """The power of an even series at chosen frequencies, straight line taken out, Hann window.

    values: shape (points,). Returns shape (count,), in the unit of the values squared per Hz.
    """
    cdef double[::1] x = np.array(values, dtype=np.float64)
    cdef Py_ssize_t n = x.shape[0], i
    cdef int k
    if n < 4 or rate_hz <= 0.0 or count < 1:
        raise ValueError(f"{n} points at {rate_hz:g} Hz have no spectrum; give 4 or more")
    out = np.empty(count)
    cdef double[::1] o = out
    cdef double middle = 0.5 * (n - 1), mean = 0.0, slope = 0.0, spread = 0.0, weight = 0.0, w, c, s0, s1, s2
    for i in range(n):
        mean += x[i]
    mean /= n
    for i in range(n):
        slope += (i - middle) * x[i]
        spread += (i - middle) * (i - middle)
    slope /= spread
    for i in range(n):
        w = 0.5 - 0.5 * cos(2.0 * M_PI * (i + 0.5) / n)
        x[i] = (x[i] - mean - slope * (i - middle)) * w
        weight += w * w
    for k in range(count):
        c = 2.0 * cos(2.0 * M_PI * (first_hz + k * step_hz) / rate_hz)
        s1 = s2 = 0.0
        for i in range(n):
            s0 = x[i] + c * s1 - s2
            s2 = s1
            s1 = s0
        o[k] = 2.0 * (s1 * s1 + s2 * s2 - c * s1 * s2) / (weight * rate_hz)
    return out


def coherence(times_s, intervals_ms, double now_s, double window_s=64.0, double least_s=32.0):
    """How much of the heart's rhythm is one slow wave, 0..1, or None when too little is known.

    times_s: when each interval ended; intervals_ms: corrected. Only the last window_s before now_s count;
    at least least_s of them must be there, without a hole of 5 s.
    """
    cdef double start_s = now_s - window_s
    t = np.ascontiguousarray(times_s, dtype=np.float64)
    v = np.ascontiguousarray(intervals_ms, dtype=np.float64)
    keep = t >= start_s
    t, v = t[keep], v[keep]
    cdef const double[::1] at = t
    cdef Py_ssize_t n = at.shape[0]
    if n < 8 or at[n - 1] - at[0] < least_s or now_s - at[n - 1] > 5.0 or np.max(np.diff(t)) > 5.0:
        return None
    cdef int count = min(<int>GRID, <int>((at[n - 1] - at[0]) * GRID_HZ))
    even = resample(t, v, at[0], GRID_HZ, count)
    if np.ptp(even) < 1e-6:
        return 0.0
    cdef int bins = <int>(TOTAL_HIGH_HZ / BIN_HZ)
    cdef double[::1] p = power(even, GRID_HZ, TOTAL_LOW_HZ, BIN_HZ, bins)
    cdef int i, best = -1, half = <int>(PEAK_HALF_WIDTH_HZ / BIN_HZ + 0.5)
    cdef double hz, total = 0.0, peak = 0.0
    for i in range(bins):
        hz = TOTAL_LOW_HZ + i * BIN_HZ
        total += p[i]
        if PEAK_LOW_HZ <= hz <= PEAK_HIGH_HZ and (best < 0 or p[i] > p[best]):
            best = i
    for i in range(max(0, best - half), min(bins, best + half + 1)):
        peak += p[i]
    return min(1.0, peak / total) if total > 0.0 else 0.0


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
