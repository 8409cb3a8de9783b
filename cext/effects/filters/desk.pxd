from cext.effects.filters._section cimport section_t
from cext.parts cimport Effect


cdef class Crossover(Effect):
    cdef section_t low_half                # in the middle: twice low-pass, once all-pass
    cdef section_t low_half_again
    cdef section_t whole
    cdef section_t lowest                  # the same below
    cdef section_t lowest_again
    cdef section_t low_whole
    cdef section_t middle                  # and above
    cdef section_t middle_again
    cdef section_t high_whole
    cdef section_t low_turned              # what the other side's split does to the phase
    cdef section_t high_turned
    cdef double[4] begin_gain
    cdef double[4] end_gain


cdef class ToneStack(Effect):
    cdef double[7] now                     # b0 b1 b2 b3 a1 a2 a3
    cdef double[7] rise
    cdef double[7] final
    cdef double[6] state
    cdef bint has_begun
    cdef bint is_still

    cdef void design(self, double* goal) noexcept nogil
