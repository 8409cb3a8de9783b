# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""One becomes many: chorus, flanger, string ensemble and artificial double tracking.

All are swaying read heads over a delay line; they differ in how many, how far and how they sway. Sources: J.
Dattorro, JAES 45 (1997) 764 for chorus and flanger (his white chorus and flanger by settings); the ensemble
has the three lines a third of a turn apart and the two speeds of the Solina string synthesiser (1974).
"""

from libc.math cimport M_PI, cos, exp2, sin

from cext._types cimport TICK
from cext.effects.modulation._sweep cimport head_move, sway, sweep_clear, sweep_tick
from cext.effects.modulation.swarm cimport Swarm

from cext.parameters import Parameter

cdef enum:
    C_SPEED, C_DEPTH, C_DELAY, C_VOICES, C_SPREAD, C_FEEDBACK, C_MIX
cdef enum:
    F_SPEED, F_DEPTH, F_DELAY, F_SPREAD, F_FEEDBACK, F_MIX
cdef enum:
    E_DEPTH, E_SPEED, E_SHIMMER, E_WIDTH, E_MIX, E_FEEDBACK
cdef enum:
    D_DETUNE, D_DELAY, D_WIDTH, D_MIX

# Where on the wave each voice sways: opposite pairs, so that two voices never lean to one side.
cdef double[4] _COSINE = [1.0, -1.0, 0.0, 0.0]
cdef double[4] _SINE = [0.0, 0.0, 1.0, -1.0]
cdef double[4] _EVEN = [1.0, 0.7071067811865476, 0.5773502691896258, 0.5]
cdef double _NEAREST = 8.0         # frames a head never passes, so that it always has its four samples

_DATTORRO = "J. Dattorro, JAES 45 (1997) 764"


cdef class Chorus(Swarm):
    """Up to four voices a little late and out of tune: one singer becomes a group."""

    SOURCE = _DATTORRO
    NEUTRAL = {"mix": 0.0}
    SPREADS = True
    PARAMETERS = (
        Parameter("speed_hz", "Hz", 0.02, 10.0, 0.8, "log"),
        Parameter("depth_ms", "ms", 0.0, 10.0, 2.0),
        Parameter("delay_ms", "ms", 2.0, 40.0, 12.0),
        Parameter("voices", "", 1.0, 4.0, 2.0),
        Parameter("spread", "", 0.0, 1.0, 1.0),
        Parameter("feedback", "", -0.9, 0.9, 0.0),
        Parameter("mix", "", 0.0, 1.0, 0.5),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.room(60.0)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef int head, voices = <int> (self.end[C_VOICES] + 0.5)
        cdef double frames_a_ms = self.rate_hz / 1000.0, was = self.middle, reached = self.reach, c, s
        sweep_tick(&self.sweep, self.end[C_SPEED], self.rate_hz)
        self.middle = max(self.end[C_DELAY] * frames_a_ms, _NEAREST + 1.0)
        self.reach = min(self.end[C_DEPTH] * frames_a_ms, self.middle - _NEAREST)
        if self.is_fresh:
            was = self.middle
            reached = self.reach
        if self.is_fresh or self.step[C_SPREAD] != 0.0:
            # The right ear's wave is up to a quarter of a turn ahead.
            self.turned[0] = cos(0.5 * M_PI * self.end[C_SPREAD])
            self.turned[1] = sin(0.5 * M_PI * self.end[C_SPREAD])
        for head in range(4):
            c = _COSINE[head]
            s = _SINE[head]
            if head >= voices and self.gain_end[0][head] == 0.0 and not self.is_fresh:
                self.gain[0][head] = self.gain_step[0][head] = 0.0
                self.gain[1][head] = self.gain_step[1][head] = 0.0
                continue
            self.loud(head, _EVEN[voices - 1] * (head < voices), _EVEN[voices - 1] * (head < voices))
            if self.gain[0][head] != 0.0 or self.gain_step[0][head] != 0.0:
                self.heads = head + 1
                sway(&self.head[0][head], &self.sweep, c, s, self.middle, self.middle - was,
                     self.reach, self.reach - reached, self.is_fresh or self.gain[0][head] == 0.0)
                sway(&self.head[1][head], &self.sweep, c * self.turned[0] - s * self.turned[1],
                     s * self.turned[0] + c * self.turned[1], self.middle, self.middle - was,
                     self.reach, self.reach - reached, self.is_fresh or self.gain[1][head] == 0.0)
        self.is_fresh = False

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        self.swarm(left, right, first, frames, C_FEEDBACK, C_MIX)

    cdef void clear(self) noexcept nogil:
        Swarm.clear(self)
        sweep_clear(&self.sweep, 0)


cdef class Flanger(Swarm):
    """A copy that slides past the sound by a few milliseconds: a jet passing overhead."""

    SOURCE = _DATTORRO
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("speed_hz", "Hz", 0.01, 10.0, 0.2, "log"),
        Parameter("depth_ms", "ms", 0.0, 10.0, 3.0),
        Parameter("delay_ms", "ms", 0.2, 10.0, 0.5, "log"),
        Parameter("spread", "", 0.0, 1.0, 0.0),
        Parameter("feedback", "", -0.95, 0.95, 0.5),
        Parameter("mix", "", 0.0, 1.0, 0.5),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.room(25.0)
        self.heads = 1
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef double frames_a_ms = self.rate_hz / 1000.0, was = self.middle, reached = self.reach
        sweep_tick(&self.sweep, self.end[F_SPEED], self.rate_hz)
        self.reach = 0.5 * self.end[F_DEPTH] * frames_a_ms
        self.middle = max(self.end[F_DELAY] * frames_a_ms, _NEAREST) + self.reach
        if self.is_fresh:
            was = self.middle
            reached = self.reach
        if self.is_fresh or self.step[F_SPREAD] != 0.0:
            self.turned[0] = cos(M_PI * self.end[F_SPREAD])
            self.turned[1] = sin(M_PI * self.end[F_SPREAD])
        self.loud(0, 1.0, 1.0)
        # The sweep begins at its nearest point, where the jet is overhead.
        sway(&self.head[0][0], &self.sweep, 1.0, 0.0, self.middle, self.middle - was,
             self.reach, self.reach - reached, self.is_fresh)
        sway(&self.head[1][0], &self.sweep, self.turned[0], self.turned[1], self.middle, self.middle - was,
             self.reach, self.reach - reached, self.is_fresh)
        self.is_fresh = False

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        self.swarm(left, right, first, frames, F_FEEDBACK, F_MIX)

    cdef void clear(self) noexcept nogil:
        Swarm.clear(self)
        sweep_clear(&self.sweep, <unsigned long long> 3 << 62)


cdef class Ensemble(Swarm):
    """The shimmer of a string machine: three voices a third of a turn apart, swaying slowly and fast."""

    SOURCE = "Eminent Solina String Ensemble (1974): three delay lines, two speeds; " + _DATTORRO
    NEUTRAL = {"mix": 0.0}
    SPREADS = True
    PARAMETERS = (
        Parameter("depth", "", 0.0, 1.0, 0.6),
        Parameter("speed_hz", "Hz", 0.1, 2.0, 0.6, "log"),
        Parameter("shimmer_hz", "Hz", 2.0, 12.0, 6.0, "log"),
        Parameter("width", "", 0.0, 1.0, 1.0),
        Parameter("mix", "", 0.0, 1.0, 0.7),
        Parameter("feedback", "", -0.7, 0.7, 0.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.room(20.0)
        self.heads = 3
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef int head
        cdef double slow, fast, glide, side, c, s
        cdef double middle = 10.0 * self.rate_hz / 1000.0
        sweep_tick(&self.slow, self.end[E_SPEED], self.rate_hz)
        sweep_tick(&self.fast, self.end[E_SHIMMER], self.rate_hz)
        slow = 0.35 * self.end[E_DEPTH] * middle
        fast = 0.1 * slow
        glide = 0.35 * TICK * self.step[E_DEPTH] * middle
        for head in range(3):
            side = 0.25 * M_PI * (1.0 + (head - 1) * self.end[E_WIDTH])
            self.loud(head, 0.816496580927726 * cos(side), 0.816496580927726 * sin(side))
            c = -0.5 if head else 1.0
            s = (0.8660254037844386 if head == 1 else -0.8660254037844386) if head else 0.0
            if self.is_fresh:
                self.head[0][head].place = middle + (
                    slow * (self.slow.past_sine * c + self.slow.past_cosine * s)
                    + fast * (self.fast.past_sine * c + self.fast.past_cosine * s))
                self.head[0][head].slope = (
                    slow * self.slow.turn * (self.slow.past_cosine * c - self.slow.past_sine * s)
                    + fast * self.fast.turn * (self.fast.past_cosine * c - self.fast.past_sine * s))
            head_move(
                &self.head[0][head],
                middle + slow * (self.slow.sine * c + self.slow.cosine * s)
                + fast * (self.fast.sine * c + self.fast.cosine * s),
                slow * self.slow.turn * (self.slow.cosine * c - self.slow.sine * s)
                + fast * self.fast.turn * (self.fast.cosine * c - self.fast.sine * s)
                + glide * (self.slow.sine * c + self.slow.cosine * s)
                + 0.1 * glide * (self.fast.sine * c + self.fast.cosine * s))
            self.head[1][head] = self.head[0][head]
        self.is_fresh = False

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        self.swarm(left, right, first, frames, E_FEEDBACK, E_MIX)

    cdef void clear(self) noexcept nogil:
        Swarm.clear(self)
        sweep_clear(&self.slow, 0)
        sweep_clear(&self.fast, 0)


cdef class Doubler(Swarm):
    """The same singer once more on each side, never quite in time and never quite in tune."""

    SOURCE = "artificial double tracking (K. Townsend, 1966); " + _DATTORRO
    NEUTRAL = {"mix": 0.0}
    SPREADS = True
    PARAMETERS = (
        Parameter("detune_cents", "cents", 0.0, 30.0, 9.0),
        Parameter("delay_ms", "ms", 10.0, 60.0, 22.0),
        Parameter("width", "", 0.0, 1.0, 1.0),
        Parameter("mix", "", 0.0, 1.0, 0.5),
        Parameter("feedback", "", -0.5, 0.5, 0.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.room(120.0)
        self.heads = 2
        self.clear()

    cdef void prepare(self) noexcept nogil:
        # A sine of reach A and speed f bends the pitch by 2 pi f A at most.
        cdef int head, ear
        cdef double was = self.middle, reached, speed_hz, near = 0.5 + 0.5 * self.end[D_WIDTH]
        cdef double late, late_was
        self.middle = self.end[D_DELAY] * self.rate_hz / 1000.0
        if self.is_fresh:
            was = self.middle
        self.loud(0, near, 1.0 - near)
        self.loud(1, 1.0 - near, near)
        for head in range(2):
            speed_hz = 0.83 if head else 0.71
            sweep_tick(&self.drift[head], speed_hz, self.rate_hz)
            reached = self.reach[head]
            self.reach[head] = exp2(self.end[D_DETUNE] / 1200.0) - 1.0
            self.reach[head] *= self.rate_hz / (2.0 * M_PI * speed_hz)
            late = self.middle * (1.31 if head else 1.0)
            late_was = was * (1.31 if head else 1.0)
            if self.is_fresh:
                reached = self.reach[head]
            for ear in range(2):
                sway(&self.head[ear][head], &self.drift[head], 1.0, 0.0, late, late - late_was,
                     self.reach[head], self.reach[head] - reached, self.is_fresh)
        self.is_fresh = False

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        self.swarm(left, right, first, frames, D_MIX + 1, D_MIX)

    cdef void clear(self) noexcept nogil:
        Swarm.clear(self)
        sweep_clear(&self.drift[0], 0)
        sweep_clear(&self.drift[1], <unsigned long long> 1 << 62)
