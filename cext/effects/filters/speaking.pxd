from cext.effects.filters._section cimport section_t
from cext.effects.filters.sections cimport Section
from cext.parts cimport Effect


cdef class Formant(Effect):
    cdef section_t one
    cdef section_t two
    cdef section_t three
    cdef section_t four
    cdef section_t five

    cdef section_t* at(self, int formant) noexcept nogil


cdef class Wah(Section):
    pass


cdef class AutoWah(Effect):
    cdef section_t section
    cdef double level                      # how loud it is now, as the pedal hears it
    cdef double sum                        # of the levels of this tick so far
    cdef double[2] known_ms
    cdef double attack
    cdef double release
