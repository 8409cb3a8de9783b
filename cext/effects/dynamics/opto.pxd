from cext.effects.dynamics.levels cimport Dynamics


cdef class OptoCompressor(Dynamics):
    cdef double cell[2]
    cdef double rise[2]
    cdef double fall[2]
    cdef double cell_known[4]
