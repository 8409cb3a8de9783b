from cext.effects.filters._cascade cimport cascade_t
from cext.parts cimport Effect


cdef class Thirds(Effect):
    cdef cascade_t[4] cascade
    cdef double[31] target                 # dB asked for in each band
    cdef double[31] gain                   # dB given to each bell, so that all together do that
    cdef double[31] g                      # tan(pi f / rate)
    cdef double[31] reach                  # |1 - w^2| and w at the neighbour where a bell has 0.35 of its dB
    cdef double[31] beside
    cdef double[:, ::1] apart              # the inverse of what the bells do to each other's middles
    cdef int bands                         # those below 0.45 of the rate

    cdef void ask(self) noexcept nogil
    cdef void solve(self) noexcept nogil
    cdef void bells(self) noexcept nogil
    cdef void miss(self, double* error) noexcept nogil


cdef class GraphicEq(Thirds):
    pass


cdef class LoudnessContour(Thirds):
    pass
