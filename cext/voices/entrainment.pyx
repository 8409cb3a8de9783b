# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Beats to follow: two tones that beat between the ears or in the air, and a tone that comes and goes.

Binaural: left = carrier + beat / 2, right = carrier - beat / 2; a negative beat swaps the ears. Monaural:
both tones in both ears. Isochronic: one tone under a gate whose edges are raised cosines, shut at the start
of each beat and open in its middle. All on 64-bit integer phases: the beat is exact for as long as it runs.
Sources: G. Oster, Scientific American 229 (1973) 94; the convention of left and right is sbagen's.
"""

from libc.math cimport fabs
from libc.stdint cimport int64_t, uint64_t

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport TICK, clamp, sine_of, turn_of
from cext.voices.ticked cimport Ticked
from cext.voices.tones cimport play, play_two, skip

from cext.parameters import Parameter

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_halve(float*, float*);
    """

cdef enum:
    LEVEL, CARRIER, BEAT, DUTY, EDGE, DEPTH

cdef double _TURN = 1.0 / 18446744073709551616.0

_TONES = (
    Parameter("level", "", 0.0, 1.0, 0.5),
    Parameter("carrier_hz", "Hz", 20.0, 2_000.0, 200.0, "log"),
    Parameter("beat_hz", "Hz", -40.0, 40.0, 10.0),
)


cdef void _halve "echoel_halve"(float* left, float* right) noexcept nogil:
    cdef int j
    for j in range(TICK):
        left[j] = right[j] = <float> 0.5 * (left[j] + right[j])


cdef class Pair(Ticked):
    """Two tones, half a beat above and below the carrier."""

    PARAMETERS = _TONES

    cdef void rest(self) noexcept nogil:
        cdef double tone = self.begin[CARRIER] * self.per_frame
        cdef double half = 0.5 * self.begin[BEAT] * self.per_frame
        cdef double tone_end = self.end[CARRIER] * self.per_frame
        cdef double half_end = 0.5 * self.end[BEAT] * self.per_frame
        skip(&self.upper, tone + half, tone_end + half_end)
        skip(&self.lower, tone - half, tone_end - half_end)

    cdef void clear(self) noexcept nogil:
        self.upper.phase = self.lower.phase = 0
        self.upper.ticks_left = self.lower.ticks_left = 0


cdef class Binaural(Pair):
    """One tone for each ear; the beat arises between them, on headphones only."""

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef double tone = self.begin[CARRIER] * self.per_frame
        cdef double half = 0.5 * self.begin[BEAT] * self.per_frame
        cdef double tone_end = self.end[CARRIER] * self.per_frame
        cdef double half_end = 0.5 * self.end[BEAT] * self.per_frame
        play_two(&self.upper, tone + half, tone_end + half_end, left,
                 &self.lower, tone - half, tone_end - half_end, right)


cdef class Monaural(Pair):
    """Both tones together in both ears; the beat is in the air, loudspeakers will do."""

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef double tone = self.begin[CARRIER] * self.per_frame
        cdef double half = 0.5 * self.begin[BEAT] * self.per_frame
        cdef double tone_end = self.end[CARRIER] * self.per_frame
        cdef double half_end = 0.5 * self.end[BEAT] * self.per_frame
        play_two(&self.upper, tone + half, tone_end + half_end, left,
                 &self.lower, tone - half, tone_end - half_end, right)
        _halve(left, right)


cdef class Isochronic(Ticked):
    """One tone that comes and goes with the beat; loudspeakers will do."""

    PARAMETERS = (
        _TONES[0],
        _TONES[1],
        Parameter("beat_hz", "Hz", 0.1, 40.0, 10.0, "log"),
        Parameter("duty", "of a beat", 0.05, 0.95, 0.5),
        Parameter("edge", "of a beat", 0.01, 0.5, 0.1),
        Parameter("depth", "", 0.0, 1.0, 1.0),
    )

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef int j
        cdef double samples[TICK]
        cdef double share, duty, edge, depth, t, u, place
        cdef uint64_t turn = turn_of(self.begin[BEAT] * self.per_frame)
        cdef uint64_t turn_step = self._beat_step(), at
        play(&self.carrier, self.begin[CARRIER] * self.per_frame, self.end[CARRIER] * self.per_frame, samples)
        for j in range(TICK):
            place = j
            at = self.beat + turn * <uint64_t> j + turn_step * <uint64_t> (j * (j - 1) // 2)
            # How far from the middle of the beat, 0..0.5; the gate is half open at duty / 2.
            share = fabs(<double> <int64_t> (at - (<uint64_t> 1 << 63)) * _TURN)
            duty = self.begin[DUTY] + self.step[DUTY] * place
            edge = min(self.begin[EDGE] + self.step[EDGE] * place, min(duty, 1.0 - duty))
            depth = self.begin[DEPTH] + self.step[DEPTH] * place
            t = clamp((0.5 * duty - share) / edge, -0.5, 0.5)
            # A quarter wave either way: sin(pi t) from -1 to 1, by the angle's own phase.
            u = 0.5 + 0.5 * sine_of(<uint64_t> <int64_t> (t * 9.223372036854775e18))
            left[j] = right[j] = <float> (samples[j] * (1.0 - depth * (1.0 - u)))
        self._next_beat(turn, turn_step)

    cdef void rest(self) noexcept nogil:
        skip(&self.carrier, self.begin[CARRIER] * self.per_frame, self.end[CARRIER] * self.per_frame)
        self._next_beat(turn_of(self.begin[BEAT] * self.per_frame), self._beat_step())

    cdef uint64_t _beat_step(self) noexcept nogil:
        return <uint64_t> ((<int64_t> (
            turn_of(self.end[BEAT] * self.per_frame) - turn_of(self.begin[BEAT] * self.per_frame))) // TICK)

    cdef void _next_beat(self, uint64_t turn, uint64_t turn_step) noexcept nogil:
        self.beat += turn * <uint64_t> TICK + turn_step * <uint64_t> (TICK * (TICK - 1) // 2)

    cdef void clear(self) noexcept nogil:
        self.carrier.phase = 0
        self.beat = 0
