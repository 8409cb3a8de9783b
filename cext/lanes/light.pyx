# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Light as four lanes of brightness, 0 dark to 1 full, in linear light, on the same frames as the sound.

Pulses have edges of half a cosine: half a turn wide at half the time on they are a pure sine, the kindest to
the eye (no harmonics); narrower they become a square without corners. The phase is a 64-bit integer, a turn
is 2**64: the frequency is right to 3e-15 Hz and nothing drifts in eight hours.
"""

from libc.stdint cimport uint64_t

from cext._types cimport TICK, sine_of, turn_of
from cext.lanes.lane cimport Lane

from cext.parameters import Parameter

cdef enum:
    LEVEL, FREQUENCY, DEPTH, DUTY, EDGE, APART, BLUE, WHITE

cdef enum:
    HUE = 1
    SATURATION, DRIFT, SHINE


cdef class Light(Lane):
    """Four steady or slowly moving lights."""

    PARAMETERS = (
        Parameter("left", "", 0.0, 1.0, 0.0),
        Parameter("right", "", 0.0, 1.0, 0.0),
        Parameter("blue", "", 0.0, 1.0, 0.0),
        Parameter("white", "", 0.0, 1.0, 0.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.rows = 4

    cdef void fill(self, float* lanes, Py_ssize_t stride) noexcept nogil:
        cdef int i, j
        self.next_tick()
        for i in range(4):
            for j in range(TICK):
                lanes[i * stride + j] = <float> (self.begin[i] + self.step[i] * j)


cdef class Pulses(Lane):
    """Light that comes and goes, with both eyes together or one after the other.

    duty: share of a turn that is bright, at half brightness. edge: share of a turn that one edge takes; 0.5
    at a duty of 0.5 is a sine. apart: 0 both eyes together, 1 left and right alternate.
    """

    PARAMETERS = (
        Parameter("level", "", 0.0, 1.0, 0.0),
        Parameter("frequency_hz", "Hz", 0.01, 60.0, 1.0, "log"),
        Parameter("depth", "", 0.0, 1.0, 1.0),
        Parameter("duty", "", 0.2, 0.85, 0.5),
        Parameter("edge", "", 0.05, 0.5, 0.5),
        Parameter("apart", "", 0.0, 1.0, 0.0),
        Parameter("blue", "", 0.0, 1.0, 0.0),
        Parameter("white", "", 0.0, 1.0, 0.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.rows = 4

    cdef void fill(self, float* lanes, Py_ssize_t stride) noexcept nogil:
        cdef int j
        cdef double level, depth, duty, edge, value
        cdef uint64_t apart
        self.next_tick()
        if self.begin[LEVEL] == 0.0 and self.step[LEVEL] == 0.0 and self.step[FREQUENCY] == 0.0:
            # Nobody sees it, but its time goes on, so that it comes back in step with the sound.
            self.rest(lanes, stride)
            self.phase += <uint64_t> TICK * turn_of(self.begin[FREQUENCY] / self.rate_hz)
            return
        for j in range(TICK):
            level = self.begin[LEVEL] + self.step[LEVEL] * j
            depth = self.begin[DEPTH] + self.step[DEPTH] * j
            duty = self.begin[DUTY] + self.step[DUTY] * j
            edge = min(self.begin[EDGE] + self.step[EDGE] * j, min(duty, 1.0 - duty))
            apart = turn_of(0.499999999 * (self.begin[APART] + self.step[APART] * j))
            value = level * (1.0 - depth * (1.0 - _pulse(self.phase, duty, edge)))
            lanes[j] = <float> value
            lanes[2 * stride + j] = <float> (value * (self.begin[BLUE] + self.step[BLUE] * j))
            lanes[3 * stride + j] = <float> (value * (self.begin[WHITE] + self.step[WHITE] * j))
            if apart:
                value = level * (1.0 - depth * (1.0 - _pulse(self.phase + apart, duty, edge)))
            lanes[stride + j] = <float> value
            self.phase += turn_of((self.begin[FREQUENCY] + self.step[FREQUENCY] * j) / self.rate_hz)


cdef class Colour(Lane):
    """One colour over all, as red, green, blue and white, that may wander round the circle.

    hue_turns: 0 red, 1/3 green, 2/3 blue. The drive of the three together stays the same all round.
    """

    PARAMETERS = (
        Parameter("level", "", 0.0, 1.0, 0.0),
        Parameter("hue_turns", "", 0.0, 1.0, 0.1),
        Parameter("saturation", "", 0.0, 1.0, 0.5),
        Parameter("drift_turns_per_min", "", 0.0, 6.0, 0.0),
        Parameter("white", "", 0.0, 1.0, 0.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.rows = 4

    cdef void fill(self, float* lanes, Py_ssize_t stride) noexcept nogil:
        cdef int i, j
        cdef double level, strength, hue
        cdef uint64_t at
        self.next_tick()
        if self.begin[LEVEL] == 0.0 and self.step[LEVEL] == 0.0 and self.step[DRIFT] == 0.0:
            self.rest(lanes, stride)
            self.phase += <uint64_t> TICK * turn_of(self.begin[DRIFT] / (60.0 * self.rate_hz))
            return
        for j in range(TICK):
            level = self.begin[LEVEL] + self.step[LEVEL] * j
            strength = self.begin[SATURATION] + self.step[SATURATION] * j
            hue = self.begin[HUE] + self.step[HUE] * j
            # Half a turn at a time: a phase step is less than half a turn. A quarter more makes sine cosine.
            at = self.phase + 2 * turn_of(0.4999999999 * hue) + (<uint64_t> 1 << 62)
            for i in range(3):
                lanes[i * stride + j] = <float> (level * (1.0 + 2.0 * strength * sine_of(at)) * (1.0 / 3.0))
                if lanes[i * stride + j] < 0.0:
                    lanes[i * stride + j] = 0.0
                at -= <uint64_t> 0x5555555555555555
            lanes[3 * stride + j] = <float> (level * (self.begin[SHINE] + self.step[SHINE] * j))
            self.phase += turn_of((self.begin[DRIFT] + self.step[DRIFT] * j) / (60.0 * self.rate_hz))


cdef inline double _pulse(uint64_t phase, double duty, double edge) noexcept nogil:
    # Edges stand at 0 and at duty; half a cosine each, from -edge/2 to edge/2 around them.
    cdef double at = <double> (phase >> 11) * (1.0 / 9007199254740992.0), away
    if at > 0.5 + 0.5 * duty:
        at -= 1.0
    # Symmetric about the middle of the bright part.
    away = 0.5 * duty - (at - 0.5 * duty if at > 0.5 * duty else 0.5 * duty - at)
    if away >= 0.5 * edge:
        return 1.0
    if away <= -0.5 * edge:
        return 0.0
    return 0.5 + 0.5 * sine_of(<uint64_t> <long long> (away / edge * 9223372036854775807.0))
