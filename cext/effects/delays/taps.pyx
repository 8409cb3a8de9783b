# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Taps on a delay line: a rhythm of echoes on the tempo, and a delay that lines two sounds up.

Taps slide to a new place like a tape, by at most half a frame a frame. The rhythm's taps rest on whole
frames; the alignment rests anywhere, between frames by a sinc of 48 points under a Kaiser window, flat within
0.01 dB up to 0.43 of the rate. Source: T. I. Laakso, V. Valimaki, M. Karjalainen and U. K. Laine, IEEE Signal
Processing Magazine 13 (1996) 30.
"""

import numpy as np

from libc.math cimport M_PI, fabs, floor, sin, sqrt
from libc.string cimport memset

from cext cimport _simd  # no-cython-lint: its macro is in the loops below
from cext._types cimport RAMP, TICK, clamp
from cext.effects.delays._line cimport (
    MIRROR, blend, course_fit, feed, line_keep, line_read, line_size,
)
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_tap(
            float *out, const float *late, const float *ramp, float gain, float step, int frames) {
        for (int j = 0; j < frames; j++) out[j] += (gain + step * ramp[j]) * late[j];
    }
    /* points[0] meets the oldest sample; 32 frames at once, so that the sums stay in registers. */
    ECHOEL_CLONES static void echoel_points(
            float *out, const float *oldest, const float *points, int frames) {
        for (int j = 0; j < frames; j += 32) {
            echoel_f4 sum[8] = {{0}};
            for (int k = 0; k < 48; k++) {
                echoel_f4 point = {points[k], points[k], points[k], points[k]};
                #pragma GCC unroll 8
                for (int i = 0; i < 8; i++) sum[i] += point * ECHOEL_FOUR(oldest + j + k + 4 * i);
            }
            memcpy(out + j, sum, sizeof sum);
        }
    }
    """
    void _tap "echoel_tap"(
        float* out, const float* late, const float* ramp, float gain, float step, int frames) noexcept nogil
    void _points "echoel_points"(
        float* out, const float* oldest, const float* points, int frames) noexcept nogil

cdef enum:
    TEMPO, GRID, FEEDBACK, MIX, FIRST_LEVEL
    FIRST_PAN = FIRST_LEVEL + TAPS
cdef enum:
    LEFT, RIGHT

cdef double[6] _STEPS_A_BEAT = [1.0, 2.0, 3.0, 4.0, 6.0, 8.0]
cdef double _KAISER = 9.0

_LEVELS = [Parameter(f"level_{k + 1}", "", 0.0, 1.0, 1.0 - 0.1 * k) for k in range(TAPS)]
_PANS = [Parameter(f"pan_{k + 1}", "", -1.0, 1.0, 0.6 - 1.2 * (k % 2)) for k in range(TAPS)]


cdef class Tapped(Effect):
    """A delay line with taps that slide."""

    cdef int room(self, double longest_s) except -1:
        size = line_size(longest_s * self.rate_hz + POINTS)
        self.memory = np.zeros((2, size + MIRROR), dtype=np.float32)
        self.mask = size - 1
        return 0

    cdef void slide(self, Tap* tap, double goal, bint is_gliding, bint is_whole) noexcept nogil:
        cdef double target = floor(goal + 0.5) if is_whole and not is_gliding else goal, way
        if self.is_fresh:
            tap.end = target
        tap.begin = tap.end
        way = clamp(target - tap.end, -0.5 * TICK, 0.5 * TICK)
        tap.end += way
        course_fit(&tap.way, tap.begin, tap.end, way, way)

    cdef void clear(self) noexcept nogil:
        memset(&self.memory[0, 0], 0, 2 * self.memory.shape[1] * sizeof(float))
        self.clock = 0
        self.is_fresh = True


