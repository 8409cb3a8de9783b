from cext.parts cimport Effect


cdef class NlmDenoise(Effect):
    cdef int size, hop, since, reach
    cdef float[:, ::1] sound               # the frames at work, one row an ear
    cdef float[:, ::1] coming
    cdef float[:, ::1] sums                # weighted sums of both ears, the weights, two rows of scratch
    cdef float[:, ::1] ready

    cdef void _clean(self) noexcept nogil
