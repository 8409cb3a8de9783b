from cext._types cimport TICK
from cext.effects.reverbs.tail cimport Tail

cdef enum:
    SECTIONS = 25            # in each of four stages
    STAGES = 4
    LANES = 2 * STAGES
    STRETCH = 64             # at most


cdef class Spring(Tail):
    cdef float[:, ::1] memory              # what each spring said
    cdef long mask
    cdef int stretch                       # frames an all-pass looks back
    cdef float[SECTIONS + 1][STRETCH][LANES] before   # the end of every section's last tick
    cdef float[TICK][LANES] said           # what the stages handed on last
    cdef double[3][5] biquad               # b0, b1, b2, a1, a2
    cdef double[3][2][2] state             # of each biquad, both ears
    cdef int[2] wait                       # of the loop, frames
    cdef int[2] wait_before
    cdef float[2] keep
    cdef float[2] keep_before
    cdef double[3] known
    cdef float dispersion

    cdef double _way(self, double dispersion) noexcept nogil
