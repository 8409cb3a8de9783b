# cython: boundscheck=False, wraparound=False, cdivision=True
"""How the heartbeat's variability is made: how predictable, and how alike on short and long scales.

Sample entropy (Richman and Moorman, Am. J. Physiol. 278 (2000) H2039): m = 2, tolerance a share of the
standard deviation (n-1), distances up to and including it, as many templates of two as of three. Detrended
fluctuation (Peng et al., Chaos 5 (1995) 82): every box length, boxes side by side from the first beat,
straight lines.
"""

from libc.math cimport log, sqrt

from cext cimport _simd  # no-cython-lint: its macro is in the prototype below

import numpy as np

from cext.hrv.times import sort_out

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_alike(const float *restrict, const float *restrict, long, float,
                                           unsigned char *restrict);
    static void echoel_alike(const float *restrict x, const float *restrict y, long n, float r,
                             unsigned char *restrict out) {
        for (long i = 0; i < n; i++) out[i] = __builtin_fabsf(x[i] - y[i]) <= r;
    }
    ECHOEL_CLONES static void echoel_runs(const unsigned char *restrict, long, long *, long *);
    /* How often two and three in a row are alike; counts a byte wide, emptied before they run over. */
    static void echoel_runs(const unsigned char *restrict like, long n, long *two, long *three) {
        for (long first = 0; first < n; first += 4096) {
            long last = first + 4096 < n ? first + 4096 : n;
            unsigned short pairs = 0, triples = 0;
            for (long i = first; i < last; i++) {
                unsigned short pair = like[i] & like[i + 1];
                pairs += pair;
                triples += pair & like[i + 2];
            }
            *two += pairs; *three += triples;
        }
    }
    """
    void _alike "echoel_alike"(const float*, const float*, long, float, unsigned char*) noexcept nogil
    void _runs "echoel_runs"(const unsigned char*, long, long*, long*) noexcept nogil

cdef int LEAST_ENTROPY = 30


def sample_entropy(intervals_ms, double tolerance=0.2):
    """How hard the next beat is to foretell, in nats; None below 30 intervals or when nothing repeats.

    intervals_ms: shape (beats,), mended. tolerance: share of the standard deviation that counts as alike.
    """
    values = sort_out(intervals_ms)[0]
    return entropy(values, tolerance)


def entropy(values, double tolerance=0.2):
    """The same, of a series that `sort_out` has sorted."""
    cdef Py_ssize_t n = values.shape[0], lag
    if n < LEAST_ENTROPY:
        return None
    cdef double spread = np.std(values, ddof=1)
    if not spread > 0.0:
        return None
    cdef const float[::1] x = np.ascontiguousarray(values - np.mean(values), dtype=np.float32)
    # A hair wider, so that distances of exactly the tolerance survive the rounding to singles.
    cdef float r = <float>(tolerance * spread * (1.0 + 1e-6))
    cdef unsigned char[::1] like = np.empty(n, dtype=np.uint8)
    cdef long two = 0, three = 0
    with nogil:
        for lag in range(1, n - 2):
            _alike(&x[0], &x[lag], n - lag, r, &like[0])
            _runs(&like[0], n - lag - 2, &two, &three)
    return log(two / <double>three) if two and three else None


def dfa(intervals_ms, int shortest=4, int longest=16):
    """The exponent of the fluctuation over boxes of so many beats; None below four of the longest boxes.

    intervals_ms: shape (beats,), mended. About 0.5 for chance, 1 for a heart at rest, 1.5 for a random walk.
    """
    return fluctuation(sort_out(intervals_ms)[0], shortest, longest)


def fluctuation(values, int shortest, int longest):
    """The same, of a series that `sort_out` has sorted."""
    if not 3 <= shortest < longest:
        raise ValueError(f"boxes of {shortest} to {longest} beats cannot be used; give 3 or more, rising")
    cdef const double[::1] v = values
    cdef Py_ssize_t n = v.shape[0], i
    cdef int size
    cdef double mean = 0.0, total = 0.0, x, y, f, sx = 0.0, sy = 0.0, sxx = 0.0, sxy = 0.0
    if n < 4 * longest:
        return None
    cdef double[::1] profile = np.empty(n)
    for i in range(n):
        mean += v[i]
    mean /= n
    for i in range(n):
        total += v[i] - mean
        profile[i] = total
    for size in range(shortest, longest + 1):
        f = _residue(&profile[0], n // size, size)
        if not f > 1e-9:
            return None
        x = log(<double>size)
        y = log(sqrt(f))
        sx += x
        sy += y
        sxx += x * x
        sxy += x * y
    size = longest - shortest + 1
    return (size * sxy - sx * sy) / (size * sxx - sx * sx)


cdef double _residue(const double* profile, Py_ssize_t boxes, int size) noexcept nogil:
    """The mean square of what straight lines leave, over boxes side by side."""
    cdef Py_ssize_t _box
    cdef int i
    cdef double middle = 0.5 * (size - 1), spread = size * (size * <double>size - 1.0) / 12.0
    cdef double y, level, sums, slopes, squares, left = 0.0
    for _box in range(boxes):
        sums = slopes = squares = 0.0
        level = profile[0]
        for i in range(size):
            y = profile[i] - level
            sums += y
            slopes += (i - middle) * y
            squares += y * y
        left += max(0.0, squares - sums * sums / size - slopes * slopes / spread)
        profile += size
    return left / (boxes * size)
