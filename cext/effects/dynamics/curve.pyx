# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Any curve of loudness out over loudness in, drawn through five points.

A line through points is a sum of bends, each rounded by the same quadratic knee. The level is smoothed before
the curve, not the gain after it: a free curve may rise and fall, so only the level knows which way is attack.
Source: D. Giannoulis, M. Massberg and J. D. Reiss, JAES 60 (2012) 399.
"""

from cext._types cimport RAMP, TICK
from cext.effects.dynamics.levels cimport OCTAVE_DB, Dynamics, follow, gains, knee, no_less

from cext.parameters import Parameter, switch

cdef enum:
    KNEE = 2 * POINTS
    MAKEUP = 2 * POINTS + 3
    MIX = 2 * POINTS + 5

cdef double _SILENCE_DB = -120.0


def _points():
    usual = ((-80.0, -90.0), (-50.0, -45.0), (-30.0, -24.0), (-15.0, -14.0), (0.0, -8.0))
    for number, (heard, made) in enumerate(usual, 1):
        yield Parameter(f"input_{number}_db", "dBFS", -100.0, 6.0, heard)
        yield Parameter(f"output_{number}_db", "dBFS", -120.0, 12.0, made)


cdef class DynamicsCurve(Dynamics):
    """Any relation of loudness in to loudness out: five points and the lines between them."""

    SOURCE = "D. Giannoulis, M. Massberg and J. D. Reiss, JAES 60 (2012) 399, knees at five points"
    NEUTRAL = {
        "output_1_db": -80.0, "output_2_db": -50.0, "output_3_db": -30.0, "output_4_db": -15.0,
        "output_5_db": 0.0,
    }
    PARAMETERS = (
        *_points(),
        Parameter("knee_db", "dB", 0.0, 18.0, 6.0),
        Parameter("attack_ms", "ms", 0.05, 500.0, 5.0, "log"),
        Parameter("release_ms", "ms", 5.0, 5_000.0, 150.0, "log"),
        Parameter("makeup_db", "dB", -36.0, 36.0, 0.0),
        switch("detector", "peak", "rms"),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    cdef void prepare(self) noexcept nogil:
        Dynamics.prepare(self)
        self.draw(self.begin, self.curve[0])
        self.draw(self.end, self.curve[1])

    cdef void draw(self, double* values, double* curve) noexcept nogil:
        # Points in any order; two at one place are a step of a tenth of a decibel.
        cdef int j, k
        cdef double x, gain, before = 0.0, slope
        cdef double inputs[POINTS]
        cdef double heights[POINTS]
        for k in range(POINTS):
            x = values[2 * k]
            gain = values[2 * k + 1] - x
            j = k
            while j > 0 and inputs[j - 1] > x:
                inputs[j] = inputs[j - 1]
                heights[j] = heights[j - 1]
                j -= 1
            inputs[j] = x
            heights[j] = gain
        for k in range(1, POINTS):
            inputs[k] = max(inputs[k], inputs[k - 1] + 0.1)
        curve[2 * POINTS] = heights[0] / OCTAVE_DB
        for k in range(POINTS):
            # Outside the points the gain stays as it is at the last one.
            slope = (heights[k + 1] - heights[k]) / (inputs[k + 1] - inputs[k]) if k + 1 < POINTS else 0.0
            curve[k] = inputs[k] / OCTAVE_DB
            curve[POINTS + k] = slope - before
            before = slope

    cdef void trace(self, double* curve, double width, float* out) noexcept nogil:
        cdef int j, k
        cdef float bend[TICK]
        for j in range(TICK):
            out[j] = <float> curve[2 * POINTS]
        for k in range(POINTS):
            knee(bend, self.level, curve[k], curve[k], 1.0, width, curve[POINTS + k], curve[POINTS + k])
            for j in range(TICK):
                out[j] += bend[j]

    cdef void want(self, bint is_whole) noexcept nogil:
        cdef int j
        no_less(self.level, _SILENCE_DB / OCTAVE_DB, _SILENCE_DB / OCTAVE_DB)
        follow(&self.ballistics, self.level, self.level, is_whole)
        self.trace(self.curve[0], self.begin[KNEE] / OCTAVE_DB, self.wanted)
        for j in range(2 * POINTS + 1):
            if self.curve[0][j] != self.curve[1][j]:
                break
        else:
            if self.begin[KNEE] == self.end[KNEE]:
                return
        self.trace(self.curve[1], self.end[KNEE] / OCTAVE_DB, self.other)
        for j in range(TICK):
            self.wanted[j] += (self.other[j] - self.wanted[j]) * (RAMP[j] * <float> (1.0 / TICK))

    cdef void weigh(self, bint is_whole) noexcept nogil:
        gains(
            self.gain, self.wanted, 1.0, self.begin[MAKEUP] / OCTAVE_DB, self.end[MAKEUP] / OCTAVE_DB,
            self.begin[MIX], self.end[MIX],
        )

    cdef void clear(self) noexcept nogil:
        Dynamics.clear(self)
        self.ballistics.state[0] = self.ballistics.state[1] = <float> (_SILENCE_DB / OCTAVE_DB)
