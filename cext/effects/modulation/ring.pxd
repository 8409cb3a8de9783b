from cext.effects.distortion._oversample cimport Oversampler
from cext.effects.modulation._turns cimport Spin
from cext.parts cimport Effect


cdef class RingModulator(Effect):
    cdef Oversampler over
    cdef Spin spin
