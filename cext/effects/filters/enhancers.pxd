from cext.effects.filters._section cimport section_t
from cext.parts cimport Effect


cdef class Exciter(Effect):
    cdef section_t band                    # what is excited: above the frequency, below a sixth of the rate
    cdef section_t below
    cdef section_t below_again
    cdef section_t above                   # what is added: nothing below the frequency again
    cdef section_t above_again
    cdef double begin_drive
    cdef double end_drive


cdef class SubBass(Effect):
    cdef section_t low                     # the bass that is worked on
    cdef section_t low_again
    cdef section_t tone                    # the octave below, made round
    cdef section_t tone_again
    cdef section_t upper                   # the overtones without the bass itself
    cdef section_t upper_again
    cdef section_t smooth
    cdef float before
    cdef float sign
    cdef float level
    cdef float fall
