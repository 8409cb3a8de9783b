# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Counts how often light changes direction: so many flashes, twice as many changes, are allowed a second.

As WCAG 2.3.1 counts, but already from 2 % of full brightness instead of 10 %, on each light and (from 1 %) on
what an eye sees of them together, so that slow lights out of step cannot add up to a fast one. Six changes
must also not come faster than the limit's own six, so that a short burst is found as well. Saturated red,
R / (R + G + B) of 0.8 or more, is counted by itself (R - G - B changing by 20 / 320), and a flicker that is
allowed may not change its frequency by more than 1 Hz a second.
"""

from libc.stdint cimport int64_t

from cext._types cimport TICK

from cext.limits import LIGHT_MAPS, load
from cext.parameters import unknown

cdef double _FREE_HZ = 3.0
cdef double _RED_LEAST = 20.0 / 320.0
cdef double _RED_SHARE = 0.8
cdef double _DRIFT_HZ = 0.75        # what the measure itself may waver
cdef double _MEASURE_S = 0.5
# Left eye, right eye, both; or relative luminance (WCAG 2.2), all lamps, the strongest three.
_WEIGHTS = {
    "eyes": ((0.34, 0.0, 0.33, 0.33), (0.0, 0.34, 0.33, 0.33), (0.25, 0.25, 0.25, 0.25)),
    "rgbw": ((0.1063, 0.3576, 0.0361, 0.5), (0.25, 0.25, 0.25, 0.25), (0.4, 0.4, 0.2, 0.0)),
}


cdef class FlickerWatch:
    """Says when four lights, together or apart, move faster than they may."""

    def __init__(
        self, double rate_hz=48_000.0, double limit_hz=3.0, str light_map="eyes", double least=0.02
    ):
        cdef int i, k
        if light_map not in LIGHT_MAPS:
            raise unknown("map of lights", light_map, LIGHT_MAPS)
        self.rate_hz = rate_hz
        self.has_red = light_map == "rgbw"
        self.hz_per_frame = load()["light"]["ramp"]["freq_slew_max_hz_per_s"] / rate_hz
        for i in range(WATCHED):
            self.least[i] = least if i < LIGHTS else 0.5 * least
        self.least[RED] = _RED_LEAST
        for k in range(SUMS):
            for i in range(LIGHTS):
                self.weight[k][i] = _WEIGHTS[light_map][k][i]
        self.allow(limit_hz)

    def see(self, lanes, int64_t first_frame=0):
        """Whether anything in this block, shape (4, frames), float32, 0..1, is too fast."""
        return "fast" in self.found(lanes, first_frame)

    def found(self, float[:, ::1] lanes not None, int64_t first_frame=0):
        """What there is in this block, shape (4, frames): any of fast, drifts, reddens, flickers."""
        if lanes.shape[0] != LIGHTS:
            raise ValueError(f"the watch takes {LIGHTS} lights, this block has {lanes.shape[0]}")
        cdef Py_ssize_t done = 0, part, frames = lanes.shape[1]
        cdef int all_found = 0
        while done < frames:
            part = min(<Py_ssize_t> TICK, frames - done)
            all_found |= self.look(&lanes[0, done], frames, <int> part, first_frame + done)
            done += part
        names = {FAST: "fast", DRIFTS: "drifts", REDDENS: "reddens", FLICKERS: "flickers"}
        return {name for bit, name in names.items() if all_found & bit}

    cdef void allow(self, double limit_hz) noexcept nogil:
        self.limit_hz = limit_hz
        self.most = <int> (2.0 * limit_hz)
        self.shortest = 6.0 / (2.0 * limit_hz) * self.rate_hz

    cdef int look(self, float* lanes, Py_ssize_t stride, int frames, int64_t frame) noexcept nogil:
        # One tick at most.
        cdef float value[TICK]
        cdef float* lane
        cdef int i, j, k, found = 0
        cdef float least = <float> (0.25 * self.least[LIGHTS]), low, high
        cdef bint is_calm = True
        cdef double sum
        for i in range(LIGHTS):
            lane = lanes + i * stride
            _span(lane, frames, &low, &high)
            if high - low <= least:
                found |= self._turns(i, lane[frames - 1], frame)
            else:
                is_calm = False
                found |= self._moves(i, lane, frames, frame)
        if is_calm:
            # Within a tick nothing moved to speak of: its last frame stands for all of them.
            j = frames - 1
            for k in range(SUMS):
                sum = 0.0
                for i in range(LIGHTS):
                    sum += self.weight[k][i] * lanes[i * stride + j]
                found |= self._turns(LIGHTS + k, sum, frame)
            if self.has_red:
                found |= self._turns(RED, _redness(lanes + j, stride), frame)
            return found
        for k in range(SUMS):
            for j in range(frames):
                value[j] = <float> (
                    self.weight[k][0] * lanes[j] + self.weight[k][1] * lanes[stride + j]
                    + self.weight[k][2] * lanes[2 * stride + j] + self.weight[k][3] * lanes[3 * stride + j]
                )
            found |= self._moves(LIGHTS + k, value, frames, frame)
        if self.has_red:
            for j in range(frames):
                value[j] = _redness(lanes + j, stride)
            found |= self._moves(RED, value, frames, frame)
        return found

    cdef int _moves(self, int which, float* values, int frames, int64_t frame) noexcept nogil:
        # The lowest and the highest of the tick, in the order in which they came: all that a judge of
        # changes below 375 Hz can see, and faster changes than that are a change at every tick.
        cdef int j
        cdef float low, high
        _span(values, frames, &low, &high)
        if high - low < 0.5 * self.least[which]:
            return self._turns(which, values[frames - 1], frame)
        j = 0
        while values[j] != low and values[j] != high:
            j += 1
        if values[j] == low:
            return self._turns(which, low, frame) | self._turns(which, high, frame)
        return self._turns(which, high, frame) | self._turns(which, low, frame)

    cdef int _turns(self, int which, double value, int64_t frame) noexcept nogil:
        # Follow the extremes; a change of direction by `least` is half a flash.
        if self.direction[which] >= 0:
            if value >= self.extreme[which] - self.least[which]:
                if value > self.extreme[which]:
                    self.extreme[which] = value
                return 0
            self.direction[which] = -1
        else:
            if value <= self.extreme[which] + self.least[which]:
                if value < self.extreme[which]:
                    self.extreme[which] = value
                return 0
            self.direction[which] = 1
        self.extreme[which] = value
        self.turns[which] += 1
        self.turned[which][self.turns[which] % REMEMBERED] = frame
        return self._judged(which, frame)

    cdef int _judged(self, int which, int64_t frame) noexcept nogil:
        # The seventh change within the time of six, or one too many within a second.
        cdef int64_t n = self.turns[which], six
        cdef int found = 0
        if n <= 6:
            return 0
        six = frame - self.turned[which][(n - 6) % REMEMBERED]
        if six < self.rate_hz:
            found |= FLICKERS
            if which == RED and self.limit_hz <= 15.0:
                return FLICKERS | REDDENS
        if which == RED:
            return found
        if six < self.shortest:
            found |= FAST
        if n > self.most and frame - self.turned[which][(n - self.most) % REMEMBERED] < self.rate_hz:
            found |= FAST
        if found == FLICKERS and self._drifts(which, frame):
            found |= DRIFTS
        return found

    cdef bint _drifts(self, int which, int64_t frame) noexcept nogil:
        # Frequency over the last half second, followed at no more than the allowed slew.
        cdef int64_t n = self.turns[which], span = 0, since
        cdef int back = 0
        cdef double hz, allowed
        while back + 2 < REMEMBERED and back + 2 < n and span < _MEASURE_S * self.rate_hz:
            back += 2
            span = frame - self.turned[which][(n - back) % REMEMBERED]
        if back < 4 or span < 0.5 * _MEASURE_S * self.rate_hz:
            return False
        hz = 0.5 * back * self.rate_hz / span
        since = frame - self.turned[which][(n - 1) % REMEMBERED]
        if self.hz[which] == 0.0 or since > self.rate_hz / _FREE_HZ:
            # A flicker begins: its first moments are still in the measure for a while.
            self.settled[which] = frame + <int64_t> (1.2 * _MEASURE_S * self.rate_hz)
        if frame < self.settled[which]:
            self.hz[which] = hz
            return False
        allowed = self.hz_per_frame * since
        if hz > self.hz[which] + _DRIFT_HZ or hz < self.hz[which] - _DRIFT_HZ:
            self.hz[which] = hz
            return True
        self.hz[which] += max(-allowed, min(allowed, hz - self.hz[which]))
        return False


cdef inline void _span(float* values, int frames, float* low, float* high) noexcept nogil:
    # Eight at a time, which a processor does in one step.
    cdef float[8] least
    cdef float[8] most
    cdef int j, k
    for k in range(8):
        least[k] = most[k] = values[0]
    for j in range(frames // 8):
        for k in range(8):
            least[k] = values[8 * j + k] if values[8 * j + k] < least[k] else least[k]
            most[k] = values[8 * j + k] if values[8 * j + k] > most[k] else most[k]
    for j in range(8 * (frames // 8), frames):
        least[0] = values[j] if values[j] < least[0] else least[0]
        most[0] = values[j] if values[j] > most[0] else most[0]
    low[0] = least[0]
    high[0] = most[0]
    for k in range(1, 8):
        low[0] = least[k] if least[k] < low[0] else low[0]
        high[0] = most[k] if most[k] > high[0] else high[0]


cdef inline float _redness(float* lanes, Py_ssize_t stride) noexcept nogil:
    # White counts a third to each colour.
    cdef float r = lanes[0], g = lanes[stride], b = lanes[2 * stride], w = lanes[3 * stride]
    cdef float third = w * <float> (1.0 / 3.0)
    if r + third < _RED_SHARE * (r + g + b + w) or r + g + b + w <= 0.0:
        return 0.0
    return max(<float> 0.0, r - g - b - third)
