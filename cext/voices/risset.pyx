# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A tone that rises or falls for ever and never gets anywhere.

Ten octaves of one tone glide together under a bell-shaped loudness; what leaves at the top comes in again at
the bottom, both unheard.
Sources: R. Shepard, JASA 36 (1964) 2346; J.-C. Risset's glissando (1968).
"""

from libc.math cimport exp, exp2, log2
from libc.stdint cimport int64_t, uint64_t

from cext._types cimport RAMP, TICK, scatter, turn_of
from cext.voices.ticked cimport Ticked
from cext.voices.tones cimport sweep

from cext.parameters import Parameter

cdef enum:
    LEVEL, RATE, CENTRE, SPREAD

cdef double _LOWEST_HZ = 16.0


cdef class Risset(Ticked):
    """An endless glissando."""

    PARAMETERS = (
        Parameter("level", "", 0.0, 1.0, 0.5),
        Parameter("rate_octaves", "octaves a minute", -12.0, 12.0, 1.0),
        Parameter("centre_hz", "Hz", 100.0, 2_000.0, 440.0, "log"),
        Parameter("spread_octaves", "octaves", 0.5, 2.0, 1.2),
    )

    cdef void clear(self) noexcept nogil:
        cdef int k
        self.is_fresh = True
        self.place = 0.0
        for k in range(OCTAVES):
            self.phase[k] = scatter(self.key + k)

    cdef double _loudness(self, int octave, double place) noexcept nogil:
        cdef double away = (log2(_LOWEST_HZ / self.end[CENTRE]) + octave + place) / self.end[SPREAD]
        # The sum of a Gaussian's samples one octave apart is its area, whatever the place.
        return 0.7 * exp(-0.5 * away * away) / self.end[SPREAD] / 2.5066282746310002

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef int j, k
        cdef double samples[TICK]
        cdef double place_end, cycles, cycles_end, loud, gain
        cdef uint64_t turn, step
        place_end = self.place + self.end[RATE] / 60.0 * TICK * self.per_frame
        for j in range(TICK):
            left[j] = 0.0
        for k in range(OCTAVES):
            cycles = min(_LOWEST_HZ * exp2(k + self.place) * self.per_frame, 0.49)
            cycles_end = min(_LOWEST_HZ * exp2(k + place_end) * self.per_frame, 0.49)
            loud = self._loudness(k, place_end)
            if cycles_end > 0.4:
                loud = 0.0
            if self.is_fresh:
                self.loud[k] = loud
            turn = turn_of(cycles)
            step = <uint64_t> ((<int64_t> (turn_of(cycles_end) - turn)) // TICK)
            if loud > 1e-6 or self.loud[k] > 1e-6:
                sweep(self.phase[k], turn, step, samples)
                gain = (loud - self.loud[k]) / TICK
                for j in range(TICK):
                    left[j] += <float> (samples[j] * (self.loud[k] + gain * RAMP[j]))
            self.loud[k] = loud
            self.phase[k] += turn * <uint64_t> TICK + step * <uint64_t> (TICK * (TICK - 1) // 2)
        for j in range(TICK):
            right[j] = left[j]
        self.is_fresh = False
        self.place = place_end
        if place_end >= 1.0:
            self.place -= 1.0
            for k in range(OCTAVES - 1, 0, -1):
                self.phase[k] = self.phase[k - 1]
                self.loud[k] = self.loud[k - 1]
            self.loud[0] = 0.0
        elif place_end < 0.0:
            self.place += 1.0
            for k in range(OCTAVES - 1):
                self.phase[k] = self.phase[k + 1]
                self.loud[k] = self.loud[k + 1]
            self.loud[OCTAVES - 1] = 0.0
