from cext.parts cimport Effect


cdef class Keyed(Effect):
    cdef float[:, ::1] key
    cdef bint has_key


cdef class Ducker(Keyed):
    cdef float envelope
    cdef float gain
    cdef float attack
    cdef float release
    cdef float fall
    cdef double known[2]
