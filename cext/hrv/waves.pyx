# cython: boundscheck=False, wraparound=False, cdivision=True
"""Heart-rate variability by frequency: Welch's and Lomb and Scargle's spectra, and the power of the bands.

Welch: natural cubic spline through the intervals at the times they ended, read at 4 Hz; segments of 120 s
that overlap by half, each freed of its straight line, periodic Hann window, 1,024 points of transform (bins
of 1/256 Hz); one-sided density in ms^2/Hz. Lomb (Scargle, Astrophys. J. 263 (1982) 835): straight line out,
no window, no spline, bins of a quarter of 1 / length, scaled to the same density; beyond ten minutes the
mean of parts of five minutes that overlap by half. Bands of the Task Force (Circulation 93 (1996) 1043):
VLF 0.0033 to 0.04, LF to 0.15, HF to 0.4 Hz, trapezoids with the edges interpolated between bins; total is
their sum; normalised units are shares of LF + HF in percent. A band is None where no stretch without
a hole of 5 s is long enough for it: HF below 60 s, LF below 120 s, VLF and total below 290 s.
"""

from libc.math cimport M_PI, cos, sin

from cext cimport _simd  # no-cython-lint: its macro is in the prototype below
from cext.spectra cimport add_power, band_area, band_peak, lay_even, straighten

from itertools import pairwise

import numpy as np

from cext.hrv.times import sort_out

cdef extern from *:
    """
    #define ECHOEL_LANES 8
    ECHOEL_CLONES static void echoel_turn(const double *restrict, double *restrict, double *restrict,
                                          const double *restrict, const double *restrict, long, double *);
    /* One frequency of a Lomb spectrum: sums of y cos, y sin, cos cos, cos sin; then every phase moves on. */
    static void echoel_turn(const double *restrict y, double *restrict c, double *restrict s,
                            const double *restrict dc, const double *restrict ds, long n, double *sums) {
        double yc[ECHOEL_LANES] = {0}, ys[ECHOEL_LANES] = {0}, cc[ECHOEL_LANES] = {0}, cs[ECHOEL_LANES] = {0};
        for (long i = 0; i < n; i += ECHOEL_LANES)
            for (int j = 0; j < ECHOEL_LANES; j++) {
                double a = c[i + j], b = s[i + j];
                yc[j] += y[i + j] * a; ys[j] += y[i + j] * b; cc[j] += a * a; cs[j] += a * b;
                c[i + j] = a * dc[i + j] - b * ds[i + j];
                s[i + j] = b * dc[i + j] + a * ds[i + j];
            }
        for (int j = 1; j < ECHOEL_LANES; j++) {
            yc[0] += yc[j]; ys[0] += ys[j]; cc[0] += cc[j]; cs[0] += cs[j];
        }
        sums[0] = yc[0]; sums[1] = ys[0]; sums[2] = cc[0]; sums[3] = cs[0];
    }
    """
    void _turn "echoel_turn"(const double*, double*, double*, const double*, const double*, long,
                             double*) noexcept nogil

cdef enum:
    LANES = 8

GRID_HZ = 4.0
SEGMENT_S = 120.0
BANDS_HZ = {"vlf": (0.0033, 0.04), "lf": (0.04, 0.15), "hf": (0.15, 0.4)}
# The shortest series whose band means anything: several waves of its slowest frequency.
_LEAST_S = {"vlf": 290.0, "lf": 120.0, "hf": 60.0}
cdef double RATE_HZ = 4.0
cdef int SEGMENT = 480
cdef double BIN_HZ = 4.0 / 1024.0
cdef int BINS = 105
cdef double TOP_HZ = 0.41
cdef double LOMB_WHOLE_S = 600.0
cdef double LOMB_PART_S = 300.0
cdef double LEAST_S = 60.0
cdef double HOLE_S = 5.0
cdef int FEWEST = 20
cdef double NOTHING = 1e-9


