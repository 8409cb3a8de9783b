# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What keeps the ears safe: a true-peak ceiling, a programme level and a week's dose.

Nobody measured the headphones: the louder ear's power stays at -20 dBFS, however loud the programme. Measured
(a full-scale sine is so many dBA): 85 dBA, and Pa2 h are summed over seven days; when the week's 1.6 (or 0.51
for sensitive ears) is reached, everything is 10 dB quieter. Source: ITU-T H.870 (2022).
"""

from libc.math cimport M_PI, exp, fabs, isfinite, pow
from libc.stdint cimport int64_t

from cext._types cimport TICK, clamp
from cext.guards.doses cimport Rolling, keeper_start, keeper_turn
from cext.guards.ledger cimport SOUND_CEILING, SOUND_DOSE, SOUND_LOUDNESS, SOUND_NOT_FINITE, Ledger
from cext.guards.truepeak cimport TruePeak

import cmath

from cext.limits import load

cdef double _STOP_S = 0.040          # within the 50 ms of the table, with a period of the sink to spare
cdef double _RETURN_S = 0.5
cdef double _HOLD_S = 0.2
cdef double _HEADROOM_DB = 0.3       # so that any three seconds are below the limit; see `Keeper`
cdef double _RECOVER_S = 1.0
cdef double _DOSE_DB = -10.0
# A-weighting's poles, Hz (IEC 61672-1); all but the last two are high-passes.
_CORNERS_HZ = (20.598997, 20.598997, 107.65265, 737.86223, 12194.217, 12194.217)


cdef class SoundGuard:
    """Holds two ears to the safety numbers."""

    def __init__(self, Ledger ledger, double rate_hz, calibration, carried):
        limits = load()["audio"]
        cdef int i
        cdef double full
        self.rate_hz = rate_hz
        self.ledger = ledger
        self.truepeak = TruePeak(rate_hz, limits["true_peak_dbfs"])
        self.peak = pow(10.0, limits["true_peak_dbfs"] / 20.0)
        self.week = Rolling(7 * 86_400.0, rate_hz, carried.sound_week_pa2h)
        week = "sensitive_pa2h_week" if calibration.has_sensitive_ears else "dose_pa2h_week"
        self.week_limit = limits[week]
        self.is_calibrated = calibration.sound_full_dba is not None
        if self.is_calibrated:
            full = calibration.sound_full_dba
            self.limit = 0.5 * pow(10.0, (limits["cap_dba_default"] - full) / 10.0)
            # A full-scale sine has power 0.5; 20 uPa is the threshold that dB are counted from.
            self.pressure = 2.0 * pow(10.0, full / 10.0) * 4e-10 / (3600.0 * rate_hz)
        else:
            self.limit = pow(10.0, limits["uncalibrated_program_rms_dbfs_max"] / 10.0)
        self.limit *= pow(10.0, -_HEADROOM_DB / 10.0)
        keeper_start(&self.keeper, self.limit, _HOLD_S, _RECOVER_S, rate_hz)
        self.level_at_1_khz = 1.0
        back = cmath.exp(-2j * M_PI * 1_000.0 / rate_hz)
        for i in range(6):
            self.corner[i] = 1.0 - exp(-2.0 * M_PI * _CORNERS_HZ[i] / rate_hz)
            low = self.corner[i] / (1.0 - (1.0 - self.corner[i]) * back)
            self.level_at_1_khz *= abs(1.0 - low if i < 4 else low)
        self.gate = 1.0

    cdef void run(self, float* left, float* right, int64_t frame, bint dark) noexcept nogil:
        cdef int j
        cdef double power, begin = 1.0, before = self.gate, step, gain, shape
        cdef bint is_sane = True
        for j in range(TICK):
            # One comparison a sample finds what is too loud, infinite and (because it fails) NaN.
            is_sane &= (fabs(left[j]) <= 1.0) & (fabs(right[j]) <= 1.0)
        if not is_sane:
            _mend(self.ledger, left, frame)
            _mend(self.ledger, right, frame)
        power = self._power(left, right)
        if self.is_calibrated and self.week.total >= self.week_limit:
            self.keeper.limit = self.limit * pow(10.0, _DOSE_DB / 10.0)
            if power > 0.0:
                self.ledger.note(SOUND_DOSE, frame)
        else:
            self.keeper.limit = self.limit
        if keeper_turn(&self.keeper, power, &begin):
            if power > self.keeper.limit:
                self.ledger.note(SOUND_LOUDNESS, frame)
            step = (self.keeper.gain - begin) / TICK
            for j in range(TICK):
                gain = begin + step * (j + 1)
                left[j] = <float> (left[j] * gain)
                right[j] = <float> (right[j] * gain)
        if self.is_calibrated:
            self.week.add(power * self.keeper.gain * self.keeper.gain * self.pressure * TICK, frame)
        if self.truepeak.run(left, right):
            self.ledger.note(SOUND_CEILING, frame)
            for j in range(TICK):
                left[j] = <float> clamp(left[j], -self.peak, self.peak)
                right[j] = <float> clamp(right[j], -self.peak, self.peak)
        step = -1.0 / (_STOP_S * self.rate_hz) if dark else 1.0 / (_RETURN_S * self.rate_hz)
        self.gate = clamp(before + step * TICK, 0.0, 1.0)
        if before < 1.0 or self.gate < 1.0:
            for j in range(TICK):
                shape = clamp(before + step * (j + 1), 0.0, 1.0)
                shape *= shape * (3.0 - 2.0 * shape)
                left[j] = <float> (left[j] * shape)
                right[j] = <float> (right[j] * shape)

    cdef double _power(self, float* left, float* right) noexcept nogil:
        # Of the louder ear.
        cdef int j, k
        cdef float[8] a
        cdef float[8] b
        cdef double first = 0.0, second = 0.0
        if self.is_calibrated:
            return max(self._weighted(0, left), self._weighted(1, right))
        for k in range(8):
            a[k] = b[k] = 0.0
        for j in range(0, TICK, 8):
            for k in range(8):
                a[k] += left[j + k] * left[j + k]
                b[k] += right[j + k] * right[j + k]
        for k in range(8):
            first += a[k]
            second += b[k]
        return max(first, second) * (1.0 / TICK)

    cdef double _weighted(self, int ear, float* sound) noexcept nogil:
        cdef int i, j
        cdef double x, total = 0.0
        cdef double* state = self.ear[ear]
        for j in range(TICK):
            x = sound[j]
            for i in range(4):
                state[i] += self.corner[i] * (x - state[i])
                x -= state[i]
            for i in range(4, 6):
                state[i] += self.corner[i] * (x - state[i])
                x = state[i]
            total += x * x
        return total / (TICK * self.level_at_1_khz * self.level_at_1_khz)


cdef void _mend(Ledger ledger, float* sound, int64_t frame) noexcept nogil:
    cdef int j
    for j in range(TICK):
        if not fabs(sound[j]) <= 1.0:
            ledger.note(SOUND_CEILING if isfinite(sound[j]) else SOUND_NOT_FINITE, frame + j)
            sound[j] = <float> clamp(sound[j], -1.0, 1.0) if isfinite(sound[j]) else <float> 0.0
