from cext.parts cimport Effect

cdef enum:
    MOST_ORDER = 64        # of the prediction
    MOST_GAP = 128         # frames mended in one go
    MOST_GAPS = 64         # in one hop


cdef class Repair(Effect):
    cdef int size, hop, since, order, longest
    cdef float[:, ::1] sound               # the last `size` frames of each ear, mended
    cdef float[:, ::1] coming              # the hop that comes in, the hop that goes out
    cdef double[::1] work
    cdef double[::1] error                 # of the prediction, in the part looked at
    cdef double[MOST_ORDER + 1] weight     # of the prediction, the first is 1
    cdef double[MOST_ORDER + 1] product    # of the weights with themselves, by their distance

    cdef int open(self) except -1
    cdef void mend(self, float* sound) noexcept nogil
    cdef bint predict(self, const float* sound) noexcept nogil
    cdef bint fill(self, float* sound, int first, int count, double* found) noexcept nogil


cdef class DeClick(Repair):
    cdef float[::1] scratched              # as it came


cdef class DeClip(Repair):
    pass
