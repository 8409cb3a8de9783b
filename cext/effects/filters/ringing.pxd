from cext.parts cimport Effect


cdef class Comb(Effect):
    cdef float[:, ::1] line                # both ears of the last frames; a power of two, as a ring
    cdef int place
    cdef double[2] lowpassed
    cdef double[5] now                     # delay, feedback, damping, dry, wet at the tick's first frame
    cdef double[5] rise
    cdef double[5] final
    cdef bint has_begun


cdef class Resonator(Effect):
    cdef float[64] now                     # 16 cosines, 16 sines, 16 levels in, and what is mixed
    cdef float[64] rise
    cdef float[64] final
    cdef float[64] state                   # real and imaginary of 16 modes, left and right
    cdef bint has_begun
    cdef bint is_still
