from cext.effects.filters._section cimport section_t
from cext.parts cimport Effect


cdef class Codec(Effect):
    cdef section_t[7] filters              # one below the voice, three above it, three behind the clock
    cdef double known_hz
    cdef double phase
    cdef float[2] last
    cdef float[2] held
    cdef int[2] stride                     # of the adaptive code, by ear: how large, and what it says
    cdef int[2] guess
    cdef float coded(self, float x, int kind, int ear) noexcept nogil
