# What voices, effects and lanes share: parameters that glide, and time cut into ticks.

from cext._types cimport TICK

cdef enum:
    MOST_PARAMETERS = 64


cdef class Part:
    cdef readonly double rate_hz
    cdef readonly tuple parameters
    cdef int offset                        # frames already rendered of the present tick
    cdef double begin[MOST_PARAMETERS]     # value at the first frame of the present tick
    cdef double step[MOST_PARAMETERS]      # change from one frame of the tick to the next
    cdef double end[MOST_PARAMETERS]       # value at the first frame of the next tick
    cdef double goal[MOST_PARAMETERS]
    cdef long ticks_left[MOST_PARAMETERS]
    cdef bint is_log[MOST_PARAMETERS]
    cdef bint is_switch[MOST_PARAMETERS]
    cdef int count
    cdef bint is_moving                    # some parameter has not arrived, or has just
    cdef bint has_run                      # since it was made or reset: before that, knobs need not glide

    cdef void aim(self, int index, double goal, double glide_s) noexcept nogil
    cdef void snap(self, int index, double value) noexcept nogil
    cdef void run(self, float* left, float* right, int frames) noexcept nogil
    cdef void next_tick(self) noexcept nogil
    cdef void _move(self) noexcept nogil
    cdef void prepare(self) noexcept nogil
    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil
    cdef void clear(self) noexcept nogil


cdef class Voice(Part):
    pass


cdef class Effect(Part):
    cdef readonly int latency_frames
    cdef float[:, ::1] waiting             # the untouched sound, as late as the effect makes it
    cdef int waiting_place
    cdef int bypass                        # the row of the switch that every effect has last
    cdef bint is_asleep

    cdef int delays(self, int frames) except -1
    cdef void _wait(self, float* left, float* right, int frames) noexcept nogil
    cdef void _aside(self, float* left, float* right, int first, int frames) noexcept nogil
