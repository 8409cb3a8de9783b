# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""Sounds around a head: loudspeakers for headphones, a source in its place, in orbit, or passing by.

The head is a sphere: a sound reaches the far ear later, the way around included, and duller, by one pole and
one zero; the near ear a little brighter. The folds of the outer ear answer with five small echoes that move
with the height of the source. Moving sources move their delays, and so their pitch.
Sources: C. P. Brown and R. O. Duda, IEEE Trans. Speech and Audio Processing 6 (1998) 476 (head and folds);
R. S. Woodworth, Experimental Psychology (1938) (the way around); B. B. Bauer, JAES 9 (1961) 148 (cross-feed).
"""

import numpy as np

from libc.math cimport M_PI, acos, atan2, cos, exp, pow, sin, sqrt
from libc.stdint cimport uint64_t
from libc.string cimport memset

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport RAMP, TICK, turn_of
from cext.effects.delays._line cimport MIRROR, blend, course_fit, line_keep, line_read, line_size
from cext.parts cimport Effect

from cext.parameters import Parameter, index_of, switch

cdef extern from *:
    """
    typedef double echoel_four __attribute__((vector_size(32), aligned(8), may_alias));
    /* Four poles in one register: what crosses from either side, what the direct ways lose. */
    ECHOEL_CLONES static void echoel_crossfeed(
            float *left, float *right, const float *ramp, double *state, const double *gain,
            double mix, double step, int frames) {
        const echoel_four share = {gain[0], gain[0], gain[1], gain[1]}, keep = 1.0 - share;
        echoel_four now = *(echoel_four *)state;
        for (int j = 0; j < frames; j++) {
            double l = left[j], r = right[j], part = mix + step * ramp[j];
            echoel_four in = {r, l, l, r};
            now = keep * now + share * in;
            left[j] = (float)(l + part * (gain[4] * l + gain[2] * now[0] - gain[3] * now[2] - l));
            right[j] = (float)(r + part * (gain[4] * r + gain[2] * now[1] - gain[3] * now[3] - r));
        }
        *(echoel_four *)state = now;
    }
    """
    void _crossfeed "echoel_crossfeed"(
        float* left, float* right, const float* ramp, double* state, const double* gain,
        double mix, double step, int frames
    ) noexcept nogil

cdef double _SOUND_MPS = 343.0
cdef double _NEAREST = 2.0                 # frames: the cubic that reads needs one on either side
cdef double[5] FOLD_GAIN = [0.5, -1.0, 0.5, -0.25, 0.25]
cdef double[5] FOLD_SWING = [1.0, 5.0, 5.0, 5.0, 5.0]      # frames at 44.1 kHz
cdef double[5] FOLD_BASE = [2.0, 4.0, 7.0, 11.0, 13.0]
cdef double[5] FOLD_TURN = [1.0, 0.5, 0.5, 0.5, 0.5]
_HEAD = Parameter("head_cm", "cm", 5.0, 12.0, 8.75)
_PINNA = Parameter("pinna", "", 0.0, 1.0, 0.5)
_MIX = Parameter("mix", "", 0.0, 1.0, 1.0)
_SPHERE = "C. P. Brown and R. O. Duda, IEEE Trans. Speech and Audio Processing 6 (1998) 476"


cdef class Crossfeed(Effect):
    """Gives headphones what loudspeakers have: a little of each side in the other ear, late and dull."""

    SOURCE = "B. B. Bauer, JAES 9 (1961) 148"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("corner_hz", "Hz", 300.0, 2_000.0, 700.0, "log"),
        Parameter("feed_db", "dB", 1.0, 15.0, 4.5),
        _MIX,
    )

    cdef void prepare(self) noexcept nogil:
        # At the lowest notes the ears are `feed_db` apart, and one sound for both stays as loud as it was.
        # The direct way loses below its corner what the other side brings; the corner follows from both.
        cdef double corner_hz
        if self.end[0] == self.known[0] and self.end[1] == self.known[1]:
            return
        self.known[0] = self.end[0]
        self.known[1] = self.end[1]
        self.cross_gain = pow(10.0, (-5.0 / 6.0 * self.known[1] - 3.0) / 20.0)
        self.direct_gain = 1.0 - pow(10.0, (self.known[1] / 6.0 - 3.0) / 20.0)
        corner_hz = self.known[0] * pow(self.cross_gain / self.direct_gain, 0.5)
        self.cross_pole = 1.0 - exp(-2.0 * M_PI * self.known[0] / self.rate_hz)
        self.direct_pole = 1.0 - exp(-2.0 * M_PI * corner_hz / self.rate_hz)
        self.total = 1.0 / (1.0 - self.direct_gain + self.cross_gain)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef double[5] gain
        gain[0] = self.cross_pole
        gain[1] = self.direct_pole
        gain[2] = self.total * self.cross_gain
        gain[3] = self.total * self.direct_gain
        gain[4] = self.total
        _crossfeed(left, right, RAMP + first, self.state, gain, self.begin[2], self.step[2], frames)

    cdef void clear(self) noexcept nogil:
        memset(self.state, 0, sizeof(self.state))


cdef class AroundHead(Effect):
    """One source, the sum of both ears, somewhere around a spherical head."""

    SPREADS = True
    NEUTRAL = {"mix": 0.0}

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.mix_row = index_of("mix", self.parameters)
        size = line_size(self._farthest_s() * rate_hz + 16.0)
        self.memory = np.zeros((2, size + MIRROR), dtype=np.float32)
        self.mask = size - 1
        self.clear()

    def _farthest_s(self):
        return 0.003

    cdef void aim_at(
        self, double azimuth, double elevation, double far_s, double gain, double head_m, double pinna
    ) noexcept nogil:
        cdef int ear, k
        cdef double angle, late, bright, around_s = head_m / _SOUND_MPS
        cdef double k_zero = self.rate_hz * around_s, share = 1.0 / (1.0 + k_zero)   # 2 rate / (2 c / a)
        cdef double sideways = cos(elevation) * sin(azimuth)
        self.pole = (k_zero - 1.0) * share
        self.pinna = self.pinna_end
        self.pinna_end = pinna
        for ear in range(2):
            angle = acos(max(-1.0, min(1.0, sideways if ear else -sideways)))
            late = 1.0 - cos(angle) if angle < 0.5 * M_PI else 1.0 + angle - 0.5 * M_PI
            late = _NEAREST + (late * around_s + far_s) * self.rate_hz
            bright = 1.05 + 0.95 * cos(angle * 1.2)
            self.shelf[ear][0] = self.shelf[ear][2]
            self.shelf[ear][1] = self.shelf[ear][3]
            self.shelf[ear][2] = gain * (1.0 + bright * k_zero) * share
            self.shelf[ear][3] = gain * (1.0 - bright * k_zero) * share
            if not self.has_begun:
                self.late[ear] = late
                self.shelf[ear][0] = self.shelf[ear][2]
                self.shelf[ear][1] = self.shelf[ear][3]
            course_fit(&self.way[ear], self.late[ear], late, late - self.late[ear], late - self.late[ear])
            self.late[ear] = late
        for k in range(5):
            late = cos(0.5 * azimuth) * sin(FOLD_TURN[k] * (0.5 * M_PI - elevation))
            late = max(FOLD_SWING[k] * late + FOLD_BASE[k], 0.0)
            late = _NEAREST + late * self.rate_hz / 44_100.0
            if not self.has_begun:
                self.fold_late[k] = late
                self.pinna = pinna
            course_fit(
                &self.fold[k], self.fold_late[k], late, late - self.fold_late[k], late - self.fold_late[k])
            self.fold_late[k] = late
        self.has_begun = True

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef float[2][TICK + 8] wet
        cdef float[TICK + 8] one
        cdef float mix = <float> self.begin[self.mix_row], step = <float> self.step[self.mix_row]
        cdef int ear, j, k
        cdef double x, y, now, place
        cdef double[2] b
        memset(one, 0, sizeof(one))
        memset(wet, 0, sizeof(wet))
        for j in range(frames):
            one[j] = <float> 0.5 * (left[j] + right[j])
        line_keep(&self.memory[0, 0], self.mask, self.clock, one, frames)
        if self.pinna != 0.0 or self.pinna_end != 0.0:
            for k in range(5):
                line_read(one, &self.memory[0, 0], self.mask, self.clock, &self.fold[k],
                          <float> (FOLD_GAIN[k] * self.pinna),
                          <float> (FOLD_GAIN[k] * (self.pinna_end - self.pinna) / TICK), first, frames)
        line_keep(&self.memory[1, 0], self.mask, self.clock, one, frames)
        for ear in range(2):
            line_read(wet[ear], &self.memory[1, 0], self.mask, self.clock, &self.way[ear], 1.0, 0.0,
                      first, frames)
            x = self.heard[ear][0]
            y = self.heard[ear][1]
            for k in range(2):
                b[k] = (self.shelf[ear][2 + k] - self.shelf[ear][k]) / TICK
            for j in range(frames):
                now = wet[ear][j]
                place = RAMP[first + j]
                y = (self.shelf[ear][1] + b[1] * place) * x + self.pole * y
                y += (self.shelf[ear][0] + b[0] * place) * now
                x = now
                wet[ear][j] = <float> y
            self.heard[ear][0] = x
            self.heard[ear][1] = y
        self.clock += frames
        blend(left, right, wet[0], wet[1], RAMP + first, <float> 1.0 - mix, -step, mix, step, frames)

    cdef void clear(self) noexcept nogil:
        memset(&self.memory[0, 0], 0, self.memory.shape[0] * self.memory.shape[1] * sizeof(float))
        memset(self.heard, 0, sizeof(self.heard))
        self.clock = 0
        self.has_begun = False


cdef class BinauralPan(AroundHead):
    """Puts a sound anywhere around the head, for headphones: to the side, behind, above."""

    SOURCE = _SPHERE
    PARAMETERS = (
        Parameter("azimuth_deg", "deg", -180.0, 180.0, 50.0),
        Parameter("elevation_deg", "deg", -90.0, 90.0, 0.0),
        Parameter("distance_m", "m", 0.3, 20.0, 1.0, "log"),
        _HEAD,
        _PINNA,
        _MIX,
    )

    cdef void prepare(self) noexcept nogil:
        self.aim_at(
            self.end[0] * M_PI / 180.0, self.end[1] * M_PI / 180.0, 0.0, 1.0 / self.end[2],
            0.01 * self.end[3], self.end[4],
        )


cdef class Orbit(AroundHead):
    """The sound circles the head."""

    SOURCE = _SPHERE
    PARAMETERS = (
        Parameter("speed_hz", "Hz", 0.01, 4.0, 0.15, "log"),
        switch("direction", "right", "left"),
        Parameter("height_deg", "deg", -90.0, 90.0, 10.0),
        Parameter("oval", "", 0.0, 0.9, 0.3),
        _HEAD,
        _PINNA,
        _MIX,
    )

    def _farthest_s(self):
        return 0.02

    cdef void prepare(self) noexcept nogil:
        # An oval with the head in one focus, one metre at its nearest and in front; its far end is behind.
        cdef double turn, far_m
        cdef uint64_t step = turn_of(TICK * self.end[0] / self.rate_hz)
        self.turned += step if self.end[1] == 0.0 else <uint64_t> 0 - step
        turn = 2.0 * M_PI * (self.turned / 18446744073709551616.0)
        far_m = (1.0 + self.end[3]) / (1.0 + self.end[3] * cos(turn))
        far_m = min(far_m, 5.0)
        self.aim_at(
            turn, self.end[2] * M_PI / 180.0, (far_m - 1.0) / _SOUND_MPS, 1.0 / far_m,
            0.01 * self.end[4], self.end[5],
        )

    cdef void clear(self) noexcept nogil:
        AroundHead.clear(self)
        self.turned = 0


cdef class Doppler(AroundHead):
    """The sound passes by, from left to right, and its pitch falls as it does."""

    SOURCE = "C. Doppler (1842) by a delay that follows the distance; " + _SPHERE
    PARAMETERS = (
        Parameter("speed_mps", "m/s", 1.0, 100.0, 25.0, "log"),
        Parameter("distance_m", "m", 1.0, 50.0, 6.0, "log"),
        Parameter("way_m", "m", 10.0, 400.0, 100.0, "log"),
        _HEAD,
        _MIX,
    )

    def _farthest_s(self):
        return 0.65

    cdef void prepare(self) noexcept nogil:
        # Along a straight way, nearest in its middle, and there as loud as it came; at the end of the way it
        # comes again from the beginning.
        cdef double near_m = self.end[1], half = 0.5 * self.end[2], far_m
        self.place += self.end[0] * TICK / self.rate_hz
        if self.place > half or self.place < -half or not self.has_begun:
            self.place = -half
            self.has_begun = False
        far_m = sqrt(self.place * self.place + near_m * near_m)
        self.aim_at(
            atan2(self.place, near_m), 0.0, far_m / _SOUND_MPS, near_m / far_m, 0.01 * self.end[3], 0.0)

    cdef void clear(self) noexcept nogil:
        AroundHead.clear(self)
        self.place = 0.0
