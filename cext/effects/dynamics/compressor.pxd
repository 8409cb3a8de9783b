from cext.effects.dynamics.levels cimport Dynamics


cdef class Compressor(Dynamics):
    pass


cdef class SidechainCompressor(Compressor):
    pass


cdef class UpwardCompressor(Dynamics):
    pass
