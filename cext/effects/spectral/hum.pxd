from cext.parts cimport Effect

cdef enum:
    HARMONICS = 32


cdef class DeHum(Effect):
    cdef double turn                       # of the mains, 0..1
    cdef double mains_hz                   # as it is followed
    cdef double nominal_hz
    cdef float[HARMONICS] cosine
    cdef float[HARMONICS] sine
    cdef float[HARMONICS] step_cosine
    cdef float[HARMONICS] step_sine
    cdef float[4][HARMONICS] weight        # cosine and sine of the left ear, of the right ear
    cdef float[4][HARMONICS] before        # at the last look
    cdef float[HARMONICS] gain
    cdef int ticks
