# cython: boundscheck=False, wraparound=False, cdivision=True
"""Heart-rate variability as the shape of a histogram: triangular index and the base of the best triangle.

Task Force of ESC and NASPE, Circulation 93 (1996) 1043: bins of 1/128 s counted from 0; the index is all
intervals over those in the fullest bin; TINN is the base of the triangle with its top there that fits the
histogram best in the sense of least squares. Both sides of the top can be sought apart, because an error on
one side does not depend on the other.
"""

import numpy as np

from cext.hrv.times import sort_out

BIN_MS = 7.8125
cdef int LEAST = 60


def geometric(intervals_ms, is_corrected=None):
    """Triangular index and TINN in ms over untouched intervals; None below sixty of them."""
    values, _, own, _, _ = sort_out(intervals_ms, None, is_corrected)
    return triangle(values[own])


def triangle(values):
    """The same, of a series that `sort_out` has sorted."""
    if values.shape[0] < LEAST:
        return {"triangular_index": None, "tinn_ms": None}
    # A bin on either side stays empty, so that the base may reach out to it.
    cdef Py_ssize_t first = int(values.min() / BIN_MS) - 1
    bins = (values / BIN_MS).astype(np.int64) - first
    counts = np.bincount(bins, minlength=int(values.max() / BIN_MS) - first + 2).astype(np.float64)
    top = int(np.argmax(counts))
    cdef const double[::1] up = np.ascontiguousarray(counts[top::-1])
    cdef const double[::1] down = np.ascontiguousarray(counts[top:])
    return {
        "triangular_index": float(values.shape[0] / counts[top]),
        "tinn_ms": BIN_MS * (_reach(up) + _reach(down)),
    }


cdef Py_ssize_t _reach(const double[::1] heights) noexcept nogil:
    """How many bins from the top, at 0, a straight line down to nothing fits these heights best."""
    cdef Py_ssize_t end, i, best = 1
    cdef double error, least = -1.0, away
    for end in range(1, heights.shape[0]):
        error = 0.0
        for i in range(heights.shape[0]):
            away = heights[i] - (heights[0] * (end - i) / end if i < end else 0.0)
            error += away * away
        if least < 0.0 or error < least:
            least = error
            best = end
    return best
