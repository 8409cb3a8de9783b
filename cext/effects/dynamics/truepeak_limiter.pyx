# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""A limiter for the loudspeaker: it sees the peaks that a wave has between its samples.

The wave is looked at in eighths of a sample through a windowed sinc of 48 samples. The gain each place asks
for is held at its least over two windows and averaged over one, then over the other: low when the peak
arrives, without a step or a corner. A window lasts about a millisecond. Works tick by tick, so the sound
leaves one tick, half a filter and two windows later than it came.
Sources: ITU-R BS.1770-4, annex 2; the hold-and-average gain is common practice among look-ahead limiters.
"""

from libc.math cimport exp, pow
from libc.stdint cimport int64_t, uint32_t, uint64_t
from libc.string cimport memcpy, memmove, memset

import numpy as np

from cext cimport _simd  # no-cython-lint: its macro is in the loop below
from cext._eighths cimport eighths_peaks, tidied
from cext._types cimport RAMP, TICK
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef extern from *:
    """
    /* The least of `span` neighbours: of 1, 2, 4 .. at a time, the last step as short as is left. Both rooms
       have 8 places more than count. */
    ECHOEL_CLONES static const float *echoel_least(float *a, float *b, int count, int span) {
        for (int reach = 1; reach < span;) {
            int k = reach < span - reach ? reach : span - reach;
            float *to = b;
            for (int j = k; j < count; j += 8) {
                echoel_eight here, before;
                memcpy(&here, a + j, 32);
                memcpy(&before, a + j - k, 32);
                here = ECHOEL_CHOSEN(here, before, here < before);
                memcpy(to + j, &here, 32);
            }
            b = a;
            a = to;
            reach += k;
        }
        return a;
    }
    """
    const float* _least "echoel_least"(float* a, float* b, int count, int span) noexcept nogil

cdef enum:
    DRIVE, CEILING, RELEASE

cdef double _ONE = 1073741824.0   # gain 1 as a whole number, 2**30
cdef float _NEAR = 0.69           # of the ceiling: see cext/_eighths.pxd
cdef double _WINDOW_S = 0.0011
cdef double _KAISER = 5.0
# The gain moves while the filter looks, and a longer filter sees more where a wave is loud just below half
# the rate: 0.35 dB in pink noise limited by 15 dB, less in music.
cdef double _MARGIN_DB = 0.4


cdef class TruePeakLimiter(Effect):
    """Keeps the wave itself under the ceiling, also between samples, so that no player distorts it."""

    SOURCE = "ITU-R BS.1770-4, annex 2; hold-and-average gain"
    NEUTRAL = {"drive_db": 0.0, "ceiling_dbtp": 0.0}
    PARAMETERS = (
        Parameter("drive_db", "dB", -24.0, 24.0, 0.0),
        Parameter("ceiling_dbtp", "dBTP", -24.0, 0.0, -1.0),
        Parameter("release_ms", "ms", 10.0, 1_000.0, 100.0, "log"),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        # Two windows, half the filter and its frame come out as whole ticks.
        cdef int ticks = max(1, <int> ((2.0 * _WINDOW_S * rate_hz + HALF - 2) / TICK + 0.5))
        self.width = (TICK * ticks - HALF + 2) // 2
        self.ceiling_known = 1.0  # of no table, so that the first tick computes it
        self.kernel = _kernel()
        self.widest = float(np.abs(self.kernel).sum(axis=1).max())
        self.held = np.zeros((2, TICK * ticks), dtype=np.float32)
        self.need = np.ones(2 * self.width - 1 + TICK, dtype=np.float32)
        self.low = np.ones((2, 2 * self.width - 1 + TICK + 8), dtype=np.float32)
        self.boxed = np.zeros((2, self.width), dtype=np.uint32)
        self.delays(TICK + TICK * ticks)
        self.clear()

    cdef void clear(self) noexcept nogil:
        cdef int i, j
        memset(self.wave, 0, sizeof(self.wave))
        memset(self.ready, 0, sizeof(self.ready))
        self.held[:, :] = 0.0
        self.need[:] = 1.0
        for i in range(2):
            for j in range(self.width):
                self.boxed[i, j] = <uint32_t> _ONE
            self.sums[i] = <uint64_t> _ONE * self.width
        self.box = self.place = 0
        self.reduction = 0.0
        self.quiet = 4 * self.width + 4 * TICK

    cdef void prepare(self) noexcept nogil:
        if self.end[RELEASE] != self.release_known:
            self.release_known = self.end[RELEASE]
            self.recovery = <float> exp(-1000.0 / (self.release_known * self.rate_hz))
        if self.end[CEILING] != self.ceiling_known:
            self.ceiling_known = self.end[CEILING]
            self.ceiling = <float> pow(10.0, (self.ceiling_known - _MARGIN_DB) / 20.0)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        # In goes to the end of the wave, out comes what the last whole tick made ready.
        cdef int j
        cdef float drive = 1.0, step = 0.0
        if self.begin[DRIVE] != 0.0 or self.end[DRIVE] != 0.0:
            drive = <float> pow(10.0, self.begin[DRIVE] / 20.0)
            step = (<float> pow(10.0, self.end[DRIVE] / 20.0) - drive) / TICK
        for j in range(frames):
            self.wave[0][HISTORY + first + j] = left[j] * (drive + step * RAMP[first + j])
            self.wave[1][HISTORY + first + j] = right[j] * (drive + step * RAMP[first + j])
        memcpy(left, &self.ready[0][first], frames * sizeof(float))
        memcpy(right, &self.ready[1][first], frames * sizeof(float))
        if first + frames == TICK:
            self._tick()

    cdef void _tick(self) noexcept nogil:
        cdef int i, j
        cdef float gain[TICK]
        self._look(&self.need[2 * self.width - 1])
        self._gains(gain)
        for i in range(2):
            for j in range(TICK):
                self.ready[i][j] = self.held[i, self.place + j] * gain[j]
            memcpy(&self.held[i, self.place], &self.wave[i][HISTORY], TICK * sizeof(float))
            memmove(&self.wave[i][0], &self.wave[i][TICK], HISTORY * sizeof(float))
        self.place = (self.place + TICK) % <int> self.held.shape[1]

    cdef void _look(self, float* need) noexcept nogil:
        # What gain each place of this tick asks for, after it has been let go at the release's pace.
        cdef int i, j
        cdef float peaks[2][TICK]
        cdef float highest = 0.0, reduction = self.reduction
        cdef float asked[TICK]
        for i in range(2):
            highest = max(highest, tidied(&self.wave[i][0], HISTORY + 1))
            highest = max(highest, tidied(&self.wave[i][HISTORY], TICK))
        if highest * self.widest <= self.ceiling:
            memset(asked, 0, sizeof(asked))
        else:
            for i in range(2):
                eighths_peaks(
                    &self.wave[i][0], TICK, &self.kernel[0, 0], _NEAR * self.ceiling, peaks[i])
            for j in range(TICK):
                highest = max(max(peaks[0][j], peaks[1][j]), self.ceiling)
                asked[j] = <float> 1.0 - self.ceiling / highest
        for j in range(TICK):
            reduction = max(reduction * self.recovery, asked[j])
            need[j] = <float> 1.0 - reduction
        self.reduction = reduction if reduction > <float> 1e-5 else <float> 0.0
        self.quiet = 0 if reduction > <float> 0.0 else min(self.quiet + TICK, 4 * self.width + 4 * TICK)

    cdef void _gains(self, float* gain) noexcept nogil:
        cdef int j, k, span = 2 * self.width, count = 2 * self.width - 1 + TICK
        cdef uint32_t whole
        cdef uint64_t first, second
        cdef double share = 1.0 / self.width
        cdef const float* low
        if self.quiet == 4 * self.width + 4 * TICK:
            for j in range(TICK):
                gain[j] = 1.0
            return
        memcpy(&self.low[0, 0], &self.need[0], count * sizeof(float))
        low = _least(&self.low[0, 0], &self.low[1, 0], count, span)
        memmove(&self.need[0], &self.need[TICK], (count - TICK) * sizeof(float))
        first, second, k = self.sums[0], self.sums[1], self.box
        for j in range(TICK):
            whole = <uint32_t> (low[span - 1 + j] * _ONE)
            first += <uint64_t> whole - self.boxed[0, k]
            self.boxed[0, k] = whole
            whole = <uint32_t> (<int64_t> first * share)
            second += <uint64_t> whole - self.boxed[1, k]
            self.boxed[1, k] = whole
            gain[j] = <float> (<int64_t> second * share * (1.0 / _ONE))
            k = k + 1 if k + 1 < self.width else 0
        self.sums[0], self.sums[1], self.box = first, second, k


def _kernel():
    # Row p, tap t: what sample 23 - t before a frame adds p eighths of a sample after it.
    place = np.arange(48)[None, :] - (HALF - 1) - np.arange(8)[:, None] / 8.0
    rows = np.sinc(place) * np.i0(_KAISER * np.sqrt(np.maximum(0.0, 1.0 - (place / HALF) ** 2)))
    return np.ascontiguousarray(rows / rows.sum(axis=1, keepdims=True), dtype=np.float32)
