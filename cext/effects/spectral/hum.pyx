# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Hum of the mains out, and nothing else.

For each harmonic a sine and a cosine are kept whose strengths are moved, frame by frame, to leave as little
of them in the sound as possible. That is a notch of exactly known width at each harmonic; and where the
mains is not quite where it should be, the strengths turn like the hands of a clock, which says by how much,
and the notches follow. Source: B. Widrow et al., Adaptive noise cancelling, Proc. IEEE 63 (1975) 1692.
"""

from libc.math cimport M_PI, atan2, cos, floor, sin

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport TICK
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef extern from *:
    """
    typedef float echoel_hum8 __attribute__((vector_size(32), aligned(4), may_alias));
    #define ECHOEL_HUM(p) (*(echoel_hum8 *)(p))
    #define ECHOEL_SUM8(v) (((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7])))
    ECHOEL_CLONES static void echoel_hum(
            float *left, float *right, int frames, float *c, float *s, const float *dc, const float *ds,
            float *w, const float *gain, float amount) {
        for (int j = 0; j < frames; j++) {
            echoel_hum8 l = {0}, r = {0};
            for (int h = 0; h < 32; h += 8) {
                echoel_hum8 a = ECHOEL_HUM(c + h), b = ECHOEL_HUM(s + h);
                l += ECHOEL_HUM(w + h) * a + ECHOEL_HUM(w + 32 + h) * b;
                r += ECHOEL_HUM(w + 64 + h) * a + ECHOEL_HUM(w + 96 + h) * b;
            }
            float hum_left = ECHOEL_SUM8(l), hum_right = ECHOEL_SUM8(r);
            float x = left[j] - hum_left, y = right[j] - hum_right;
            for (int h = 0; h < 32; h += 8) {
                echoel_hum8 a = ECHOEL_HUM(c + h), b = ECHOEL_HUM(s + h), g = ECHOEL_HUM(gain + h);
                ECHOEL_HUM(w + h) += g * x * a; ECHOEL_HUM(w + 32 + h) += g * x * b;
                ECHOEL_HUM(w + 64 + h) += g * y * a; ECHOEL_HUM(w + 96 + h) += g * y * b;
                ECHOEL_HUM(c + h) = a * ECHOEL_HUM(dc + h) - b * ECHOEL_HUM(ds + h);
                ECHOEL_HUM(s + h) = a * ECHOEL_HUM(ds + h) + b * ECHOEL_HUM(dc + h);
            }
            left[j] -= amount * hum_left; right[j] -= amount * hum_right;
        }
    }
    """
    void _hum "echoel_hum"(
        float*, float*, int, float*, float*, const float*, const float*, float*, const float*, float
    ) noexcept nogil

cdef enum:
    MAINS, WIDTH, COUNT, FOLLOW, AMOUNT

cdef enum:
    LOOK = 32              # ticks between two looks at where the mains is


cdef class DeHum(Effect):
    """Takes the hum of 50 or 60 Hz mains out with all its harmonics, and follows it when it wanders."""

    SOURCE = "B. Widrow et al., Proc. IEEE 63 (1975) 1692: adaptive noise cancelling"
    NEUTRAL = {"amount": 0.0}
    PARAMETERS = (
        switch("mains", "50 Hz", "60 Hz"),
        Parameter("width_hz", "Hz", 0.1, 10.0, 1.0, "log"),
        Parameter("harmonics", "", 1.0, 32.0, 24.0),
        switch("follow", "off", "on", default=1),
        Parameter("amount", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.clear()

    def readings(self):
        """Where the mains is by what was heard, in Hz."""
        return {"mains_hz": self.mains_hz}

    cdef void prepare(self) noexcept nogil:
        cdef int h, row, ear
        cdef double nominal = 60.0 if self.end[MAINS] != 0.0 else 50.0
        cdef double re, im, angle, error, weight, sum = 0.0, share = 0.0
        if nominal != self.nominal_hz:
            self.nominal_hz = self.mains_hz = nominal
        self.ticks += 1
        if self.ticks >= LOOK and self.end[FOLLOW] != 0.0:
            self.ticks = 0
            for h in range(HARMONICS):
                # Strengths that turn forwards: the true frequency is higher.
                re = im = 0.0
                for ear in range(2):
                    row = 2 * ear
                    re += (
                        self.weight[row][h] * self.before[row][h]
                        + self.weight[row + 1][h] * self.before[row + 1][h]
                    )
                    im += (
                        self.weight[row][h] * self.before[row + 1][h]
                        - self.weight[row + 1][h] * self.before[row][h]
                    )
                weight = (h + 1) * (re * re + im * im)
                if self.gain[h] > 0.0 and weight > 1e-24:
                    error = atan2(im, re) * self.rate_hz / (2.0 * M_PI * LOOK * TICK * (h + 1))
                    sum += weight * error
                    share += weight
            for h in range(HARMONICS):
                self.before[0][h] = self.weight[0][h]
                self.before[1][h] = self.weight[1][h]
                self.before[2][h] = self.weight[2][h]
                self.before[3][h] = self.weight[3][h]
            if share > 0.0:
                self.mains_hz += 0.15 * max(-0.5, min(0.5, sum / share))
                self.mains_hz = max(nominal - 1.0, min(nominal + 1.0, self.mains_hz))
        for h in range(HARMONICS):
            angle = 2.0 * M_PI * (h + 1) * self.turn
            self.cosine[h] = <float> cos(angle)
            self.sine[h] = <float> sin(angle)
            angle = 2.0 * M_PI * (h + 1) * self.mains_hz / self.rate_hz
            self.step_cosine[h] = <float> cos(angle)
            self.step_sine[h] = <float> sin(angle)
            self.gain[h] = 0.0
            if h < self.end[COUNT] and (h + 1) * self.mains_hz < 0.45 * self.rate_hz:
                self.gain[h] = <float> (2.0 * M_PI * self.end[WIDTH] / self.rate_hz)
            else:
                self.weight[0][h] = self.weight[1][h] = self.weight[2][h] = self.weight[3][h] = 0.0
        self.turn += TICK * self.mains_hz / self.rate_hz
        self.turn -= floor(self.turn)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        _hum(
            left, right, frames, &self.cosine[0], &self.sine[0], &self.step_cosine[0], &self.step_sine[0],
            &self.weight[0][0], &self.gain[0], <float> self.end[AMOUNT],
        )

    cdef void clear(self) noexcept nogil:
        cdef int h, row
        self.turn = 0.0
        self.nominal_hz = 0.0
        self.ticks = 0
        for h in range(HARMONICS):
            for row in range(4):
                self.weight[row][h] = self.before[row][h] = 0.0
