from libc.stdint cimport int64_t, uint64_t

from cext.effects.delays._line cimport Course
from cext.parts cimport Effect

cdef enum:
    ROTORS = 2


cdef struct Rotor:
    uint64_t phase
    double speed_hz
    double turn                    # radians a tick
    Course way[2]                  # a microphone
    double place[2]
    double slope[2]
    float full[2]                  # how loud the bright and the dull line are
    float full_step[2]
    float dull[2]
    float dull_step[2]
    double full_end[2]
    double dull_end[2]


cdef class RotarySpeaker(Effect):
    cdef float[:, ::1] memory      # horn, its treble, drum
    cdef int64_t mask
    cdef int64_t clock
    cdef Rotor rotor[ROTORS]
    cdef double split[2]
    cdef double beam
    cdef double corner
    cdef double beam_corner
    cdef bint is_fresh

    cdef void _turn(self, int which, double target_hz, double start_s, double radius) noexcept nogil
