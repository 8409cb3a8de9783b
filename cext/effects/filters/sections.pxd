from cext.effects.filters._section cimport section_t
from cext.parts cimport Effect


cdef class Section(Effect):
    cdef section_t section

    cdef void design(self, double* goal) noexcept nogil
