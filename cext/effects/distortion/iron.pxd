from cext.effects.distortion._oversample cimport Over
from cext.effects.distortion._shaped cimport Shaped


cdef class Transformer(Shaped):
    cdef double[2] flux                    # by ear
    cdef double keep
    cdef double known_hz
    cdef float[:, ::1] past                # the sound itself, as late as the iron
