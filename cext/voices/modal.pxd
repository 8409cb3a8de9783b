from cext.voices.struck cimport Struck
from cext.voices.tones cimport Tone

cdef enum:
    MOST_MODES = 18


cdef struct Mode:
    Tone tone
    double sine                            # at the first frame of the tick
    double cosine
    double turn_cosine                     # what a tick does to them
    double turn_sine


cdef class Modal(Struck):
    cdef Mode modes[MOST_MODES]
    cdef double rows[4][MOST_MODES]        # ratio, side of the beat, decay, loudness
    cdef int mode_count
    cdef double scale
    cdef double known[3]                   # frequency, decay and beat the modes are tuned to

    cdef void _tune(self) noexcept nogil


cdef class Bowl(Modal):
    pass


cdef class Bell(Modal):
    pass
