from libc.stdint cimport int64_t

from cext._types cimport TICK
from cext.parts cimport Effect


cdef class Meter(Effect):
    cdef float heard[2][TICK]
    cdef double share                      # of a tick in a mean over 0.3 s
    cdef double sums[6]                    # left, right; their squares; their product; frames at full scale
    cdef float peaks[2]                    # of this tick

    cdef void measure(self) noexcept nogil


cdef class LevelMeter(Meter):
    cdef double mean[2]
    cdef double power[2]
    cdef double weight
    cdef float shown[2]                    # falling 20 dB in 1.7 s
    cdef float highest
    cdef float fall
    cdef int64_t overs


cdef class CorrelationMeter(Meter):
    cdef double products[3]
