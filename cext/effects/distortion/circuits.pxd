from cext.effects.distortion._oversample cimport Over
from cext.effects.distortion._shaped cimport Shaped


cdef class Tube(Shaped):
    cdef float[:, ::1] curve               # four coefficients a piece


cdef class DiodeClipper(Shaped):
    cdef float[:, :, ::1] curve            # by kind of diode, four coefficients a piece
    cdef double share                      # of the input that reaches the capacitor in one sample
    cdef double[2] charge                  # volts on the capacitor, by ear


cdef class Tape(Shaped):
    cdef double[6] magnet                  # magnetisation, field, and how one last followed the other
    cdef double[2] treble                  # state of the head's loss
    cdef double known_speed
    cdef double loss
