from cext.effects.dynamics.keyed cimport Keyed

cdef enum:
    BANDS = 24
    BAND_ROWS = 9


cdef class Vocoder(Keyed):
    cdef float[BAND_ROWS][BANDS] state
    cdef float[4][BANDS] coefficient
    cdef double turn
    cdef unsigned long drawn               # of the noise that stands for hissing sounds
    cdef double known
