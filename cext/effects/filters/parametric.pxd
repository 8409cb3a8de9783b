from cext.effects.filters._cascade cimport cascade_t
from cext.parts cimport Effect


cdef class ParametricEq(Effect):
    cdef cascade_t cascade
    cdef double[32] known                  # where the knobs stood when `design` was made
    cdef double[40] design                 # b0 b1 b2 a1 a2 of each band
