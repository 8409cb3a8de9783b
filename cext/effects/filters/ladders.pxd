from cext.effects.filters._saturated cimport ring_t
from cext.parts cimport Effect


cdef class Ring(Effect):
    cdef ring_t ring

    cdef void design(self, double* goal) noexcept nogil
