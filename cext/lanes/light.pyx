# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Light as four lanes of brightness, 0 dark to 1 full, in linear light, on the same frames as the sound."""

from cext._types cimport TICK
from cext.parts cimport Part

from cext.parameters import Parameter


cdef class Light(Part):
    """Four steady or slowly moving lights."""

    PARAMETERS = (
        Parameter("left", "", 0.0, 1.0, 0.0),
        Parameter("right", "", 0.0, 1.0, 0.0),
        Parameter("blue", "", 0.0, 1.0, 0.0),
        Parameter("white", "", 0.0, 1.0, 0.0),
    )

    cdef void fill(self, float* lanes, Py_ssize_t stride) noexcept nogil:
        # One tick into four rows that lie `stride` floats apart.
        cdef int i, j
        self.next_tick()
        for i in range(4):
            for j in range(TICK):
                lanes[i * stride + j] = <float> (self.begin[i] + self.step[i] * j)