cdef class MultiTapDelay(Tapped):
    """A rhythm of eight echoes on the tempo, each with its own level and place; the last feeds back."""

    SOURCE = "J. O. Smith, Physical Audio Signal Processing (2010), tapped delay lines"
    NEUTRAL = {"mix": 0.0}
    SPREADS = True
    ROUND_S = 2.5
    PARAMETERS = (
        Parameter("tempo_bpm", "BPM", 60.0, 240.0, 120.0),
        switch("grid", "1/4", "1/8", "1/8 triplet", "1/16", "1/16 triplet", "1/32", default=3),
        Parameter("feedback", "", 0.0, 0.95, 0.3),
        Parameter("mix", "", 0.0, 1.0, 0.35),
        *_LEVELS,
        *_PANS,
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.room(TAPS)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef int k
        cdef double step = 60.0 / (self.end[TEMPO] * _STEPS_A_BEAT[<int> self.end[GRID]]) * self.rate_hz
        for k in range(TAPS):
            self.slide(&self.tap[k], (k + 1) * step, self.step[TEMPO] != 0.0, True)
        self.is_fresh = False

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        # The nearest tap is 31 ms away: the whole segment is heard before it is kept.
        cdef int ear, k
        cdef float heard[2][TICK + 8]
        cdef float kept[TICK]
        cdef float late[TICK + 8]
        cdef const float* tap
        cdef double side
        cdef float gain, gain_step
        for ear in range(2):
            side = 1.0 if ear else -1.0
            memset(heard[ear], 0, sizeof(heard[ear]))
            for k in range(TAPS):
                tap = self._late(&self.tap[k], ear, late, first, frames)
                gain = <float> (
                    self.begin[FIRST_LEVEL + k] * min(1.0, 1.0 + side * self.begin[FIRST_PAN + k])
                )
                gain_step = <float> (
                    self.end[FIRST_LEVEL + k] * min(1.0, 1.0 + side * self.end[FIRST_PAN + k]) - gain) / TICK
                if gain != 0.0 or gain_step != 0.0:
                    _tap(heard[ear], tap, RAMP + first, gain, gain_step, frames)
            # The last tap, whatever its level, goes round.
            feed(kept, right if ear else left, tap, RAMP + first,
                 <float> self.begin[FEEDBACK], <float> self.step[FEEDBACK], frames)
            line_keep(&self.memory[ear, 0], self.mask, self.clock, kept, frames)
        blend(left, right, heard[0], heard[1], RAMP + first, <float> (1.0 - self.begin[MIX]),
              -<float> self.step[MIX], <float> self.begin[MIX], <float> self.step[MIX], frames)
        self.clock += frames

    cdef const float* _late(self, Tap* tap, int ear, float* late, int first, int frames) noexcept nogil:
        if tap.begin == tap.end:
            return &self.memory[ear, (self.clock - <int> tap.begin) & self.mask]
        memset(late, 0, (TICK + 8) * sizeof(float))
        line_read(late, &self.memory[ear, 0], self.mask, self.clock, &tap.way, 1.0, 0.0, first, frames)
        return late


cdef class AlignDelay(Tapped):
    """Holds each ear back by so many milliseconds, to a thousandth of a frame: lines up microphones."""

    SOURCE = "T. I. Laakso et al., IEEE Signal Processing Magazine 13 (1996) 30: windowed sinc"
    NEUTRAL = {"left_ms": 0.0, "right_ms": 0.0}
    PARAMETERS = (
        Parameter("left_ms", "ms", 0.0, 200.0, 1.0),
        Parameter("right_ms", "ms", 0.0, 200.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.room(0.2)
        self.delays(POINTS // 2)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef int ear
        for ear in range(2):
            self.slide(&self.tap[ear], POINTS // 2 + self.end[LEFT + ear] * self.rate_hz / 1000.0,
                       self.step[LEFT + ear] != 0.0, False)
            if self.tap[ear].begin == self.tap[ear].end and self.known[ear] != self.tap[ear].end:
                self.known[ear] = self.tap[ear].end
                _sinc(self.points[ear], self.tap[ear].end - floor(self.tap[ear].end))
        self.is_fresh = False

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int ear, j
        cdef float heard[TICK + 8]
        cdef float* sound
        cdef const float* row
        for ear in range(2):
            sound = right if ear else left
            row = &self.memory[ear, 0]
            line_keep(&self.memory[ear, 0], self.mask, self.clock, sound, frames)
            if self.tap[ear].begin == self.tap[ear].end:
                # The points stand from 24 frames before the place to 23 after; a tick and 48 fit the mirror.
                row += (self.clock - <int> self.tap[ear].end - POINTS // 2) & self.mask
                _points(heard, row, self.points[ear], frames)
            else:
                memset(heard, 0, (TICK + 8) * sizeof(float))
                line_read(heard, row, self.mask, self.clock, &self.tap[ear].way, 1.0, 0.0, first, frames)
            for j in range(frames):
                sound[j] = heard[j]
        self.clock += frames

    cdef void clear(self) noexcept nogil:
        Tapped.clear(self)
        self.known[0] = self.known[1] = -1.0


cdef void _sinc(float* points, double share) noexcept nogil:
    # A place `share` of a frame before a whole one, under a Kaiser window; exact where it is whole.
    cdef int k
    cdef double x, y, total = 0.0
    for k in range(POINTS):
        x = k - POINTS // 2 + share
        y = 2.0 * x / POINTS
        if fabs(x) < 1e-9:
            points[k] = 1.0
        elif share < 1e-9 or fabs(y) >= 1.0:
            points[k] = 0.0
        else:
            points[k] = <float> (sin(M_PI * x) / (M_PI * x) * _bessel(_KAISER * sqrt(1.0 - y * y)))
            points[k] /= <float> _bessel(_KAISER)
        total += points[k]
    for k in range(POINTS):
        points[k] = <float> (points[k] / total)


cdef double _bessel(double x) noexcept nogil:
    # I0 by its series, to double precision for x up to 12.
    cdef int k
    cdef double term = 1.0, sum = 1.0
    for k in range(1, 32):
        term *= 0.25 * x * x / (k * k)
        sum += term
    return sum
