from cext.effects.filters._cascade cimport cascade_t
from cext.parts cimport Effect


cdef class Steep(Effect):
    cdef cascade_t cascade

    cdef void design(self, double* goal) noexcept nogil


cdef class Riaa(Steep):
    cdef double[:, ::1] curves             # eight rows of b0 b1 b2 a1 a2 for each position of the switch
