# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Echoes that repeat: straight, from ear to ear, and out of the way of who speaks.

A ring buffer with feedback, as in J. O. Smith, Physical Audio Signal Processing (2010), and J. Dattorro, JAES
45 (1997) 764; what slides is read by a cubic (cext.effects.delays._line). What goes round is held within
+24 dBFS, so that no accident stays.
"""

import numpy as np

from libc.math cimport exp, fabs, pow

from cext._types cimport RAMP, TICK
from cext.effects.delays._echo cimport (
    Echo, echo_aim, echo_clear, echo_cut, echo_hear, echo_keep, echo_stretch,
)
from cext.effects.delays._line cimport MIRROR, blend, feed, line_size
from cext.effects.dynamics.keyed cimport Keyed
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef enum:
    TIME, FEEDBACK, HIGH_CUT, MIX, OWN        # the rows all three begin with

_LONGEST_S = 4.0
_RING = "J. Dattorro, JAES 45 (1997) 764; J. O. Smith, Physical Audio Signal Processing (2010)"
_ROWS = (
    Parameter("time_ms", "ms", 1.0, 1_000.0 * _LONGEST_S, 300.0, "log"),
    Parameter("feedback", "", 0.0, 0.99, 0.4),
    Parameter("high_cut_hz", "Hz", 500.0, 20_000.0, 20_000.0, "log"),
    Parameter("mix", "", 0.0, 1.0, 0.35),
)


cdef float[:, ::1] _line_for(Echo* echo, double rate_hz):
    # The two rows an echo lives in; whoever owns the echo keeps them.
    cdef float[:, ::1] memory
    size = line_size(_LONGEST_S * rate_hz)
    memory = np.zeros((2, size + MIRROR), dtype=np.float32)
    echo.row[0] = &memory[0, 0]
    echo.row[1] = &memory[1, 0]
    echo.mask = size - 1
    return memory


cdef class Delay(Effect):
    """An echo that repeats and fades, as clear the last time as the first, or duller each time."""

    SOURCE = _RING
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = _ROWS

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.memory = _line_for(&self.echo, rate_hz)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        echo_aim(&self.echo, self.end[TIME] * self.rate_hz / 1000.0, self.step[TIME] != 0.0)
        echo_cut(&self.echo, self.end[HIGH_CUT], self.rate_hz)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int part
        cdef const float* heard[2]
        cdef float late[2][TICK + 8]
        cdef float kept[2][TICK]
        cdef float back = <float> self.begin[FEEDBACK], back_step = <float> self.step[FEEDBACK]
        while frames > 0:
            part = echo_stretch(&self.echo, frames)
            echo_hear(&self.echo, heard, late[0], late[1], first, part)
            feed(kept[0], left, heard[0], RAMP + first, back, back_step, part)
            feed(kept[1], right, heard[1], RAMP + first, back, back_step, part)
            blend(left, right, heard[0], heard[1], RAMP + first, <float> (1.0 - self.begin[MIX]),
                  -<float> self.step[MIX], <float> self.begin[MIX], <float> self.step[MIX], part)
            echo_keep(&self.echo, kept[0], kept[1], part)
            left += part
            right += part
            first += part
            frames -= part

    cdef void clear(self) noexcept nogil:
        echo_clear(&self.echo)


cdef class PingPongDelay(Effect):
    """An echo that bounces from ear to ear: left first, each bounce softer by the feedback."""

    SOURCE = _RING + ", with crossed feedback"
    NEUTRAL = {"mix": 0.0}
    SPREADS = True
    PARAMETERS = (*_ROWS, Parameter("width", "", 0.0, 1.0, 1.0))

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.memory = _line_for(&self.echo, rate_hz)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        echo_aim(&self.echo, self.end[TIME] * self.rate_hz / 1000.0, self.step[TIME] != 0.0)
        echo_cut(&self.echo, self.end[HIGH_CUT], self.rate_hz)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int part, j
        cdef const float* heard[2]
        cdef float late[2][TICK + 8]
        cdef float kept[2][TICK]
        cdef float one[TICK]
        cdef float other[TICK]
        cdef float back = <float> self.begin[FEEDBACK], back_step = <float> self.step[FEEDBACK]
        cdef float wide = <float> (0.5 + 0.5 * self.begin[OWN]), wide_step = <float> (0.5 * self.step[OWN])
        cdef float near, far
        while frames > 0:
            part = echo_stretch(&self.echo, frames)
            echo_hear(&self.echo, heard, late[0], late[1], first, part)
            for j in range(part):
                one[j] = <float> 0.5 * (left[j] + right[j])
                other[j] = 0.0
            feed(kept[0], one, heard[1], RAMP + first, back, back_step, part)
            feed(kept[1], other, heard[0], RAMP + first, back, back_step, part)
            for j in range(part):
                near = wide + wide_step * RAMP[first + j]
                far = <float> 1.0 - near
                one[j] = near * heard[0][j] + far * heard[1][j]
                other[j] = near * heard[1][j] + far * heard[0][j]
            blend(left, right, one, other, RAMP + first, <float> (1.0 - self.begin[MIX]),
                  -<float> self.step[MIX], <float> self.begin[MIX], <float> self.step[MIX], part)
            echo_keep(&self.echo, kept[0], kept[1], part)
            left += part
            right += part
            first += part
            frames -= part

    cdef void clear(self) noexcept nogil:
        echo_clear(&self.echo)


cdef class DuckingDelay(Keyed):
    """An echo that steps back while you play or sing and comes forward in the gaps."""

    SOURCE = _RING + "; D. Giannoulis, M. Massberg and J. D. Reiss, JAES 60 (2012) 399"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        *_ROWS,
        Parameter("threshold_dbfs", "dBFS", -80.0, 0.0, -36.0),
        Parameter("depth_db", "dB", 0.0, 60.0, 18.0),
        Parameter("attack_ms", "ms", 1.0, 500.0, 10.0, "log"),
        Parameter("release_ms", "ms", 10.0, 5_000.0, 300.0, "log"),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.memory = _line_for(&self.echo, rate_hz)
        self.fall = <float> exp(-1.0 / (0.02 * rate_hz))   # holds the level over a period of the lowest bass
        self.clear()

    cdef void prepare(self) noexcept nogil:
        echo_aim(&self.echo, self.end[TIME] * self.rate_hz / 1000.0, self.step[TIME] != 0.0)
        echo_cut(&self.echo, self.end[HIGH_CUT], self.rate_hz)
        if self.end[OWN + 2] != self.known[0] or self.end[OWN + 3] != self.known[1]:
            self.known[0] = self.end[OWN + 2]
            self.known[1] = self.end[OWN + 3]
            self.attack = <float> (1.0 - exp(-1000.0 / (self.known[0] * self.rate_hz)))
            self.release = <float> (1.0 - exp(-1000.0 / (self.known[1] * self.rate_hz)))

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int part
        cdef const float* heard[2]
        cdef float late[2][TICK + 8]
        cdef float kept[2][TICK]
        cdef float ducked[TICK]
        cdef float* key_left = left
        cdef float* key_right = right
        cdef float back = <float> self.begin[FEEDBACK], back_step = <float> self.step[FEEDBACK]
        if self.has_key:
            key_left = &self.key[0, first]
            key_right = &self.key[1, first]
        self._listen(ducked, key_left, key_right, first, frames)
        key_left = ducked
        while frames > 0:
            part = echo_stretch(&self.echo, frames)
            echo_hear(&self.echo, heard, late[0], late[1], first, part)
            feed(kept[0], left, heard[0], RAMP + first, back, back_step, part)
            feed(kept[1], right, heard[1], RAMP + first, back, back_step, part)
            self._duck(left, right, heard[0], heard[1], key_left, first, part)
            echo_keep(&self.echo, kept[0], kept[1], part)
            key_left += part
            left += part
            right += part
            first += part
            frames -= part

    cdef void _listen(self, float* ducked, float* left, float* right, int first, int frames) noexcept nogil:
        # The gain of the echo: between the threshold and 6 dB above it, it steps back by degrees.
        cdef int j
        cdef float over, wanted, envelope = self.envelope, gain = self.gain
        cdef float least = <float> pow(10.0, -self.end[OWN + 1] / 20.0)
        cdef float scale = <float> pow(10.0, -self.end[OWN] / 20.0)
        for j in range(frames):
            envelope = max(max(<float> fabs(left[j]), <float> fabs(right[j])), envelope * self.fall)
            over = min(max(envelope * scale - <float> 1.0, <float> 0.0), <float> 1.0)
            wanted = <float> 1.0 - over * (<float> 1.0 - least)
            gain += (self.attack if wanted < gain else self.release) * (wanted - gain)
            ducked[j] = gain
        self.envelope = envelope
        self.gain = gain

    cdef void _duck(
        self, float* left, float* right, const float* late_left, const float* late_right,
        const float* ducked, int first, int frames,
    ) noexcept nogil:
        cdef int j
        cdef float wet
        for j in range(frames):
            wet = <float> self.begin[MIX] + <float> self.step[MIX] * RAMP[first + j]
            left[j] += wet * (ducked[j] * late_left[j] - left[j])
            right[j] += wet * (ducked[j] * late_right[j] - right[j])

    cdef void clear(self) noexcept nogil:
        echo_clear(&self.echo)
        self.envelope = 0.0
        self.gain = 1.0
