from cext.parts cimport Effect


cdef class LowPass(Effect):
    cdef double g_begin
    cdef double g_step
    cdef double g_end
    cdef double k_begin
    cdef double k_step
    cdef double k_end
    cdef double state[4]
    cdef bint is_fresh