def welch(intervals_ms, times_s=None):
    """(frequencies Hz, density ms^2/Hz) up to 0.41 Hz, or None below 60 s; see the head of this file."""
    return _spectrum("welch", intervals_ms, times_s)


def lomb(intervals_ms, times_s=None):
    """(frequencies Hz, density ms^2/Hz) up to 0.41 Hz without resampling, or None below 60 s."""
    return _spectrum("lomb", intervals_ms, times_s)


def _spectrum(method, intervals_ms, times_s):
    values, times = sort_out(intervals_ms, times_s)[:2]
    runs = _runs(times, values)
    return _METHODS[method](runs) if max((_length_s(*run) for run in runs), default=0.0) >= LEAST_S else None


def frequency_domain(intervals_ms, times_s=None, method="welch"):
    """Every figure of the bands, name -> value, its unit in its name; None where too little is known.

    intervals_ms: shape (beats,), mended; times_s: when each ended. method: "welch" or "lomb".
    """
    values, times, _, _, rejected = sort_out(intervals_ms, times_s)
    return bands(times, values, method) | {"rejected": rejected}


def bands(times, values, method="welch"):
    """The same, of a series that `sort_out` has sorted."""
    if method not in _METHODS:
        raise ValueError(f"there is no method {method!r}; choose one of: {', '.join(_METHODS)}")
    found = dict.fromkeys(NAMES)
    runs = _runs(times, values)
    length_s = max((_length_s(*run) for run in runs), default=0.0)
    if length_s < LEAST_S:
        return found
    spectrum = _METHODS[method](runs)
    cdef const double[::1] p = spectrum[1]
    cdef double first_hz = spectrum[0][0], step_hz = spectrum[0][1] - spectrum[0][0], height = 0.0, lf, hf, hz
    for band, (low_hz, high_hz) in BANDS_HZ.items():
        if length_s >= _LEAST_S[band]:
            found[f"{band}_ms2"] = band_area(&p[0], <int>p.shape[0], first_hz, step_hz, low_hz, high_hz)
            hz = band_peak(&p[0], <int>p.shape[0], first_hz, step_hz, low_hz, high_hz, &height)
            # A heart like a clock has no peak, and no ratio of nothing to nothing.
            found[f"{band}_peak_hz"] = hz if hz > 0.0 and height > NOTHING else None
    if found["vlf_ms2"] is not None:
        found["total_ms2"] = found["vlf_ms2"] + found["lf_ms2"] + found["hf_ms2"]
    if found["lf_ms2"] is not None:
        lf, hf = found["lf_ms2"], found["hf_ms2"]
        if lf + hf > NOTHING:
            found["lf_nu"], found["hf_nu"] = 100.0 * lf / (lf + hf), 100.0 * hf / (lf + hf)
        if hf > NOTHING:
            found["lf_hf"] = lf / hf
    return found


def _runs(times, values):
    """Stretches without a hole, as (times, values): a spline over a hole would make waves of its own."""
    cuts = [0, *(np.flatnonzero(np.diff(times) > HOLE_S) + 1).tolist(), times.shape[0]]
    kept = [(first, last) for first, last in pairwise(cuts) if last - first >= FEWEST]
    return [(times[first:last], values[first:last]) for first, last in kept]


def _span_s(times):
    return float(times[times.shape[0] - 1] - times[0])


def _length_s(times, values):
    """Of a stretch, from the beat that began its first interval."""
    return _span_s(times) + values[0] / 1000.0


def _welch(runs):
    longest_s = max(_span_s(times) for times, _ in runs)
    length = min(SEGMENT, int(longest_s * RATE_HZ) + 1)
    density = np.zeros(BINS)
    segments = sum([_segments(times, values, length, density) for times, values in runs])
    density /= max(1, segments)
    # Nothing is twice at 0 Hz.
    density[0] *= 0.5
    return np.arange(BINS) * BIN_HZ, density


