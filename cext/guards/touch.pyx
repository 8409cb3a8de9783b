# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What keeps the body safe: a band, a slow rise, a comfortable strength and a day's dose of vibration.

Acceleration is weighted as ISO 2631-1 weights it for a seat (Wk) and kept at 0.63 m/s2; a day's A(8) may
reach 0.5 m/s2 and its VDV 9.1 m/s1.75, the action values of directive 2002/44/EC, taken as limits. A hand
(ISO 5349-1, Wh) may have five times that A(8) for at most twice the weight between 20 and 120 Hz, so the seat
decides.
"""

from libc.math cimport M_PI, cos, exp, fabs, isfinite, pow, sin, sqrt
from libc.stdint cimport int64_t
from libc.string cimport memcpy, memset

from cext._types cimport TICK, clamp
from cext.guards.doses cimport Allowance, Rolling, keeper_start, keeper_turn
from cext.guards.ledger cimport (
    TOUCH_CONSENT, TOUCH_DOSE, TOUCH_NOT_FINITE, TOUCH_RAMP, TOUCH_RANGE, TOUCH_SESSION, TOUCH_STRENGTH,
    Ledger,
)

from cext.limits import UNMEASURED_VIBRATION_M_S2, load

cdef double _STOP_S = 0.030          # within the 50 ms of the table, with a period of the sink to spare
cdef double _RETURN_S = 1.0
cdef double _REMEMBER_S = 12.0
cdef double _REST_S = 5.0
cdef double _HOLD_S = 1.0
cdef double _DAY_H = 8.0
cdef double _TOP_HZ = 150.0          # two sections: 120 Hz passes at -1.5 dB, 400 Hz at -34 dB


cdef class TouchGuard:
    """Holds two transducers to the safety numbers."""

    def __init__(self, Ledger ledger, double rate_hz, calibration, carried):
        limits = load()
        vibration = limits["vibration"]
        cdef int i
        self.rate_hz = rate_hz
        self.ledger = ledger
        full = calibration.vibration_full_m_s2
        self.full = UNMEASURED_VIBRATION_M_S2 if full is None else full
        self.a8_limit = vibration["wbv_A8_action"]
        self.vdv_limit = vibration["vdv_action"]
        # Two sections of a fourth-order Butterworth each: Q 0.541 and 1.307.
        for i in range(2):
            _section(self.section[i], vibration["highpass_hz"] / rate_hz, (0.5411961, 1.3065630)[i], True)
            _section(self.section[2 + i], _TOP_HZ / rate_hz, (0.5411961, 1.3065630)[i], False)
        _weighting(self.weight, rate_hz / THINNED)
        keeper_start(&self.keeper, vibration["comfort_aw_hard"] ** 2, _HOLD_S, 2.0, rate_hz)
        # Strong vibration always rises slowly, so an onset needs no credit.
        self.keeper.eagerness = 2.0
        self.allowance = Allowance(
            60.0 * vibration["session_min_hard"] - _REST_S, 60.0 * vibration["day_min_hard"] - _REST_S,
            60.0 * limits["light"]["session_min"]["rest_before_next"], rate_hz,
            carried.vibration_session_s, carried.vibration_day_s,
        )
        self.day_m2_s3 = Rolling(86_400.0, rate_hz, carried.vibration_day_m2_s3)
        self.day_m4_s7 = Rolling(86_400.0, rate_hz, carried.vibration_day_m4_s7)
        self.felt_rise = 1.0 / (vibration["ramp_s"] * rate_hz)
        self.envelope_keep = exp(-1.0 / (0.3 * rate_hz))
        self.gate = self.rest_gate = 1.0

    cdef void allow(self, bint is_allowed) noexcept nogil:
        self.is_allowed = is_allowed

    cdef void begin_again(self) noexcept nogil:
        self.felt[0] = self.felt[1] = 0.0

    cdef void run(self, float* lanes, Py_ssize_t stride, int64_t frame, bint dark) noexcept nogil:
        cdef int i, j
        cdef bint is_on = False, moves
        cdef double begin = 1.0, step, gate = self.gate, gate_step, strong = 0.0, power, fourth = 0.0, quartic
        cdef double rest = self.rest_gate, rest_step, shape, seconds = TICK / self.rate_hz
        cdef float held[TICK]
        for i in range(TOUCHES):
            moves = self._band(i, lanes + i * stride, frame)
            memcpy(held, lanes + i * stride, TICK * sizeof(float))
            if moves or self.waits[i]:
                is_on = True
                memcpy(lanes + i * stride, self.wait[i], TICK * sizeof(float))
            memcpy(self.wait[i], held, TICK * sizeof(float))
            self.waits[i] = moves
        if dark:
            gate_step = -1.0 / (_STOP_S * self.rate_hz)
        else:
            gate_step = 1.0 / (_RETURN_S * self.rate_hz)
        self.gate = clamp(gate + gate_step * TICK, 0.0, 1.0)
        if not is_on:
            self.allowance.step(False, frame)
            keeper_turn(&self.keeper, 0.0, &begin)
            self.rest_gate = min(1.0, rest + seconds / _REST_S)
            return
        for i in range(TOUCHES):
            power = self._power(i, lanes + i * stride, &quartic)
            strong = max(strong, power)
            fourth = max(fourth, quartic)
        if keeper_turn(&self.keeper, strong, &begin) and strong > self.keeper.limit:
            self.ledger.note(TOUCH_STRENGTH, frame)
        shape = pow(self.keeper.gain * self.gate * self.rest_gate, 2.0)
        self.day_m2_s3.add(strong * shape * seconds, frame)
        self.day_m4_s7.add(fourth * shape * shape * seconds, frame)
        rest_step = 1.0
        if not self.allowance.step(strong * shape > 1e-6, frame):
            self.ledger.note(TOUCH_SESSION, frame)
            rest_step = -1.0
        if (
            self.day_m2_s3.total >= self.a8_limit * self.a8_limit * _DAY_H * 3600.0
            or self.day_m4_s7.total >= pow(self.vdv_limit, 4.0)
        ):
            self.ledger.note(TOUCH_DOSE, frame)
            rest_step = -1.0
        rest_step *= seconds / (TICK * _REST_S)
        self.rest_gate = clamp(rest + rest_step * TICK, 0.0, 1.0)
        step = (self.keeper.gain - begin) / TICK
        for j in range(TICK):
            shape = (begin + step * (j + 1)) * clamp(gate + gate_step * (j + 1), 0.0, 1.0)
            shape *= clamp(rest + rest_step * (j + 1), 0.0, 1.0)
            for i in range(TOUCHES):
                lanes[i * stride + j] = <float> (clamp(lanes[i * stride + j] * shape, -1.0, 1.0))

    cdef bint _band(self, int i, float* lane, int64_t frame) noexcept nogil:
        # False when there is nothing to feel, and then nothing is touched.
        cdef int j, k
        cdef bint is_quiet = self.envelope[i] < 1e-9
        cdef double x, size, envelope = self.envelope[i]
        if is_quiet:
            for j in range(TICK):
                if lane[j] != 0.0:
                    is_quiet = False
                    break
        if not is_quiet and not self.is_allowed:
            self.ledger.note(TOUCH_CONSENT, frame)
            memset(lane, 0, TICK * sizeof(float))
            is_quiet = self.envelope[i] < 1e-9
        if is_quiet:
            self.still[i] += TICK
            return False
        for j in range(TICK):
            x = lane[j]
            if not fabs(x) <= 1.0:
                self.ledger.note(TOUCH_RANGE if isfinite(x) else TOUCH_NOT_FINITE, frame + j)
                x = clamp(x, -1.0, 1.0) if isfinite(x) else 0.0
            for k in range(BANDS):
                x = _biquad(self.section[k], self.band[i][k], x)
            size = fabs(x)
            envelope = size if size > envelope else envelope * self.envelope_keep
            if envelope > self.felt[i]:
                # Turned down as a whole rather than cut, so that a strong start stays a pure tone.
                self.felt[i] += self.felt_rise
                if envelope > self.felt[i]:
                    self.ledger.note(TOUCH_RAMP, frame + j)
                    x *= self.felt[i] / envelope
            lane[j] = <float> x
        self.envelope[i] = envelope
        self.still[i] = 0 if envelope > 0.9 * self.felt[i] else self.still[i] + TICK
        if self.still[i] > _REMEMBER_S * self.rate_hz:
            self.felt[i] = max(envelope, self.felt[i] - self.felt_rise * TICK)
        return True

    cdef double _power(self, int i, float* lane, double* fourth) noexcept nogil:
        # Mean square and mean fourth power of the weighted acceleration over a tick.
        cdef int n, k
        cdef double x, total = 0.0, high = 0.0
        for n in range(TICK // THINNED):
            x = 0.0
            for k in range(THINNED):
                x += lane[n * THINNED + k]
            x *= self.full / THINNED
            for k in range(WEIGHTS):
                x = _biquad(self.weight[k], self.weighed[i][k], x)
            total += x * x
            high += x * x * x * x
        fourth[0] = high * THINNED / TICK
        return total * THINNED / TICK


cdef inline double _biquad(double* c, double* s, double x) noexcept nogil:
    cdef double y = c[0] * x + s[0]
    s[0] = c[1] * x - c[3] * y + s[1]
    s[1] = c[2] * x - c[4] * y
    return y


cdef void _section(double* c, double share, double q, bint is_high) noexcept:
    # R. Bristow-Johnson's cookbook. share: corner over rate.
    cdef double w = 2.0 * M_PI * share, alpha = sin(w) / (2.0 * q), a0 = 1.0 + alpha
    cdef double b1 = -(1.0 + cos(w)) if is_high else 1.0 - cos(w)
    c[0] = fabs(b1) / 2.0 / a0
    c[1] = b1 / a0
    c[2] = c[0]
    c[3] = -2.0 * cos(w) / a0
    c[4] = (1.0 - alpha) / a0


cdef void _weighting(double[5]* rows, double rate_hz) noexcept:
    # Wk of ISO 2631-1:1997, annex A: high-pass 0.4 Hz, low-pass 100 Hz, acceleration to velocity at 12.5 Hz
    # (Q 0.63), upward step from 2.37 to 3.35 Hz (Q 0.91); each by the bilinear transform.
    cdef double a = 2.0 * M_PI * 12.5, low = 2.0 * M_PI * 2.37, high = 2.0 * M_PI * 3.35
    _section(rows[0], 0.4 / rate_hz, sqrt(0.5), True)
    _section(rows[1], 100.0 / rate_hz, sqrt(0.5), False)
    _bilinear(rows[2], 0.0, a, a * a, 1.0, a / 0.63, a * a, rate_hz)
    _bilinear(rows[3], 1.0, low / 0.91, low * low, 1.0, high / 0.91, high * high, rate_hz)


cdef void _bilinear(
    double* c, double b2, double b1, double b0, double a2, double a1, double a0, double rate_hz
) noexcept:
    cdef double k = 2.0 * rate_hz, scale = a2 * k * k + a1 * k + a0
    c[0] = (b2 * k * k + b1 * k + b0) / scale
    c[1] = 2.0 * (b0 - b2 * k * k) / scale
    c[2] = (b2 * k * k - b1 * k + b0) / scale
    c[3] = 2.0 * (a0 - a2 * k * k) / scale
    c[4] = (a2 * k * k - a1 * k + a0) / scale
