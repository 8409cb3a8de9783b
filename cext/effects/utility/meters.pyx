# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Meters of level and of stereo: they look and leave the sound as it is.

A meter works on whole ticks, so what it reads does not depend on how the sound was cut.
Sources: IEC 60268-10 (fall of 20 dB in 1.7 s), AES17 (a full-scale sine reads 0 dBFS RMS), Pearson.
"""

from libc.math cimport exp, exp2, log10, sqrt
from libc.stdint cimport int64_t
from libc.string cimport memcpy

from cext._types cimport TICK
from cext.parts cimport Effect

from cext cimport _simd  # no-cython-lint: its macro is in the prototype below

cdef extern from *:
    """
    #include <math.h>
    /* Sums of 64 frames in eight lanes each: left, right, squares, product, overs; and the peaks. */
    ECHOEL_CLONES static void echoel_measure(const float *, const float *, double *, float *);
    static void echoel_measure(const float *left, const float *right, double *sums, float *peaks) {
        float lane[6][8] = {{0}}, high[2][8] = {{0}};
        for (int j = 0; j < 64; j += 8)
            for (int k = 0; k < 8; k++) {
                float a = left[j + k], b = right[j + k], p = fabsf(a), q = fabsf(b);
                lane[0][k] += a; lane[1][k] += b;
                lane[2][k] += a * a; lane[3][k] += b * b; lane[4][k] += a * b;
                lane[5][k] += (p >= 1.0f || q >= 1.0f) ? 1.0f : 0.0f;
                high[0][k] = p > high[0][k] ? p : high[0][k];
                high[1][k] = q > high[1][k] ? q : high[1][k];
            }
        for (int i = 0; i < 6; i++) {
            sums[i] = 0;
            for (int k = 0; k < 8; k++) sums[i] += lane[i][k];
        }
        for (int i = 0; i < 2; i++) {
            peaks[i] = 0;
            for (int k = 0; k < 8; k++) peaks[i] = high[i][k] > peaks[i] ? high[i][k] : peaks[i];
        }
    }
    """
    void _measure "echoel_measure"(const float*, const float*, double*, float*) noexcept nogil

cdef double _WINDOW_S = 0.3


cdef double _dbfs(double amplitude) noexcept nogil:
    return 20.0 * log10(amplitude) if amplitude > 1e-10 else -200.0


cdef class Meter(Effect):
    """Something that looks at a sound and lets it pass untouched."""

    NEUTRAL: dict = {}

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.share = 1.0 - exp(-TICK / (_WINDOW_S * rate_hz))
        self.clear()

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        if frames == TICK:
            _measure(left, right, self.sums, self.peaks)
            self.measure()
            return
        memcpy(self.heard[0] + first, left, frames * sizeof(float))
        memcpy(self.heard[1] + first, right, frames * sizeof(float))
        if first + frames == TICK:
            _measure(self.heard[0], self.heard[1], self.sums, self.peaks)
            self.measure()

    cdef void measure(self) noexcept nogil:
        # What to do with `sums` and `peaks` of one tick.
        pass


cdef class LevelMeter(Meter):
    """Shows how loud a sound is: peak, RMS, crest, offset and how often it touched full scale."""

    SOURCE = "IEC 60268-10 type I for the fall of the peak; AES17 for the RMS of a full-scale sine"
    PARAMETERS = ()

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.fall = <float> exp2(-TICK / (rate_hz * 1.7) * 20.0 / 6.020599913279624)

    def readings(self):
        """Decibels of full scale: peaks falling as on a desk, the highest so far, RMS over 0.3 s of each ear;
        crest_db of the louder one; offset_left, offset_right as shares of full scale; frames at full scale.
        """
        # A full-scale sine reads 0 dBFS in both: the RMS scale is 3 dB up.
        rms = [_dbfs(sqrt(2.0 * self.power[ear] / max(self.weight, 1e-9))) for ear in range(2)]
        peak = [_dbfs(self.shown[ear]) for ear in range(2)]
        louder = 0 if rms[0] >= rms[1] else 1
        return {
            "peak_left_dbfs": peak[0],
            "peak_right_dbfs": peak[1],
            "highest_dbfs": _dbfs(self.highest),
            "rms_left_dbfs": rms[0],
            "rms_right_dbfs": rms[1],
            "crest_db": max(peak[louder] - rms[louder] + 20.0 * log10(sqrt(2.0)), 0.0),
            "offset_left": self.mean[0] / max(self.weight, 1e-9),
            "offset_right": self.mean[1] / max(self.weight, 1e-9),
            "full_scale_frames": float(self.overs),
        }

    cdef void measure(self) noexcept nogil:
        cdef int ear
        self.weight += self.share * (1.0 - self.weight)
        for ear in range(2):
            self.mean[ear] += self.share * (self.sums[ear] / TICK - self.mean[ear])
            self.power[ear] += self.share * (self.sums[2 + ear] / TICK - self.power[ear])
            self.shown[ear] = max(self.peaks[ear], self.shown[ear] * self.fall)
            self.highest = max(self.highest, self.peaks[ear])
        self.overs += <int64_t> self.sums[5]

    cdef void clear(self) noexcept nogil:
        cdef int ear
        for ear in range(2):
            self.mean[ear] = self.power[ear] = self.shown[ear] = 0.0
        self.weight = self.highest = 0.0
        self.overs = 0


cdef class CorrelationMeter(Meter):
    """Shows how much the two ears have in common: +1 is mono, 0 wide, below 0 vanishes in mono."""

    SOURCE = "Pearson's correlation over 0.3 s"
    PARAMETERS = ()

    def readings(self):
        """Correlation, -1..1; balance_db, above 0 to the right; width_db, side over mid."""
        left, right, both = (self.products[k] for k in range(3))
        mid, side = left + right + 2.0 * both, left + right - 2.0 * both
        return {
            "correlation": both / sqrt(left * right) if left * right > 1e-24 else 0.0,
            "balance_db": 10.0 * log10(max(right, 1e-20) / max(left, 1e-20)),
            "width_db": 10.0 * log10(max(side, 1e-20) / max(mid, 1e-20)),
        }

    cdef void measure(self) noexcept nogil:
        cdef int k
        for k in range(3):
            self.products[k] += self.share * (self.sums[2 + k] - self.products[k])

    cdef void clear(self) noexcept nogil:
        self.products[0] = self.products[1] = self.products[2] = 0.0
