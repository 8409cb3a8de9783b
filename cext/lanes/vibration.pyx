# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Touch: tones between 20 and 120 Hz for the two vibration lanes, on the same frames as the sound.

What is below 18 or far above 120 Hz the guard's band takes away again, and it leads the strength up.
"""

from libc.stdint cimport uint64_t

from cext._types cimport TICK, sine_of, turn_of
from cext.lanes.lane cimport Lane

from cext.parameters import Parameter

cdef enum:
    LEVEL, FREQUENCY, WAVE, DEPTH, APART


cdef class Vibration(Lane):
    """A low tone to feel rather than hear."""

    PARAMETERS = (
        Parameter("level", "", 0.0, 1.0, 0.0),
        Parameter("frequency_hz", "Hz", 20.0, 120.0, 40.0, "log"),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.rows = 2

    cdef void fill(self, float* lanes, Py_ssize_t stride) noexcept nogil:
        cdef int j
        cdef float value
        self.next_tick()
        for j in range(TICK):
            value = <float> ((self.begin[LEVEL] + self.step[LEVEL] * j) * sine_of(self.phase))
            lanes[j] = value
            lanes[stride + j] = value
            self.phase += turn_of((self.begin[FREQUENCY] + self.step[FREQUENCY] * j) / self.rate_hz)


cdef class Waves(Lane):
    """A low tone that comes and goes, in both places together or from one to the other.

    wave_hz: how often it swells. depth: 0 steady, 1 down to nothing. apart: 0 together, 1 alternating.
    """

    PARAMETERS = (
        Parameter("level", "", 0.0, 1.0, 0.0),
        Parameter("frequency_hz", "Hz", 20.0, 120.0, 40.0, "log"),
        Parameter("wave_hz", "Hz", 0.02, 10.0, 0.147, "log"),
        Parameter("depth", "", 0.0, 1.0, 1.0),
        Parameter("apart", "", 0.0, 1.0, 0.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.rows = 2
        self.slow = <uint64_t> 3 << 62        # begins at nothing

    cdef void fill(self, float* lanes, Py_ssize_t stride) noexcept nogil:
        cdef int j
        cdef double tone, depth
        cdef uint64_t apart
        self.next_tick()
        if self.begin[LEVEL] == 0.0 and self.step[LEVEL] == 0.0 and self.step[FREQUENCY] == 0.0 \
                and self.step[WAVE] == 0.0:
            self.rest(lanes, stride)
            self.phase += <uint64_t> TICK * turn_of(self.begin[FREQUENCY] / self.rate_hz)
            self.slow += <uint64_t> TICK * turn_of(self.begin[WAVE] / self.rate_hz)
            return
        for j in range(TICK):
            tone = (self.begin[LEVEL] + self.step[LEVEL] * j) * sine_of(self.phase)
            depth = 0.5 * (self.begin[DEPTH] + self.step[DEPTH] * j)
            apart = turn_of(0.499999999 * (self.begin[APART] + self.step[APART] * j))
            lanes[j] = <float> (tone * (1.0 - depth + depth * sine_of(self.slow)))
            lanes[stride + j] = <float> (tone * (1.0 - depth + depth * sine_of(self.slow + apart)))
            self.phase += turn_of((self.begin[FREQUENCY] + self.step[FREQUENCY] * j) / self.rate_hz)
            self.slow += turn_of((self.begin[WAVE] + self.step[WAVE] * j) / self.rate_hz)
