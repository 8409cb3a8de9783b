from cext.voices.edges cimport Edged
from cext.voices.ticked cimport Ticked
from cext.voices.tones cimport Partial


cdef class Sine(Ticked):
    cdef Partial partial


cdef class Saw(Ticked):
    cdef Edged wave


cdef class Square(Ticked):
    cdef Edged wave


cdef class Triangle(Ticked):
    cdef Edged wave
