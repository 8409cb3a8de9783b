from cext.parts cimport Effect


cdef class HardClip(Effect):
    cdef double known_db
    cdef float edge_begin
    cdef float edge_end
    cdef float[2] last                     # the frame before, by ear
    cdef float[2] owed                     # what of it lies beyond the edge, from the side of its own past