cdef long long _segments(const double[::1] t, const double[::1] v, Py_ssize_t length, double[::1] p):
    """Add the spectra of a stretch's segments of so many points to p; returns how many."""
    cdef Py_ssize_t n = t.shape[0], count = <Py_ssize_t>((t[n - 1] - t[0]) * RATE_HZ) + 1, first = 0, i
    if count < length:
        return 0
    cdef double[::1] room = np.empty(2 * n + count + length)
    cdef double* even = &room[2 * n]
    cdef double* part = even + count
    cdef double weight
    cdef long long segments = 0
    with nogil:
        lay_even(&t[0], &v[0], n, t[0], RATE_HZ, even, count, &room[0], &room[n])
        while first + length <= count:
            for i in range(length):
                part[i] = even[first + i]
            weight = straighten(part, length, 0.0)
            add_power(part, length, RATE_HZ, 0.0, BIN_HZ, 2.0 / (weight * RATE_HZ), &p[0], BINS)
            segments += 1
            first += max(<Py_ssize_t>1, length // 2)
    return segments


def _lomb(runs):
    longest_s = max(_span_s(times) for times, _ in runs)
    # Short ones whole; the mean of parts of one length where there is more.
    span_s = longest_s if longest_s <= LOMB_WHOLE_S else LOMB_PART_S
    step_hz = 0.25 / span_s
    density = np.zeros(<int>(TOP_HZ / step_hz) + 1)
    parts = 0
    for times, values in runs:
        for start_s in times[0] + np.arange(0.0, _span_s(times) - 0.99 * span_s, span_s / 2):
            first, last = np.searchsorted(times, (start_s, start_s + span_s + 1e-6))
            if last - first >= FEWEST:
                _scargle(times[first:last], values[first:last], step_hz, density)
                parts += 1
    return step_hz * np.arange(1, density.shape[0] + 1), density / max(1, parts)


cdef _scargle(const double[::1] t, const double[::1] v, double step_hz, double[::1] density):
    """Add the spectrum at step_hz, 2 step_hz ... to density."""
    cdef Py_ssize_t n = t.shape[0], wide = (n + LANES - 1) // LANES * LANES, i, k
    cdef double[::1] room = np.zeros(5 * wide)
    cdef double* y = &room[0]
    cdef double* c = y + wide
    cdef double* s = c + wide
    cdef double* dc = s + wide
    cdef double* ds = dc + wide
    cdef double mean_t = 0.0, mean = 0.0, slope = 0.0, spread = 0.0, angle, area, sines
    cdef double scale = (t[n - 1] - t[0]) / n
    cdef double[4] sums
    with nogil:
        for i in range(n):
            mean_t += t[i]
            mean += v[i]
        mean_t /= n
        mean /= n
        for i in range(n):
            slope += (t[i] - mean_t) * (v[i] - mean)
            spread += (t[i] - mean_t) * (t[i] - mean_t)
        slope /= spread
        for i in range(n):
            y[i] = v[i] - mean - slope * (t[i] - mean_t)
            angle = 2.0 * M_PI * step_hz * (t[i] - mean_t)
            c[i] = dc[i] = cos(angle)
            s[i] = ds[i] = sin(angle)
        for k in range(density.shape[0]):
            _turn(y, c, s, dc, ds, wide, sums)
            sines = n - sums[2]
            area = sums[2] * sines - sums[3] * sums[3]
            if area > 0.0:
                # 2 x (1/2) y' M^-1 y, which is Scargle's form without the time shift.
                density[k] += scale * (
                    sines * sums[0] * sums[0] + (sums[2] * sums[1] - 2.0 * sums[3] * sums[0]) * sums[1]
                ) / area


_METHODS = {"welch": _welch, "lomb": _lomb}
NAMES = (
    "vlf_ms2", "lf_ms2", "hf_ms2", "total_ms2", "lf_nu", "hf_nu", "lf_hf", "vlf_peak_hz", "lf_peak_hz",
    "hf_peak_hz",
)
