"""The last eight values of something and their median, and what such rows say about a heart or noise."""

from libc.math cimport fabs
from libc.string cimport memset

cdef enum:
    MEMORY = 8

cdef struct Recent:
    double[MEMORY] values
    long long seen
    double median

cdef struct Candidate:
    double height
    long long at


cdef inline void recall(Recent* recent, double value) noexcept nogil:
    """Remember one more value and take the median of the last eight."""
    cdef double[MEMORY] kept
    cdef int count, i, j
    cdef double v
    recent.values[recent.seen % MEMORY] = value
    recent.seen += 1
    count = <int>min(recent.seen, <long long>MEMORY)
    for i in range(count):
        v = recent.values[i]
        j = i
        while j > 0 and kept[j - 1] > v:
            kept[j] = kept[j - 1]
            j -= 1
        kept[j] = v
    if count % 2:
        recent.median = kept[count // 2]
    else:
        recent.median = 0.5 * (kept[count // 2 - 1] + kept[count // 2])


cdef inline double regularity(const Recent* recent) noexcept nogil:
    """The share of the last eight values that lie within a quarter of their median."""
    cdef int count = <int>min(recent.seen, <long long>MEMORY), i, near = 0
    for i in range(count):
        near += fabs(recent.values[i] - recent.median) <= 0.25 * recent.median
    return near / <double>count if count else 0.0


cdef inline bint is_orderly(const Recent* apart) noexcept nogil:
    """Whether a row is so even that it speaks for a heart where nothing else does."""
    return regularity(apart) >= 0.7


cdef inline bint is_shallow(double valley, double peak) noexcept nogil:
    """Whether the energy fails to fall between its peaks, as it does in noise."""
    return valley > 0.25 * peak


cdef inline bint may_be_heart(const Candidate* peaks, int count, double top, double valley,
                              double least_contrast) noexcept nogil:
    """Whether first peaks can be heartbeats: a few that stand out, deep valleys, or an even row."""
    cdef Recent high, low, apart
    cdef long long before = -1
    cdef double contrast
    cdef int i
    memset(&high, 0, sizeof(Recent))
    memset(&low, 0, sizeof(Recent))
    memset(&apart, 0, sizeof(Recent))
    for i in range(count):
        if peaks[i].height <= 0.5 * top:
            recall(&low, peaks[i].height)
            continue
        recall(&high, peaks[i].height)
        if before >= 0:
            recall(&apart, peaks[i].at - before)
        before = peaks[i].at
    # One peak may be a step or a knock; a heart beats again.
    if high.seen < 2:
        return False
    if low.seen >= 3:
        contrast = 1.0 - low.median / high.median
        if contrast < least_contrast:
            return False
        if contrast > 0.5 + 0.5 * least_contrast:
            return True
    elif not is_shallow(valley, high.median):
        return True
    return apart.seen < 2 or is_orderly(&apart)
