# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Effects that listen to another sound (side-chain) while they work.

The graph gives such an effect the bus it listens to; alone it listens to what passes through it. The level
heard is the peak of both ears, held for a bass note's period; the gain follows it with attack and release.
Source: D. Giannoulis, M. Massberg and J. D. Reiss, JAES 60 (2012) 399.
"""

from libc.math cimport exp, fabs, pow

from cext._types cimport RAMP, TICK
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef enum:
    THRESHOLD, DEPTH, ATTACK, RELEASE


cdef class Keyed(Effect):
    """An effect that listens to another sound while it works; without one it listens to its own."""

    def listen(self, float[:, ::1] key not None):
        """Take the key from this bus, float32, shape (2, 64): the tick being made. At construction only."""
        if key.shape[0] != 2 or key.shape[1] != TICK:
            raise ValueError(f"a key is a bus of 2 rows and {TICK} frames")
        self.key = key
        self.has_key = True


cdef class Ducker(Keyed):
    """Steps back while another sound speaks, and comes forward again when it is done."""

    SOURCE = "D. Giannoulis, M. Massberg and J. D. Reiss, JAES 60 (2012) 399"
    NEUTRAL = {"depth_db": 0.0}
    PARAMETERS = (
        Parameter("threshold_dbfs", "dBFS", -80.0, 0.0, -30.0),
        Parameter("depth_db", "dB", 0.0, 60.0, 12.0),
        Parameter("attack_ms", "ms", 1.0, 500.0, 20.0, "log"),
        Parameter("release_ms", "ms", 10.0, 5_000.0, 400.0, "log"),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.fall = <float> exp(-1.0 / (0.02 * rate_hz))   # holds the level over a period of the lowest bass
        self.clear()

    cdef void prepare(self) noexcept nogil:
        if self.end[ATTACK] != self.known[0] or self.end[RELEASE] != self.known[1]:
            self.known[0] = self.end[ATTACK]
            self.known[1] = self.end[RELEASE]
            self.attack = <float> (1.0 - exp(-1000.0 / (self.known[0] * self.rate_hz)))
            self.release = <float> (1.0 - exp(-1000.0 / (self.known[1] * self.rate_hz)))

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        # Between the threshold and 6 dB above it the sound steps back by degrees: no chatter at the edge.
        cdef int j
        cdef float peak, over, wanted, gain = self.gain, envelope = self.envelope
        cdef float threshold = <float> pow(10.0, self.begin[THRESHOLD] / 20.0)
        cdef float depth = <float> pow(10.0, -self.begin[DEPTH] / 20.0)
        cdef float threshold_step = (<float> pow(10.0, self.end[THRESHOLD] / 20.0) - threshold) / TICK
        cdef float depth_step = (<float> pow(10.0, -self.end[DEPTH] / 20.0) - depth) / TICK
        cdef float* key_left = left
        cdef float* key_right = right
        if self.has_key:
            key_left = &self.key[0, first]
            key_right = &self.key[1, first]
        for j in range(frames):
            peak = max(<float> fabs(key_left[j]), <float> fabs(key_right[j]))
            envelope = max(peak, envelope * self.fall)
            over = envelope / (threshold + threshold_step * RAMP[first + j]) - <float> 1.0
            over = min(max(over, <float> 0.0), <float> 1.0)
            wanted = <float> 1.0 - over * (<float> 1.0 - (depth + depth_step * RAMP[first + j]))
            gain += (self.attack if wanted < gain else self.release) * (wanted - gain)
            left[j] *= gain
            right[j] *= gain
        self.envelope = envelope
        self.gain = gain

    cdef void clear(self) noexcept nogil:
        self.envelope = 0.0
        self.gain = 1.0
