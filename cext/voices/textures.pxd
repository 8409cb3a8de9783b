from libc.stdint cimport uint64_t

from cext.effects.filters.swept cimport Svf
from cext.voices.noises cimport Pinking
from cext.voices.ticked cimport Ticked
from cext.voices.tones cimport Tone

cdef enum:
    DROPS = 24


cdef struct Drop:
    Tone tone
    double sine
    double cosine
    double turn_cosine
    double turn_sine
    float left
    float right


cdef class Rain(Ticked):
    cdef Pinking bed
    cdef Drop drops[DROPS]
    cdef uint64_t fallen
    cdef double wait                       # frames until the next drop

    cdef void _fall(self) noexcept nogil


cdef class Ocean(Ticked):
    cdef Pinking water
    cdef Svf filter
    cdef double state[4]
    cdef double phase[2]                   # of the wave that comes from the left and the one from the right
    cdef uint64_t waves[2]
    cdef double height[2]
    cdef bint is_fresh

    cdef double _roll(self, int side) noexcept nogil


cdef class Wind(Ticked):
    cdef Svf filter[2]
    cdef double state[2][2]
    cdef double gust[2]
    cdef double time                       # in gusts
    cdef bint is_fresh

    cdef void _blow(self, int side, float* ear, double before) noexcept nogil
