from cext.parts cimport Effect

cdef enum:
    OCTAVER_STATES = 12


cdef class Octaver(Effect):
    cdef float[2][OCTAVER_STATES] state
    cdef float keep, keep_out, keep_slow
    cdef double tone_known
