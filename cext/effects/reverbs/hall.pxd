from libc.stdint cimport uint64_t

from cext._types cimport TICK
from cext.effects.reverbs._lines cimport POWERS, Loop
from cext.effects.reverbs.tail cimport Tail

cdef enum:
    LINES = 16
    DIFFUSERS = 4
    LOOPS = LINES + 2 * DIFFUSERS
    TURNS = 4                # pairs of lines whose mixture sways


cdef class Reverb(Tail):
    cdef float[::1] memory
    cdef Loop[LOOPS] loop                  # the lines, then four diffusers an ear
    cdef float[LINES][TICK] tick           # what the lines said last
    cdef float[LINES][8] last              # the dampers' last run
    cdef float[LINES][POWERS] powers
    cdef float[LINES] gain
    cdef float[LINES][POWERS] powers_before
    cdef float[LINES] gain_before
    cdef bint has_moved                    # this tick goes from the dampers before to the new ones
    cdef double[2] known
    cdef uint64_t[TURNS] sway
    cdef uint64_t[TURNS] sway_turn
    cdef float[4][TURNS] angle             # cosine, its step, sine, its step
    cdef double depth                      # of the sway, radians
    cdef float inlet                       # how much of the sound comes in, at the tick's begin and end
    cdef float inlet_end
    cdef bint is_frozen

    cdef void _absorb(self, double decay_s, double damping) noexcept nogil
    cdef void _glide(self, float** lines) noexcept nogil
    cdef void _sway(self) noexcept nogil
