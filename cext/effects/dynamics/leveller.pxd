from cext._types cimport TICK
from cext.parts cimport Effect

cdef enum:
    REACH = 10                             # hops on either side that a gain is smoothed over
    KEPT = 2 * REACH + 4


cdef class Leveller(Effect):
    cdef float[:, ::1] line                # the sound waiting for its gain
    cdef int place
    cdef int hop                           # frames
    cdef int heard                         # frames of the present hop
    cdef double power                      # summed over the present hop
    cdef double mean                       # over the window, with its weight: less than 1 at the beginning
    cdef double weight
    cdef double shape[REACH + 1]           # half of the Gaussian
    cdef double wanted[KEPT]               # octaves, hop by hop; the newest last
    cdef double smooth[3]                  # at the middles of the last, present and next hop to leave

    cdef void finish(self) noexcept nogil
