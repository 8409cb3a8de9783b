# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Touch: a tone between 20 and 120 Hz for the two vibration lanes, on the same frames as the sound."""

from cext._types cimport TICK, sine_of, turn_of
from cext.parts cimport Part

from cext.parameters import Parameter

cdef enum:
    LEVEL, FREQUENCY


cdef class Vibration(Part):
    """A low tone to feel rather than hear."""

    PARAMETERS = (
        Parameter("level", "", 0.0, 1.0, 0.0),
        Parameter("frequency_hz", "Hz", 20.0, 120.0, 40.0, "log"),
    )

    cdef void fill(self, float* lanes, Py_ssize_t stride) noexcept nogil:
        # One tick into two rows that lie `stride` floats apart.
        cdef int j
        cdef float value
        self.next_tick()
        for j in range(TICK):
            value = <float> ((self.begin[LEVEL] + self.step[LEVEL] * j) * sine_of(self.phase))
            lanes[j] = value
            lanes[stride + j] = value
            self.phase += turn_of((self.begin[FREQUENCY] + self.step[FREQUENCY] * j) / self.rate_hz)
