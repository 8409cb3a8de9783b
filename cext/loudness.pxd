from libc.stdint cimport int64_t

from cext.guards.truepeak cimport HALF, TruePeak

cdef enum:
    MOST_CHANNELS = 8
    MOST_PAIRS = 4
    MOMENTARY_HOPS = 40
    SHORT_HOPS = 300
    BINS = 9_000            # hundredths of a LU from -70 to +20
    CHUNK = 256             # frames between two looks at the true peak
    HISTORY = 2 * HALF - 1


cdef struct Histogram:
    # Energies sorted by their loudness: how many, and their sum, so that a mean is exact.
    int64_t count[BINS]
    double sum[BINS]


cdef class Meter:
    cdef readonly double rate_hz
    cdef readonly int channels
    cdef bint has_peaks
    cdef readonly int64_t frames
    cdef readonly double momentary_max
    cdef readonly double short_max
    cdef double weights[MOST_CHANNELS]
    cdef double weighing[20]                    # the two filters, coefficient by coefficient, four lanes each
    cdef double state[MOST_PAIRS][20]
    cdef double energy[MOST_CHANNELS]           # of the present hop
    cdef double hops[SHORT_HOPS]
    cdef int64_t hop
    cdef int64_t hop_end
    cdef double momentary
    cdef double short
    cdef Histogram blocks
    cdef Histogram shorts
    cdef TruePeak kernel                        # for its filter
    cdef float wave[MOST_CHANNELS][HISTORY + CHUNK]
    cdef int waiting                            # frames of the chunk that have come
    cdef float peak
    cdef float true_peak
    cdef void clear(self) noexcept nogil
    cdef void run(self, const char* data, Py_ssize_t row, Py_ssize_t step, Py_ssize_t frames) noexcept nogil
    cdef void _weigh(
        self, const char* data, Py_ssize_t row, Py_ssize_t step, Py_ssize_t frames) noexcept nogil
    cdef void _look(
        self, const char* data, Py_ssize_t row, Py_ssize_t step, Py_ssize_t frames) noexcept nogil
    cdef void _close_hop(self) noexcept nogil
    cdef tuple _peaks(self)
    cdef double _mean(self, int hops) noexcept nogil
