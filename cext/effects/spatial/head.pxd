from libc.stdint cimport int64_t, uint64_t

from cext.effects.delays._line cimport Course
from cext.parts cimport Effect


cdef class Crossfeed(Effect):
    cdef double[4] state                   # what crosses to the left and the right, what they lose
    cdef double[2] known
    cdef double cross_pole
    cdef double cross_gain
    cdef double direct_pole
    cdef double direct_gain
    cdef double total


cdef class AroundHead(Effect):
    cdef float[:, ::1] memory              # the sound as it came, and after the ear's folds
    cdef int64_t mask
    cdef int64_t clock
    cdef Course[2] way                     # to each ear
    cdef Course[5] fold                    # off the folds of the ear
    cdef double[2] late                    # frames, where the tick ends
    cdef double[5] fold_late
    cdef double[2][4] shelf                # b0, b1 where the tick begins, and where it ends, by ear
    cdef double[2][2] heard                # last in and out, by ear
    cdef double pole
    cdef bint has_begun
    cdef int mix_row
    cdef double pinna
    cdef double pinna_end
    # Where the source stands: azimuth to the right, elevation, radians; how far, metres; how loud; the head.
    cdef void aim_at(
        self, double azimuth, double elevation, double far_s, double gain, double head_m, double pinna
    ) noexcept nogil


cdef class BinauralPan(AroundHead):
    pass


cdef class Orbit(AroundHead):
    cdef uint64_t turned


cdef class Doppler(AroundHead):
    cdef double place                      # metres along the way, 0 where it is nearest
