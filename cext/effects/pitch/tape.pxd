from cext.parts cimport Effect


cdef class TapeStop(Effect):
    cdef float[:, ::1] tape                # a ring of what came in, one row an ear
    cdef float[:, ::1] table               # the interpolating sinc, a row for each 256th of a frame
    cdef long clock
    cdef double speed                      # 1 runs, 0 stands
    cdef bint is_stopping
    cdef long waited                       # frames at full speed or at rest, in a cycle
    cdef double lag                        # how far behind the head is, frames
