from libc.stdint cimport uint32_t

from cext._types cimport TICK
from cext.effects.reverbs._lines cimport POWERS
from cext.effects.reverbs.hall cimport Reverb


cdef class Freeze(Reverb):
    pass


cdef class Shimmer(Reverb):
    cdef float[:, ::1] shifter             # what the room said, to be read faster or slower
    cdef long shifter_mask
    cdef uint32_t window                   # frames after which a reading head starts again
    cdef uint32_t phase                    # of the first head in its window, 2**32 is a whole one
    cdef float[2][2][8] dark_last
    cdef float[POWERS] dark
    cdef float dark_gain
    cdef float[2][8] low_last
    cdef float[POWERS] low
    cdef float low_gain
