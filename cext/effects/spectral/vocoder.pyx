# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""An instrument that speaks.

Voice and instrument go through the same 24 bands, 80 Hz to 10 kHz, two state-variable band-passes each. How
loud the voice is in a band is how loud the instrument is let through there. The instrument is the sound on
the key bus, or, where there is none, a saw of its own with some noise for the hissing sounds. Source: H.
Dudley, Remaking speech, JASA 11 (1939) 169.
"""

from libc.math cimport M_PI, exp, floor, pow, tan
from libc.string cimport memset

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport RAMP, TICK, scatter
from cext.effects.dynamics.keyed cimport Keyed

from cext.parameters import Parameter

cdef extern from *:
    """
    /* One frame through all bands: eight to a register. Rows of state: two filters of the voice, two of the
       instrument, two states each, and the loudness of the voice. */
    ECHOEL_CLONES static float echoel_bands(
            float voice, float tone, float (*restrict s)[24], float (*restrict c)[24],
            float attack, float release) {
        float out[24], sum = 0;
        for (int b = 0; b < 24; b++) {
            float a1 = c[0][b], a2 = c[1][b], a3 = c[2][b], k = c[3][b], v, v1, v2, loud;
            v = voice - s[1][b]; v1 = a1 * s[0][b] + a2 * v; v2 = s[1][b] + a2 * s[0][b] + a3 * v;
            s[0][b] = 2 * v1 - s[0][b]; s[1][b] = 2 * v2 - s[1][b]; v1 *= k;
            v = v1 - s[3][b]; v1 = a1 * s[2][b] + a2 * v; v2 = s[3][b] + a2 * s[2][b] + a3 * v;
            s[2][b] = 2 * v1 - s[2][b]; s[3][b] = 2 * v2 - s[3][b]; v1 *= k;
            loud = v1 < 0 ? -v1 : v1;
            s[8][b] += (loud > s[8][b] ? attack : release) * (loud - s[8][b]);
            v = tone - s[5][b]; v1 = a1 * s[4][b] + a2 * v; v2 = s[5][b] + a2 * s[4][b] + a3 * v;
            s[4][b] = 2 * v1 - s[4][b]; s[5][b] = 2 * v2 - s[5][b]; v1 *= k;
            v = v1 - s[7][b]; v1 = a1 * s[6][b] + a2 * v; v2 = s[7][b] + a2 * s[6][b] + a3 * v;
            s[6][b] = 2 * v1 - s[6][b]; s[7][b] = 2 * v2 - s[7][b]; v1 *= k;
            out[b] = v1 * s[8][b];
        }
        for (int b = 0; b < 24; b++) sum += out[b];
        return sum;
    }
    """
    float _bands "echoel_bands"(
        float, float, float (*)[24], float (*)[24], float, float) noexcept nogil

cdef enum:
    PITCH, HISS, RELEASE, SHIFT, GAIN, MIX


cdef class Vocoder(Keyed):
    """Lets an instrument speak with the voice that comes in."""

    SOURCE = "H. Dudley, JASA 11 (1939) 169: channel vocoder of 24 bands"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("pitch_hz", "Hz", 30.0, 1_000.0, 110.0, "log"),
        Parameter("hiss", "", 0.0, 1.0, 0.15),
        Parameter("release_ms", "ms", 5.0, 500.0, 30.0, "log"),
        Parameter("bandwidth", "", 0.3, 3.0, 1.0, "log"),
        Parameter("gain_db", "dB", -24.0, 36.0, 12.0),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef int b
        cdef double hz, g, k, ratio = pow(10_000.0 / 80.0, 1.0 / (BANDS - 1))
        if self.end[SHIFT] == self.known:
            return
        self.known = self.end[SHIFT]
        for b in range(BANDS):
            hz = min(80.0 * pow(ratio, b), 0.45 * self.rate_hz)
            g = tan(M_PI * hz / self.rate_hz)
            # 1 / Q: neighbours meet 3 dB down, after two filters in a row.
            k = 1.55 * (pow(ratio, 0.5) - pow(ratio, -0.5)) * self.known
            self.coefficient[0][b] = <float> (1.0 / (1.0 + g * (g + k)))
            self.coefficient[1][b] = <float> (g / (1.0 + g * (g + k)))
            self.coefficient[2][b] = <float> (g * g / (1.0 + g * (g + k)))
            self.coefficient[3][b] = <float> (k if hz < 0.449 * self.rate_hz else 0.0)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j
        cdef double step, place, noise
        cdef float voice, tone, out, wet, gain = <float> pow(10.0, self.begin[GAIN] / 20.0)
        cdef float gain_step = <float> ((pow(10.0, self.end[GAIN] / 20.0) - gain) / TICK)
        cdef float attack = <float> (1.0 - exp(-1.0 / (0.003 * self.rate_hz)))
        cdef float release = <float> (1.0 - exp(-1000.0 / (self.end[RELEASE] * self.rate_hz)))
        for j in range(frames):
            voice = <float> 0.5 * (left[j] + right[j])
            if self.has_key:
                tone = <float> 0.5 * (self.key[0, first + j] + self.key[1, first + j])
            else:
                step = (self.begin[PITCH] + self.step[PITCH] * RAMP[first + j]) / self.rate_hz
                self.turn += step
                self.turn -= floor(self.turn)
                # A saw whose step is rounded over one frame each side (polyBLEP: Välimäki, 2007).
                tone = <float> (2.0 * self.turn - 1.0)
                place = self.turn / step
                if place < 1.0:
                    tone -= <float> (2.0 * place - place * place - 1.0)
                place = (1.0 - self.turn) / step
                if place < 1.0:
                    tone += <float> (2.0 * place - place * place - 1.0)
                self.drawn += 1
                noise = <double> <long> scatter(self.drawn) * (1.0 / 9223372036854775808.0)
                tone += <float> (self.end[HISS] * (noise - tone))
            out = _bands(voice, tone, self.state, self.coefficient, attack, release)
            out *= <float> 4.0 * (gain + gain_step * RAMP[first + j])
            wet = <float> (self.begin[MIX] + self.step[MIX] * RAMP[first + j])
            left[j] += wet * (out - left[j])
            right[j] += wet * (out - right[j])

    cdef void clear(self) noexcept nogil:
        memset(&self.state[0][0], 0, BAND_ROWS * BANDS * sizeof(float))
        self.turn = 0.0
        self.drawn = 0
