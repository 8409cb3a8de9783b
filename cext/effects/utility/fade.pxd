from cext.parts cimport Effect


cdef class Fade(Effect):
    cdef double place                      # how far it is open at the tick's first frame, 0..1
    cdef double pace                       # change a frame, inside 0..1
    cdef bint has_begun
