# cython: boundscheck=False, wraparound=False, cdivision=True
"""Heart-rate variability in the time domain: spread, steps from beat to beat, the ellipse of Poincare.

Definitions of the Task Force of ESC and NASPE, Circulation 93 (1996) 1043: SDNN with n-1, RMSSD and pNN50
over successive differences, SDANN and SDNN index over parts of five minutes. SD1 is SDSD / sqrt 2 and SD2
is sqrt(2 SDNN^2 - SD1^2) (Brennan, IEEE Trans. Biomed. Eng. 48 (2001) 1342). Only untouched intervals
count, and only steps between two that are neighbours: a mended beat can hide variability, never make it.
"""

from libc.math cimport ceil, fabs, isfinite, sqrt

import numpy as np

cdef double PART_S = 300.0
cdef int LEAST_IN_PART = 60
cdef int LEAST_PARTS = 3


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


cdef bint is_interval(double rr_ms) noexcept nogil:
    return isfinite(rr_ms) and SHORTEST_MS <= rr_ms <= LONGEST_MS


cdef void count_in(Sums* sums, double rr, bint has_step, double step, int sign) noexcept nogil:
    """Add an interval (sign 1) or take it away (-1); rr is its distance from CENTRE_MS."""
    sums.count += sign
    sums.rr += sign * rr
    sums.rr2 += sign * rr * rr
    if has_step:
        sums.steps += sign
        sums.step += sign * step
        sums.step2 += sign * step * step
        sums.wide20 += sign * (fabs(step) > 20.0)
        sums.wide50 += sign * (fabs(step) > 50.0)


cdef dict figures_of(Sums* sums):
    cdef double mean = 0.0, spread, sdsd, sd1 = 0.0, sd2
    found = dict.fromkeys(NAMES)
    found["intervals"] = sums.count
    if sums.count:
        mean = CENTRE_MS + sums.rr / sums.count
        found["mean_rr_ms"] = mean
        found["mean_hr_bpm"] = 60000.0 / mean
    if sums.steps >= 2:
        found["rmssd_ms"] = sqrt(max(0.0, sums.step2) / sums.steps)
        sdsd = sqrt(max(0.0, sums.step2 - sums.step * sums.step / sums.steps) / (sums.steps - 1))
        sd1 = sdsd / sqrt(2.0)
        found["sdsd_ms"] = sdsd
        found["sd1_ms"] = sd1
        found["nn20"] = sums.wide20
        found["nn50"] = sums.wide50
        found["pnn20"] = sums.wide20 / <double>sums.steps
        found["pnn50"] = sums.wide50 / <double>sums.steps
        found["cvsd"] = found["rmssd_ms"] / mean
    if sums.count >= 3:
        spread = max(0.0, sums.rr2 - sums.rr * sums.rr / sums.count) / (sums.count - 1)
        found["sdnn_ms"] = sqrt(spread)
        found["cvrr"] = sqrt(spread) / mean
        if sums.steps >= 2:
            sd2 = sqrt(max(0.0, 2.0 * spread - sd1 * sd1))
            found["sd2_ms"] = sd2
            found["sd1_sd2"] = sd1 / sd2 if sd2 > 0.0 else None
            found["ellipse_ms2"] = 3.141592653589793 * sd1 * sd2
    return found


NAMES = (
    "intervals", "mean_rr_ms", "mean_hr_bpm", "sdnn_ms", "rmssd_ms", "sdsd_ms", "nn20", "nn50", "pnn20",
    "pnn50", "cvrr", "cvsd", "sd1_ms", "sd2_ms", "sd1_sd2", "ellipse_ms2",
)


