# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Harmonics one by one, and one tone bending another.

Partials above 0.45 of the rate are left out, and the FM index stops where its sidebands would fold back
(Carson's rule), so neither aliases to be heard.
Sources: J. Chowning, JAES 21 (1973) 526; H. Fletcher, JASA 36 (1964) 203, for the stretch of stiff strings.
"""

from libc.math cimport M_PI, exp2, log2, sqrt
from libc.stdint cimport int64_t, uint64_t

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport RAMP, TICK, clamp, sine_of, turn_of
from cext.voices.ticked cimport Ticked
from cext.voices.tones cimport narrow, play, skip

from cext.parameters import Parameter

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_fm(
        uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, double, double, float*);
    ECHOEL_CLONES static void echoel_add(const double*, double, double, double*);
    """

cdef enum:
    LEVEL, FREQUENCY
    PARTIALS = 2
    TILT = 3
    EVEN = 4
    STRETCH = 5
    RATIO = 2
    INDEX = 3

_LEVEL = Parameter("level", "", 0.0, 1.0, 0.5)
_FREQUENCY = Parameter("frequency_hz", "Hz", 20.0, 4_000.0, 220.0, "log")


cdef void _add "echoel_add"(const double* samples, double gain, double step, double* sum) noexcept nogil:
    cdef int j
    for j in range(TICK):
        sum[j] += samples[j] * (gain + step * RAMP[j])


cdef class Additive(Ticked):
    """Up to 32 harmonics, bright or dull, hollow or full, true or stretched like a piano's."""

    PARAMETERS = (
        _LEVEL,
        _FREQUENCY,
        Parameter("partials", "", 1.0, 32.0, 12.0),
        Parameter("tilt_db", "dB an octave", -24.0, 0.0, -6.0),
        Parameter("even", "", 0.0, 1.0, 1.0),
        Parameter("stretch", "", 0.0, 0.002, 0.0),
    )

    cdef void clear(self) noexcept nogil:
        cdef int k
        for k in range(MOST_PARTIALS):
            self.partials[k].phase = 0
        self.is_fresh = True

    cdef void prepare(self) noexcept nogil:
        if self.is_fresh or self.is_moving:
            self._weigh()
        self.is_fresh = False

    cdef void _weigh(self) noexcept nogil:
        # Loudness of every partial; the last one comes in gradually, and all together stay below full scale.
        cdef int k
        cdef double sum = 0.0, number, loud
        for k in range(MOST_PARTIALS):
            number = k + 1.0
            self.ratio[k] = number * sqrt(1.0 + self.end[STRETCH] * number * number)
            loud = exp2(self.end[TILT] / 6.020599913279624 * log2(number)) * clamp(
                self.end[PARTIALS] - k, 0.0, 1.0)
            if k % 2:
                loud *= self.end[EVEN]
            if self.ratio[k] * self.end[FREQUENCY] * self.per_frame > 0.45:
                loud = 0.0
            self.loud_end[k] = loud
            sum += loud
        for k in range(MOST_PARTIALS):
            self.loud_end[k] /= sum
            if self.is_fresh:
                self.loud[k] = self.loud_end[k]

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef int j, k
        cdef double samples[TICK]
        cdef double heard[TICK]
        cdef double cycles = self.begin[FREQUENCY] * self.per_frame
        cdef double end = self.end[FREQUENCY] * self.per_frame
        for j in range(TICK):
            heard[j] = 0.0
        for k in range(MOST_PARTIALS):
            if self.loud[k] > 0.0 or self.loud_end[k] > 0.0:
                play(&self.partials[k], min(cycles * self.ratio[k], 0.49),
                     min(end * self.ratio[k], 0.49), samples)
                _add(samples, self.loud[k], (self.loud_end[k] - self.loud[k]) / TICK, heard)
                self.loud[k] = self.loud_end[k]
        narrow(heard, left)
        narrow(heard, right)

    cdef void rest(self) noexcept nogil:
        cdef int k
        cdef double cycles = self.begin[FREQUENCY] * self.per_frame
        cdef double end = self.end[FREQUENCY] * self.per_frame
        for k in range(MOST_PARTIALS):
            if self.loud_end[k] > 0.0:
                skip(&self.partials[k], min(cycles * self.ratio[k], 0.49),
                     min(end * self.ratio[k], 0.49))
            self.loud[k] = self.loud_end[k]


cdef void _fm "echoel_fm"(
    uint64_t carrier, uint64_t turn, uint64_t step,
    uint64_t modulator, uint64_t bend_turn, uint64_t bend_step,
    double index, double index_step, float* ear
) noexcept nogil:
    cdef int j
    cdef uint64_t place, pairs
    cdef double bend
    for j in range(TICK):
        place = <uint64_t> j
        pairs = (place * (place - 1)) >> 1
        bend = (index + index_step * RAMP[j]) * sine_of(modulator + bend_turn * place + bend_step * pairs)
        ear[j] = <float> sine_of(
            carrier + turn * place + step * pairs + (<uint64_t> <int64_t> (bend * 4294967296.0) << 32))


cdef class Fm(Ticked):
    """One tone bends another: bells, brass and electric pianos out of two sines."""

    PARAMETERS = (
        _LEVEL,
        _FREQUENCY,
        Parameter("ratio", "", 0.25, 12.0, 2.0, "log"),
        Parameter("index", "", 0.0, 12.0, 1.5),
    )

    cdef void clear(self) noexcept nogil:
        self.carrier = self.modulator = 0

    cdef double _index(self, double index, double cycles, double ratio) noexcept nogil:
        # In turns. Sidebands reach ratio * (index + 1) above the carrier.
        return clamp(index, 0.0, max(0.0, (0.45 - cycles) / (cycles * ratio) - 1.0)) / (2.0 * M_PI)

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef int j
        cdef double cycles = self.begin[FREQUENCY] * self.per_frame
        cdef double end = self.end[FREQUENCY] * self.per_frame
        cdef double index = self._index(self.begin[INDEX], cycles, self.begin[RATIO])
        cdef double index_end = self._index(self.end[INDEX], end, self.end[RATIO])
        cdef uint64_t turn = turn_of(cycles), step = _step_of(cycles, end)
        cdef uint64_t bend_turn = turn_of(min(cycles * self.begin[RATIO], 0.49))
        cdef uint64_t bend_step = _step_of(
            min(cycles * self.begin[RATIO], 0.49), min(end * self.end[RATIO], 0.49))
        _fm(self.carrier, turn, step, self.modulator, bend_turn, bend_step, index, (index_end - index) / TICK,
            left)
        for j in range(TICK):
            right[j] = left[j]
        self.rest()

    cdef void rest(self) noexcept nogil:
        cdef double cycles = self.begin[FREQUENCY] * self.per_frame
        cdef double end = self.end[FREQUENCY] * self.per_frame
        cdef double bend = min(cycles * self.begin[RATIO], 0.49), bend_end = min(end * self.end[RATIO], 0.49)
        self.carrier += turn_of(cycles) * <uint64_t> TICK
        self.carrier += _step_of(cycles, end) * <uint64_t> (TICK * (TICK - 1) // 2)
        self.modulator += turn_of(bend) * <uint64_t> TICK
        self.modulator += _step_of(bend, bend_end) * <uint64_t> (TICK * (TICK - 1) // 2)


cdef inline uint64_t _step_of(double cycles, double cycles_end) noexcept nogil:
    return <uint64_t> ((<int64_t> (turn_of(cycles_end) - turn_of(cycles))) // TICK)
