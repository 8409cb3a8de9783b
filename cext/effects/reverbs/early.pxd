from cext.effects.reverbs.tail cimport Tail

cdef enum:
    IMAGES = 62              # of up to three reflections in a box


cdef class EarlyReflections(Tail):
    cdef float[::1] memory
    cdef long mask
    cdef int[IMAGES][3] image              # how often each pair of walls was met, and on which side first
    cdef int[2][IMAGES] delay
    cdef float[2][IMAGES] gain
    cdef int[2][IMAGES] delay_before
    cdef float[2][IMAGES] gain_before
    cdef double[4] known
    cdef bint has_moved

    cdef void _place(self) noexcept nogil
