# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Sound in pulses: a step pattern on the tempo, and the soft pulse of isochronic beats on any music.

Both take their place from an exact integer phase that begins with the effect: the isochronic gate's is, frame
for frame, that of the voice `isochronic` and of pulsing light, so all three stay together for hours. Edges
are raised cosines (or their cubic likeness, 3 t^2 - 2 t^3), never steeper than a millisecond.
"""

from libc.math cimport fabs
from libc.stdint cimport int64_t, uint64_t

from cext._types cimport RAMP, TICK, clamp, sine_of, turn_of
from cext.effects.modulation._turns cimport spin_tick
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef enum:
    TEMPO, STEP, ATTACK, RELEASE, DEPTH, FIRST_LEVEL
cdef enum:
    I_BEAT, I_DUTY, I_EDGE, I_DEPTH

cdef double _TURN = 1.0 / 18446744073709551616.0
cdef double[4] _STEPS_A_BEAT = [1.0, 2.0, 4.0, 8.0]

_PATTERN = (1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1)
_LEVELS = [Parameter(f"level_{k + 1}", "", 0.0, 1.0, float(on)) for k, on in enumerate(_PATTERN)]


cdef class TranceGate(Effect):
    """Chops a pad into sixteen steps on the tempo, each as loud as you like, without a click."""

    SOURCE = "step envelope with edges of 3 t^2 - 2 t^3 on an exact phase"
    NEUTRAL = {"depth": 0.0}
    ROUND_S = 2.0                  # before all sixteen steps have been heard
    PARAMETERS = (
        Parameter("tempo_bpm", "BPM", 40.0, 240.0, 130.0),
        switch("step", "1/4", "1/8", "1/16", "1/32", default=2),
        Parameter("attack_ms", "ms", 1.0, 200.0, 3.0, "log"),
        Parameter("release_ms", "ms", 1.0, 200.0, 20.0, "log"),
        Parameter("depth", "", 0.0, 1.0, 1.0),
        *_LEVELS,
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef double begin = self.begin[TEMPO] * _STEPS_A_BEAT[<int> self.begin[STEP]]
        cdef double a_frame = 1.0 / (60.0 * STEPS * self.rate_hz)
        self.cycles = self.end[TEMPO] * _STEPS_A_BEAT[<int> self.end[STEP]] * a_frame
        spin_tick(&self.spin, begin * a_frame, self.cycles, TICK)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j
        cdef float share
        cdef float gain[TICK]
        cdef float later[TICK]
        self._envelope(gain, &self.begin[FIRST_LEVEL], first, frames)
        if self.is_moving:
            # A level being turned: from the old pattern to the new within the tick.
            self._envelope(later, &self.end[FIRST_LEVEL], first, frames)
            for j in range(frames):
                gain[j] += RAMP[first + j] * <float> (1.0 / TICK) * (later[j] - gain[j])
        for j in range(frames):
            share = <float> self.begin[DEPTH] + <float> self.step[DEPTH] * RAMP[first + j]
            share = <float> 1.0 - share * (<float> 1.0 - gain[j])
            left[j] *= share
            right[j] *= share

    cdef void _envelope(self, float* gain, const double* levels, int first, int frames) noexcept nogil:
        cdef int j, k
        cdef uint64_t n, at
        cdef double t, since, level, before
        # Milliseconds as shares of a step; no edge is longer than the step itself.
        cdef double a_ms = self.cycles * STEPS * self.rate_hz / 1000.0
        cdef double attack = 1.0 / min(self.end[ATTACK] * a_ms, 1.0)
        cdef double release = 1.0 / min(self.end[RELEASE] * a_ms, 1.0)
        for j in range(frames):
            n = <uint64_t> (first + j)
            at = self.spin.phase + self.spin.turn * n + self.spin.change * (n * (n - 1) // 2)
            k = <int> (at >> 60)
            since = <double> <int64_t> ((at << 4) >> 1) * (1.0 / 9223372036854775808.0)
            level = levels[k]
            before = levels[(k + STEPS - 1) % STEPS]
            t = min(since * (attack if level > before else release), 1.0)
            gain[j] = <float> (before + (level - before) * t * t * (3.0 - 2.0 * t))

    cdef void clear(self) noexcept nogil:
        self.spin.next = 0


cdef class IsochronicGate(Effect):
    """Lets music come and go with a beat, softly: isochronic pulses for any sound."""

    SOURCE = "raised-cosine gate on the phase of the isochronic voice"
    NEUTRAL = {"depth": 0.0}
    PARAMETERS = (
        Parameter("beat_hz", "Hz", 0.1, 40.0, 10.0, "log"),
        Parameter("duty", "of a beat", 0.05, 0.95, 0.5),
        Parameter("edge", "of a beat", 0.01, 0.5, 0.1),
        Parameter("depth", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef double per_frame = 1.0 / self.rate_hz
        self.beat += self.turn * <uint64_t> TICK + self.turn_step * <uint64_t> (TICK * (TICK - 1) // 2)
        self.turn = turn_of(self.begin[I_BEAT] * per_frame)
        self.turn_step = <uint64_t> (<int64_t> (turn_of(self.end[I_BEAT] * per_frame) - self.turn) // TICK)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j
        cdef uint64_t n, at
        cdef double place, share, duty, edge, depth, t, u
        cdef float gain
        # However fast the beat, no edge is steeper than a millisecond.
        cdef double least = 0.001 * self.end[I_BEAT]
        for j in range(frames):
            n = <uint64_t> (first + j)
            place = first + j
            at = self.beat + self.turn * n + self.turn_step * (n * (n - 1) // 2)
            share = fabs(<double> <int64_t> (at - (<uint64_t> 1 << 63)) * _TURN)
            duty = self.begin[I_DUTY] + self.step[I_DUTY] * place
            edge = max(self.begin[I_EDGE] + self.step[I_EDGE] * place, least)
            edge = min(edge, min(duty, 1.0 - duty))
            depth = self.begin[I_DEPTH] + self.step[I_DEPTH] * place
            t = clamp((0.5 * duty - share) / edge, -0.5, 0.5)
            u = 0.5 + 0.5 * sine_of(<uint64_t> <int64_t> (t * 9.223372036854775e18))
            gain = <float> (1.0 - depth * (1.0 - u))
            left[j] *= gain
            right[j] *= gain

    cdef void clear(self) noexcept nogil:
        self.beat = self.turn = self.turn_step = 0
