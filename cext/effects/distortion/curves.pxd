from cext.effects.distortion._oversample cimport Over
from cext.effects.distortion._shaped cimport Shaped


cdef class Overdrive(Shaped):
    pass


cdef class Fuzz(Shaped):
    cdef double rise
    cdef double fall
    cdef double[2] heard


cdef class Wavefolder(Shaped):
    pass


cdef class ChebyshevShaper(Shaped):
    pass
