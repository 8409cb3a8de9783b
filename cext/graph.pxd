from libc.stdint cimport int64_t

from cext._types cimport LANES, TICK
from cext.guard cimport Guard
from cext.lanes.light cimport Light
from cext.lanes.vibration cimport Vibration

cdef enum:
    MOST_PARTS = 16
    MOST_TARGETS = 64


cdef class Graph:
    cdef readonly double rate_hz
    cdef readonly Guard guard
    cdef Light light
    cdef Vibration vibration
    cdef list parts
    cdef object writing
    cdef void* voices[MOST_PARTS]
    cdef void* effects[MOST_PARTS]
    cdef void* everyone[MOST_PARTS]
    cdef int voice_count
    cdef int effect_count
    cdef int target_count
    cdef int part_of[MOST_TARGETS]
    cdef int place_of[MOST_TARGETS]

    # Written by the control side between an odd and an even sequence, read by whoever renders.
    cdef int64_t sequence
    cdef double goal[MOST_TARGETS]
    cdef double glide_s[MOST_TARGETS]
    cdef int64_t stamp[MOST_TARGETS]

    cdef int64_t seen_sequence
    cdef int64_t seen[MOST_TARGETS]
    cdef int64_t handed_out                # frames that have left
    cdef int64_t made                      # frames rendered, a multiple of TICK
    cdef int64_t is_taken                  # a sink renders this graph; nobody else may
    cdef float ready[LANES * TICK]
    cdef float later[LANES * TICK]         # light and touch wait here for the limiter's look-ahead

    cdef void fill(self, float* out, Py_ssize_t stride, Py_ssize_t frames) noexcept nogil
    cdef void _tick(self) noexcept nogil
    cdef void _take_targets(self) noexcept nogil
