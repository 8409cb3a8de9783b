cdef enum:
    HALF = 24            # samples on each side that decide what the wave does between two of them
    PHASES = 8
    SMOOTH = 40          # frames over which the gain moves
    SPAN = 192           # three ticks: the one before, the one that leaves, the one that came


cdef class TruePeak:
    cdef float kernel[PHASES][2 * HALF]
    cdef double widest
    cdef double ceiling
    cdef double recovery
    cdef double recovered
    cdef bint is_idle
    cdef float wave[2][SPAN]
    cdef float need[SPAN]
    cdef bint run(self, float* left, float* right) noexcept nogil
    cdef void _measure(self, float* peaks) noexcept nogil
