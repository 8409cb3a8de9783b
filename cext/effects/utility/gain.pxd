from cext.parts cimport Effect


cdef class Volume(Effect):
    pass


cdef class Gain(Effect):
    cdef double known_db
    cdef float begin_gain
    cdef float end_gain
