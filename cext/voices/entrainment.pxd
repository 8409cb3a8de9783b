from libc.stdint cimport uint64_t

from cext.voices.ticked cimport Ticked
from cext.voices.tones cimport Partial


cdef class Pair(Ticked):
    cdef Partial upper
    cdef Partial lower


cdef class Binaural(Pair):
    pass


cdef class Monaural(Pair):
    pass


cdef class Isochronic(Ticked):
    cdef Partial carrier
    cdef uint64_t beat
    cdef uint64_t _beat_step(self) noexcept nogil
    cdef void _next_beat(self, uint64_t turn, uint64_t turn_step) noexcept nogil