def sort_out(intervals_ms, times_s=None, is_corrected=None):
    """Take what is no interval out of a series: (intervals_ms, times_s, is_own, is_joined, rejected).

    times_s: when each ended; without it, the intervals are laid end to end. is_corrected: marks of mended
    intervals. is_own: not mended. is_joined: own, and so is its neighbour before, with no gap between.
    rejected: how many were not a number, outside 200 to 3,000 ms, or not later than the one before.
    """
    cdef const double[::1] rr = np.ascontiguousarray(intervals_ms, dtype=np.float64).reshape(-1)
    cdef Py_ssize_t n = rr.shape[0], i, kept = 0
    cdef const double[::1] given = None
    cdef const unsigned char[::1] marks = None
    if times_s is not None:
        given = np.ascontiguousarray(times_s, dtype=np.float64).reshape(-1)
    if is_corrected is not None:
        marks = np.ascontiguousarray(is_corrected, dtype=np.bool_).reshape(-1).view(np.uint8)
    if (given is not None and given.shape[0] != n) or (marks is not None and marks.shape[0] != n):
        raise ValueError(f"{n} intervals need as many times and marks")
    values, times = np.empty(n), np.empty(n)
    own, joined = np.empty(n, dtype=np.uint8), np.empty(n, dtype=np.uint8)
    cdef double[::1] v = values
    cdef double[::1] t = times
    cdef unsigned char[::1] o = own
    cdef unsigned char[::1] j = joined
    cdef double now_s = 0.0, at
    cdef bint is_broken = True
    for i in range(n):
        if given is not None:
            at = given[i]
        else:
            # A hole has its length too, where it is known.
            now_s += rr[i] / 1000.0 if isfinite(rr[i]) and rr[i] > 0.0 else 0.0
            at = now_s
        if not is_interval(rr[i]) or not isfinite(at) or (kept and at <= t[kept - 1]):
            is_broken = True
            continue
        v[kept] = rr[i]
        t[kept] = at
        o[kept] = marks is None or not marks[i]
        if kept and not is_broken:
            is_broken = at - t[kept - 1] > 1.5 * rr[i] / 1000.0
        j[kept] = kept > 0 and not is_broken and o[kept] and o[kept - 1]
        is_broken = False
        kept += 1
    return values[:kept], times[:kept], own[:kept].view(np.bool_), joined[:kept].view(np.bool_), n - kept


def time_domain(intervals_ms, times_s=None, is_corrected=None):
    """Every figure of the time domain, name -> value, its unit in its name; None where too little is known.

    intervals_ms: shape (beats,); see `sort_out` for what is rejected, counted in "rejected".
    """
    values, times, own, joined, rejected = sort_out(intervals_ms, times_s, is_corrected)
    return sums_up(values, times, own, joined) | {"rejected": rejected}


def sums_up(values, times, own, joined):
    """The same, of a series that `sort_out` has sorted."""
    cdef const double[::1] v = values
    cdef const double[::1] t = times
    cdef const unsigned char[::1] o = own.view(np.uint8)
    cdef const unsigned char[::1] j = joined.view(np.uint8)
    cdef Sums whole, part
    cdef Py_ssize_t i
    cdef double end_s
    cdef long long parts = 0
    cdef double mean, means = 0.0, means2 = 0.0, spreads = 0.0
    whole = Sums(0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0)
    part = whole
    end_s = (t[0] - v[0] / 1000.0 if t.shape[0] else 0.0) + PART_S
    for i in range(v.shape[0]):
        if t[i] > end_s:
            if part.count >= LEAST_IN_PART:
                mean = part.rr / part.count
                means += mean
                means2 += mean * mean
                spreads += sqrt(max(0.0, part.rr2 - part.rr * mean) / (part.count - 1))
                parts += 1
            part = Sums(0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0)
            end_s += PART_S * ceil((t[i] - end_s) / PART_S)
        if o[i]:
            count_in(&whole, v[i] - CENTRE_MS, j[i], v[i] - v[i - 1] if j[i] else 0.0, 1)
            count_in(&part, v[i] - CENTRE_MS, False, 0.0, 1)
    # A last part that is full, but for the beat that would begin the next, counts too.
    if v.shape[0] and t[v.shape[0] - 1] > end_s - 3.0 and part.count >= LEAST_IN_PART:
        mean = part.rr / part.count
        means += mean
        means2 += mean * mean
        spreads += sqrt(max(0.0, part.rr2 - part.rr * mean) / (part.count - 1))
        parts += 1
    found = figures_of(&whole)
    mine = values[own]
    found["corrected"] = v.shape[0] - whole.count
    found["median_rr_ms"] = float(np.median(mine)) if whole.count else None
    found["least_rr_ms"] = float(mine.min()) if whole.count else None
    found["greatest_rr_ms"] = float(mine.max()) if whole.count else None
    is_long = parts >= LEAST_PARTS
    found["sdann_ms"] = sqrt(max(0.0, means2 - means * means / parts) / (parts - 1)) if is_long else None
    found["sdnn_index_ms"] = spreads / parts if is_long else None
    return found
