# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""A hard edge without the rasp of aliases, at the price of one frame.

Between two samples the sound is taken as a straight line. What of it lies beyond the edge is averaged under a
triangle two samples wide (a filter that falls by 12 dB an octave, with zeros at the multiples of the rate,
where aliases come from), by the exact integral, and taken away. Where nothing is beyond the edge nothing
is taken: quiet sound passes to the bit. Written this way, over the parts of the line beyond the edge, no
difference of two large numbers is ever divided by a small one, and no case needs a fallback.
Source: J. D. Parker, V. Zavalishin and E. Le Bivic, DAFx 2016 (their second-order kernel).
"""

from libc.math cimport pow

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport RAMP, TICK
from cext.effects.distortion cimport _shapes  # no-cython-lint: for its bits
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef extern from *:
    """
    /* A line from depth p to depth q beyond the edge (0 where it is not beyond), `part` of it beyond: its
       integral weighted by a ramp that grows towards q. Turn p and q round for the falling ramp. */
    static inline __attribute__((always_inline)) float echoel_towards(float p, float q, float part) {
        return part * (p * part * (1.0f / 6.0f) + q * (0.5f - part * (1.0f / 6.0f)));
    }

    ECHOEL_CLONES static void echoel_soft_edge(
            float *restrict sound, float *restrict last, float *restrict owed, const float *restrict edge,
            int frames) {
        float in[81], owes[81], now[80], *after = in + 1, *later = owes + 1;
        int padded = (frames + 15) & ~15;
        in[0] = *last; owes[0] = *owed;
        __builtin_memcpy(in + 1, sound, frames * sizeof(float));
        __builtin_memset(in + 1 + frames, 0, (padded - frames) * sizeof(float));
        for (int j = 0; j < padded; j++) {
            float a = in[j], b = after[j], at = edge[j], rise = __builtin_fabsf(b - a);
            float p = echoel_above(a - at), q = echoel_above(b - at);
            float u = echoel_above(-a - at), v = echoel_above(-b - at);
            float once = echoel_once(rise), up = echoel_part(p, q, once), down = echoel_part(u, v, once);
            now[j] = echoel_towards(q, p, up) - echoel_towards(v, u, down);
            later[j] = echoel_towards(p, q, up) - echoel_towards(u, v, down);
        }
        for (int j = 0; j < padded; j++) now[j] = in[j] - (now[j] + owes[j]);
        *last = in[frames]; *owed = owes[frames];
        __builtin_memcpy(sound, now, frames * sizeof(float));
    }
    ECHOEL_CLONES static void echoel_plain_edge(
            float *restrict sound, float *restrict last, float *restrict owed, const float *restrict edge,
            int frames) {
        float in[81];
        in[0] = *last;
        __builtin_memcpy(in + 1, sound, frames * sizeof(float));
        for (int j = 0; j < frames; j++) {
            float s = in[j] < edge[j] ? in[j] : edge[j];
            sound[j] = s > -edge[j] ? s : -edge[j];
        }
        *last = in[frames];
        *owed = 0.5f * (echoel_above(*last - edge[frames - 1]) - echoel_above(-*last - edge[frames - 1]));
    }
    """
    void _soft_edge "echoel_soft_edge"(
        float* sound, float* last, float* owed, const float* edge, int frames
    ) noexcept nogil
    void _plain_edge "echoel_plain_edge"(
        float* sound, float* last, float* owed, const float* edge, int frames
    ) noexcept nogil

cdef enum:
    THRESHOLD, ANTIALIAS


cdef class HardClip(Effect):
    """Cuts off whatever is above the threshold; what is below passes to the bit."""

    SOURCE = "J. D. Parker, V. Zavalishin and E. Le Bivic, DAFx 2016"
    NEUTRAL = {"threshold_dbfs": 24.0}
    PARAMETERS = (
        Parameter("threshold_dbfs", "dBFS", -60.0, 24.0, -12.0),
        switch("antialias", "on", "off"),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.known_db = 1e9
        self.delays(1)

    cdef void prepare(self) noexcept nogil:
        if self.end[THRESHOLD] != self.known_db or self.step[THRESHOLD] != 0.0:
            self.known_db = self.end[THRESHOLD]
            self.edge_begin = <float> pow(10.0, self.begin[THRESHOLD] / 20.0)
            self.edge_end = <float> pow(10.0, self.end[THRESHOLD] / 20.0)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef float edge[80]
        cdef float step = (self.edge_end - self.edge_begin) / TICK
        cdef int j
        for j in range(frames):
            edge[j] = self.edge_begin + step * RAMP[first + j]
        for j in range(frames, (frames + 15) & ~15):
            edge[j] = self.edge_end
        if self.begin[ANTIALIAS] == 0.0:
            _soft_edge(left, &self.last[0], &self.owed[0], edge, frames)
            _soft_edge(right, &self.last[1], &self.owed[1], edge, frames)
        else:
            _plain_edge(left, &self.last[0], &self.owed[0], edge, frames)
            _plain_edge(right, &self.last[1], &self.owed[1], edge, frames)

    cdef void clear(self) noexcept nogil:
        self.last[0] = self.last[1] = self.owed[0] = self.owed[1] = 0.0
