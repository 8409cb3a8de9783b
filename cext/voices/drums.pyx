# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Drums from a machine: a kick that falls, a snare that rattles, a hat of six metals.

Kick: a sine whose pitch falls to its tone. Snare: two tones of one skin and high noise. Hat: six band-limited
squares in no harmony through a high-pass. All fall exponentially, 60 dB in `decay_s`.
Source: K. Werner, J. Abel and J. Smith, "A Physically-Informed, Circuit-Bendable, Digital Model of the Roland
TR-808 Bass Drum Circuit", DAFx 2014, for what falls how; the six frequencies are that machine's.
"""

from libc.math cimport M_PI, exp, floor, sin
from libc.stdint cimport int32_t, uint32_t, uint64_t
from libc.string cimport memset

from cext._types cimport TICK, scatter
from cext.voices.edges cimport square, turn_page
from cext.voices.struck cimport Struck

from cext.parameters import Parameter
from cext.voices.struck import STROKES

cdef enum:
    DECAY = 3
    PITCH = 4
    SWEEP = 5
    CLICK = 6

cdef double _SIXTY_DB = 6.907755278982137
cdef double[6] _METAL_HZ = [205.3, 304.4, 369.6, 522.7, 540.0, 800.0]


cdef inline double _noise(uint64_t n) noexcept nogil:
    return <double> <int32_t> <uint32_t> scatter(n) * (1.0 / 2147483648.0)


cdef class Drum(Struck):
    """What all three share: a body that falls after each stroke."""

    cdef void clear(self) noexcept nogil:
        self.body = self.rush = self.phase = 0.0
        self.shots = 0

    cdef void rest(self) noexcept nogil:
        self.stroke()


cdef class Kick(Drum):
    """A bass drum: a deep tone that falls into place."""

    PARAMETERS = (
        *STROKES,
        Parameter("decay_s", "s", 0.05, 4.0, 0.7, "log"),
        Parameter("pitch_hz", "Hz", 25.0, 120.0, 50.0, "log"),
        Parameter("sweep", "times the pitch", 0.0, 8.0, 3.0),
        Parameter("click", "", 0.0, 1.0, 0.3),
    )

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef int j, at = self.stroke()
        cdef double keep = exp(-_SIXTY_DB * self.per_frame / self.end[DECAY])
        cdef double fall = exp(-self.per_frame / 0.012), snap = exp(-self.per_frame / 0.0015)
        cdef double value
        for j in range(TICK):
            if j == at:
                # From silence the wave starts at its zero; on top of a sounding one it goes on from there.
                if self.body < 1e-4:
                    self.phase = 0.0
                self.body = max(self.body, self.strength)
                self.rush = 1.0
                self.click = self.strength * self.end[CLICK]
            value = self.body * sin(2.0 * M_PI * self.phase)
            value += 0.5 * self.click * _noise(self.key + self.shots)
            self.shots += 1
            left[j] = right[j] = <float> (0.8 * value)
            self.phase += self.end[PITCH] * (1.0 + self.end[SWEEP] * self.rush) * self.per_frame
            self.phase -= floor(self.phase)
            self.body *= keep
            self.rush *= fall
            self.click *= snap


cdef class Snare(Drum):
    """A snare drum: a short skin and its rattle."""

    PARAMETERS = (
        *STROKES,
        Parameter("decay_s", "s", 0.05, 2.0, 0.35, "log"),
        Parameter("pitch_hz", "Hz", 80.0, 400.0, 180.0, "log"),
        Parameter("snappy", "", 0.0, 1.0, 0.6),
    )

    cdef void clear(self) noexcept nogil:
        Drum.clear(self)
        self.other_phase = self.smooth = 0.0

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef int j, at = self.stroke()
        cdef double keep = exp(-_SIXTY_DB * self.per_frame / (0.5 * self.end[DECAY]))
        cdef double rattle = exp(-_SIXTY_DB * self.per_frame / self.end[DECAY])
        cdef double follow = 1.0 - exp(-2.0 * M_PI * 1_500.0 * self.per_frame)
        cdef double value, noise
        for j in range(TICK):
            if j == at:
                if self.body < 1e-4:
                    self.phase = self.other_phase = 0.0
                self.body = max(self.body, self.strength)
                self.rush = max(self.rush, self.strength * self.end[SWEEP])
            noise = _noise(self.key + self.shots)
            self.shots += 1
            self.smooth += follow * (noise - self.smooth)
            value = sin(2.0 * M_PI * self.phase) + 0.6 * sin(2.0 * M_PI * self.other_phase)
            value = 0.5 * self.body * value + 0.45 * self.rush * (noise - self.smooth)
            left[j] = right[j] = <float> (0.8 * value)
            self.phase += self.end[PITCH] * self.per_frame
            self.phase -= floor(self.phase)
            self.other_phase += 1.83 * self.end[PITCH] * self.per_frame
            self.other_phase -= floor(self.other_phase)
            self.body *= keep
            self.rush *= rattle


cdef class Hat(Drum):
    """A high hat: closed when its decay is short, open when it is long."""

    PARAMETERS = (
        *STROKES,
        Parameter("decay_s", "s", 0.03, 3.0, 0.15, "log"),
        Parameter("tone", "", 0.5, 2.0, 1.0, "log"),
    )

    cdef void clear(self) noexcept nogil:
        cdef int k
        Drum.clear(self)
        memset(self.metal, 0, sizeof(self.metal))
        memset(self.low, 0, sizeof(self.low))
        for k in range(6):
            self.metal[k].phase = scatter(self.key + k)

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef int j, k, at = self.stroke()
        cdef double keep = exp(-_SIXTY_DB * self.per_frame / self.end[DECAY])
        cdef double follow = 1.0 - exp(-2.0 * M_PI * min(6_000.0 * self.per_frame, 0.3))
        cdef double cycles, value
        for k in range(6):
            cycles = min(2.0 * _METAL_HZ[k] * self.end[PITCH] * self.per_frame, 0.4)
            square(&self.metal[k], cycles, cycles, 0.5, 0.5)
        for j in range(TICK):
            if j == at:
                self.body = max(self.body, self.strength)
            value = 0.0
            for k in range(6):
                value += self.metal[k].work[j]
            for k in range(3):
                self.low[k] += follow * (value - self.low[k])
                value -= self.low[k]
            left[j] = right[j] = <float> (1.5 * self.body * value)
            self.body *= keep
        for k in range(6):
            turn_page(&self.metal[k])
