# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What keeps the eyes safe: ramps, flashes, red, edges and time, judged on the frames that leave.

Light that breaks nothing passes bit for bit, one tick late like everything else. Otherwise, in this order:
scaled to a brightness that is reached at 2 % a second, mixed out of saturated red, held steady when it
flickers faster than the consent, smoothed by two poles when it only ripples, its edges no steeper than a full
sine of the highest frequency allowed. The flashes are then counted once more on what is about to leave; one
too many and it stands still.

Sources: WCAG 2.3.1; IEEE 1789-2015; Fisher et al., Epilepsia 46 (2005) 1426; IEC 62471.
"""

from libc.math cimport M_PI, exp, fabs, isfinite
from libc.stdint cimport int64_t
from libc.string cimport memcpy

from cext._types cimport TICK, clamp
from cext.flicker cimport DRIFTS, FAST, FLICKERS, LIGHTS, REDDENS, FlickerWatch
from cext.guards.doses cimport Allowance
from cext.guards.ledger cimport (
    LIGHT_DRIFT, LIGHT_EDGE, LIGHT_FLICKER, LIGHT_LUMINANCE, LIGHT_NOT_FINITE, LIGHT_RAMP, LIGHT_RANGE,
    LIGHT_RED, LIGHT_RIPPLE, LIGHT_SESSION, Ledger,
)

from cext.limits import load

cdef double _HOLD_S = 2.0            # steady this long after the last fast change
cdef double _RETURN_S = 5.0          # and then back to following the scene over this long
cdef double _REMEMBER_S = 12.0       # longer than a slow breath: a brightness reached stays allowed that long
cdef double _FORGET_PER_S = 0.1
cdef double _STOP_S = 0.010          # within the 20 ms of the table, with a period of the sink to spare
cdef double _DARK_S = 1.0            # a light that went out stays so: stop and release is no strobe either
cdef double _OPEN_S = 1.0
cdef double _GLIDE_S = 0.05
cdef double _FAINT = 0.003
cdef double _ON = 0.004


cdef class LightGuard:
    """Holds four lights to the safety numbers."""

    def __init__(self, Ledger ledger, double rate_hz, str light_map, calibration, carried):
        limits = load()["light"]
        ramp, session = limits["ramp"], limits["session_min"]
        self.rate_hz = rate_hz
        self.ledger = ledger
        self.has_red = light_map == "rgbw"
        self.wanted = FlickerWatch(rate_hz, light_map=light_map)
        self.faint = FlickerWatch(rate_hz, light_map=light_map, least=_FAINT)
        self.leaving = FlickerWatch(rate_hz, light_map=light_map)
        minutes = session["first_session" if carried.is_first_session else "hard"]
        self.allowance = Allowance(
            # The light goes out slowly before its time is over, not after.
            max(0.0, 60.0 * minutes - ramp["session_fade_out_s"]),
            max(0.0, 60.0 * session["day_total_hard"] - ramp["session_fade_out_s"]),
            60.0 * session["rest_before_next"], rate_hz,
            carried.light_session_s, carried.light_day_s,
        )
        self.rise = ramp["brightness_up_max_per_s"] / rate_hz
        self.first_rise = min(self.rise, 1.0 / (ramp["session_fade_in_s"] * rate_hz))
        bright = limits["luminance_cd_m2"]
        usual = (bright["L2_default"], bright["L2_default"], bright["L2_hard"], bright["L3_hard"])
        for level, most in enumerate(usual):
            self.bright[level] = min(
                _share(most, calibration.light_full_cd_m2),
                _share(limits["illuminance_eye_lx_mean"]["hard"], calibration.light_full_lx),
                _share(limits["blue_hazard_LB_W_m2_sr"]["hard"], calibration.light_full_blue_w_m2_sr),
            )
        self.gate = self.session_gate = self.follow = 1.0
        self.held_until = self.rippled_until = self.red_until = self.dark_until = -1
        cdef int i
        for i in range(LIGHTS):
            self.gain[i] = self.own_gain[i] = 1.0
        self.allow(0, 3.0)

    cdef void allow(self, int level, double limit_hz) noexcept nogil:
        self.level = level
        self.limit_hz = limit_hz
        self.wanted.allow(limit_hz)
        self.faint.allow(limit_hz)
        self.leaving.allow(limit_hz)
        # A full-scale sine at the highest frequency is the steepest light there is.
        self.slew = M_PI * limit_hz / self.rate_hz
        self.pole_share = 1.0 - exp(-2.0 * M_PI * limit_hz * TICK / self.rate_hz)

    cdef void begin_again(self) noexcept nogil:
        # After a stop the light begins from nothing, as at the start of a session.
        cdef int i, j
        for i in range(LIGHTS):
            self.reached[i] = self.envelope[i] = self.shown[i] = self.held[i] = 0.0
            self.pole[i][0] = self.pole[i][1] = self.gain[i] = self.own_gain[i] = 0.0
            for j in range(TICK):
                self.wait[i][j] = 0.0

    cdef void run(
        self, float* lanes, Py_ssize_t stride, int64_t frame, bint stopped, bint starved
    ) noexcept nogil:
        cdef float out[LIGHTS * TICK]
        cdef int i
        cdef bint dark = stopped or starved
        if dark:
            self.dark_until = frame + <int64_t> (_DARK_S * self.rate_hz)
        if self._is_dark(lanes, stride):
            # Nothing came, nothing waits, nothing shone: only the rest goes on.
            self.allowance.step(False, frame)
            if self.follow < 1.0 and frame > self.held_until:
                self.follow = 1.0
            for i in range(LIGHTS):
                self._forget(i, 0.0)
            self.gate = 1.0 if frame >= self.dark_until else 0.0
            return
        self._take(lanes, stride, out, frame)
        self._judge(out, frame)
        for i in range(LIGHTS):
            self._shape(i, out + i * TICK, frame)
        self._leave(out, frame, frame < self.dark_until)
        for i in range(LIGHTS):
            memcpy(lanes + i * stride, out + i * TICK, TICK * sizeof(float))

    cdef bint _is_dark(self, float* lanes, Py_ssize_t stride) noexcept nogil:
        cdef int i, j
        cdef int bright = 0
        for i in range(LIGHTS):
            if self.last[i] != 0.0 or self.shown[i] != 0.0 or self.wait[i][0] != 0.0:
                return False
        for i in range(LIGHTS):
            for j in range(TICK):
                bright |= (lanes[i * stride + j] != 0.0) | (self.wait[i][j] != 0.0)
        return bright == 0

    cdef void _take(self, float* lanes, Py_ssize_t stride, float* out, int64_t frame) noexcept nogil:
        # The tick that came waits; the one that waited is scaled to what both it and the next may have.
        cdef int i, j
        cdef float* lane
        cdef float* ready
        cdef float most, low, begin, step
        cdef double rise = self.rise, own, end, bright = self.bright[self.level]
        if self.allowance.session * self.first_rise < 1.0:
            rise = self.first_rise
        for i in range(LIGHTS):
            lane = lanes + i * stride
            most = low = lane[0]
            for j in range(TICK):
                # One comparison that NaN fails.
                if not (lane[j] >= 0.0 and lane[j] <= 1.0):
                    self.ledger.note(LIGHT_RANGE if isfinite(lane[j]) else LIGHT_NOT_FINITE, frame)
                    lane[j] = <float> clamp(lane[j], 0.0, 1.0) if isfinite(lane[j]) else <float> 0.0
                most = lane[j] if lane[j] > most else most
            self._forget(i, most)
            if self.envelope[i] > self.reached[i]:
                if most > 0.1 * self.envelope[i]:
                    self.reached[i] = min(self.envelope[i], self.reached[i] + rise * TICK)
                if self.envelope[i] > self.reached[i]:
                    self.ledger.note(LIGHT_RAMP, frame)
            own = self.reached[i] / self.envelope[i] if self.envelope[i] > self.reached[i] else 1.0
            if bright < 1.0 and most > 0.0:
                self.ledger.note(LIGHT_LUMINANCE, frame)
            own *= bright
            end = min(own, self.own_gain[i])
            ready = out + i * TICK
            if end == 1.0 and self.gain[i] == 1.0:
                memcpy(ready, self.wait[i], TICK * sizeof(float))
            else:
                begin = <float> self.gain[i]
                step = <float> ((end - self.gain[i]) / TICK)
                for j in range(TICK):
                    ready[j] = self.wait[i][j] * (begin + step * (j + 1))
            self.own_gain[i] = own
            self.gain[i] = end
            memcpy(self.wait[i], lane, TICK * sizeof(float))

    cdef void _forget(self, int i, double most) noexcept nogil:
        # A brightness not come near for longer than a slow breath has to be led up to again.
        self.untouched[i] = 0 if most > 0.95 * self.envelope[i] else self.untouched[i] + TICK
        if most > self.envelope[i]:
            self.envelope[i] = most
        elif self.untouched[i] > _REMEMBER_S * self.rate_hz:
            self.envelope[i] = max(most, self.envelope[i] - _FORGET_PER_S * TICK / self.rate_hz)
            self.reached[i] = min(self.reached[i], self.envelope[i])

    cdef void _judge(self, float* out, int64_t frame) noexcept nogil:
        cdef int i, j, found
        cdef float red, others
        cdef double share = TICK / self.rate_hz
        if self.has_red:
            self.pinked = clamp(
                self.pinked + (share / 0.5 if frame < self.red_until else -share / _RETURN_S), 0.0, 1.0
            )
            if self.pinked > 0.0:
                for j in range(TICK):
                    red = out[j]
                    others = out[TICK + j] + out[2 * TICK + j] + out[3 * TICK + j]
                    if red > others:
                        out[j] = red + <float> self.pinked * (others - red)
        found = self.wanted.look(out, TICK, TICK, frame)
        if found & (REDDENS | FLICKERS) and self.has_red and self.level < 3:
            self.red_until = frame + <int64_t> (_REMEMBER_S * self.rate_hz)
        if found & (FAST | DRIFTS | REDDENS):
            if self.follow > 0.0:
                for i in range(LIGHTS):
                    self._hold(i, self.shown[i])
            if found & FAST:
                self.ledger.note(LIGHT_FLICKER, frame)
            if found & DRIFTS:
                self.ledger.note(LIGHT_DRIFT, frame)
            if found & REDDENS:
                self.ledger.note(LIGHT_RED, frame)
            self.follow = 0.0
            self.held_until = frame + <int64_t> (_HOLD_S * self.rate_hz)
        elif self.follow < 1.0 and frame > self.held_until:
            self.follow = clamp(self.follow + share / _RETURN_S, 0.0, 1.0)
        if self.faint.look(out, TICK, TICK, frame) & FAST:
            if self.follow == 1.0:
                self.ledger.note(LIGHT_RIPPLE, frame)
            self.rippled_until = frame + <int64_t> (_HOLD_S * self.rate_hz)
        self.softened = clamp(
            self.softened + (share / _GLIDE_S if frame < self.rippled_until else -share / _RETURN_S), 0.0, 1.0
        )

    cdef void _hold(self, int i, double brightness) noexcept nogil:
        self.held[i] = self.shown[i] = self.pole[i][0] = self.pole[i][1] = brightness

    cdef void _shape(self, int i, float* lane, int64_t frame) noexcept nogil:
        cdef int j
        cdef float begin = <float> self.pole[i][1], step, held = <float> self.held[i], x
        cdef float follow = <float> self.follow, softened = <float> self.softened, slew = <float> self.slew
        cdef double mean = 0.0, shown = self.shown[i]
        cdef bint is_steep
        if follow < 1.0:
            for j in range(TICK):
                lane[j] = held + follow * (lane[j] - held)
        for j in range(0, TICK, 8):
            mean += lane[j]
        self.pole[i][0] += self.pole_share * (0.125 * mean - self.pole[i][0])
        self.pole[i][1] += self.pole_share * (self.pole[i][0] - self.pole[i][1])
        if softened > 0.0:
            step = <float> ((self.pole[i][1] - begin) / TICK)
            for j in range(TICK):
                lane[j] += softened * (begin + step * (j + 1) - lane[j])
        is_steep = fabs(lane[0] - shown) > slew
        for j in range(1, TICK):
            is_steep |= fabs(lane[j] - lane[j - 1]) > slew
        if is_steep:
            for j in range(TICK):
                x = lane[j]
                if x > shown + slew:
                    x = <float> shown + slew
                elif x < shown - slew:
                    x = <float> shown - slew
                lane[j] = x
                shown = x
            if follow == 1.0:
                self.ledger.note(LIGHT_EDGE, frame)
        self.shown[i] = lane[TICK - 1]

    cdef void _leave(self, float* out, int64_t frame, bint dark) noexcept nogil:
        cdef int i, j
        cdef float before = <float> self.gate, step, session = <float> self.session_gate, session_step
        cdef float[LIGHTS] start
        cdef bint is_on = False
        cdef float* lane
        cdef double gate_step = -TICK / (_STOP_S * self.rate_hz) if dark else TICK / (_OPEN_S * self.rate_hz)
        self.gate = clamp(self.gate + gate_step, 0.0, 1.0)
        for i in range(LIGHTS):
            start[i] = self.last[i]
            is_on |= self.last[i] > _ON
        if self.allowance.step(is_on, frame):
            self.session_gate = min(1.0, self.session_gate + TICK / (10.0 * self.rate_hz))
        else:
            if self.shown[0] + self.shown[1] + self.shown[2] + self.shown[3] > _ON:
                self.ledger.note(LIGHT_SESSION, frame)
            self.session_gate = max(0.0, self.session_gate - TICK / (10.0 * self.rate_hz))
        if before < 1.0 or self.gate < 1.0 or session < 1.0:
            step = <float> ((self.gate - before) / TICK)
            session_step = <float> ((self.session_gate - session) / TICK)
            for i in range(LIGHTS):
                lane = out + i * TICK
                for j in range(TICK):
                    lane[j] *= (before + step * (j + 1)) * (session + session_step * (j + 1))
        # Whoever goes dark may always go dark; anything else that would flash once too often stands still.
        if self.leaving.look(out, TICK, TICK, frame) & (FAST | REDDENS) and not dark and self.follow > 0.0:
            self.follow = 0.0
            self.held_until = frame + <int64_t> (_HOLD_S * self.rate_hz)
            self.ledger.note(LIGHT_FLICKER, frame)
            for i in range(LIGHTS):
                lane = out + i * TICK
                for j in range(TICK):
                    lane[j] = start[i]
                self._hold(i, start[i])
        for i in range(LIGHTS):
            self.last[i] = out[i * TICK + TICK - 1]


cdef double _share(double most, full):
    return 1.0 if full is None or full <= most else most / full
