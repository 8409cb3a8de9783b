# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""Thirty-one bells a third of an octave apart that together do what the sliders say.

A bell reaches its neighbours, so sliders that were simply its gains would lie. Here each bell has 0.35 of its
decibels at the next middle, whatever its gain; what 31 such bells do to each other is then nearly the same
matrix for every setting, its inverse gives their gains, and two corrections from the true curve take away
the rest. Source: V. Välimäki and J. Liski, Accurate cascade graphic equalizer, IEEE SPL 24 (2017) 176;
J. Liski and V. Välimäki, The quest for the best graphic equalizer, DAFx 2017.
"""

from libc.math cimport M_PI, fabs, log10, pow, sqrt, tan

import numpy as np

from cext.effects.filters._cascade cimport cascade_aim, cascade_clear, cascade_rests, cascade_run
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef enum:
    BANDS = 31

cdef double _SHARE = 0.35      # of a bell's decibels that its neighbour's middle hears
cdef double _USUAL_DB = 17.0   # the gain at which their matrix is taken

_NOMINAL = (
    20, 25, 31, 40, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1_000, 1_250, 1_600, 2_000,
    2_500, 3_150, 4_000, 5_000, 6_300, 8_000, 10_000, 12_500, 16_000, 20_000,
)
# A smile: what small loudspeakers lack.
_SMILE_DB = (
    4, 4.5, 5, 5, 4.5, 4, 3, 2, 1, 0.5, -0.5, -1, -1.5, -2, -2, -2, -2, -1.5, -1, -0.5, 0.5, 1, 1, 1.5, 2,
    2.5, 3, 3.5, 4, 4, 3.5,
)
_SLIDERS = tuple(Parameter(f"at_{hz}_hz_db", "dB", -12.0, 12.0, db) for hz, db in zip(_NOMINAL, _SMILE_DB))
_FLAT = {f"at_{hz}_hz_db": 0.0 for hz in _NOMINAL}

# ISO 226:2003, table 1, 20 Hz to 12.5 kHz: the exponent, the transfer to the ear and the threshold in dB.
cdef double[29] _EXPONENT = [
    0.532, 0.506, 0.480, 0.455, 0.432, 0.409, 0.387, 0.367, 0.349, 0.330, 0.315, 0.301, 0.288, 0.276, 0.267,
    0.259, 0.253, 0.250, 0.246, 0.244, 0.243, 0.243, 0.243, 0.242, 0.242, 0.245, 0.254, 0.271, 0.301,
]
cdef double[29] _TRANSFER = [
    -31.6, -27.2, -23.0, -19.1, -15.9, -13.0, -10.3, -8.1, -6.2, -4.5, -3.1, -2.0, -1.1, -0.4, 0.0, 0.3, 0.5,
    0.0, -2.7, -4.1, -1.0, 1.7, 2.5, 1.2, -2.1, -7.1, -11.2, -10.7, -3.1,
]
cdef double[29] _THRESHOLD = [
    78.5, 68.7, 59.5, 51.1, 44.0, 37.5, 31.5, 26.5, 22.1, 17.9, 14.4, 11.4, 8.6, 6.2, 4.4, 3.0, 2.2, 2.4, 3.5,
    1.7, -1.3, -4.2, -6.0, -5.4, -1.5, 6.0, 12.6, 13.9, 12.3,
]


cdef double _contour_db(int band, double phon) noexcept nogil:
    # The level that sounds as loud as `phon` dB at 1 kHz (ISO 226:2003, equation 1).
    cdef double a = _EXPONENT[band]
    cdef double loud = 4.47e-3 * (pow(10.0, 0.025 * phon) - 1.15)
    loud += pow(0.4 * pow(10.0, (_THRESHOLD[band] + _TRANSFER[band]) / 10.0 - 9.0), a)
    return 10.0 / a * log10(loud) - _TRANSFER[band] + 94.0


cdef class Thirds(Effect):
    """Thirty-one bells; a subclass says how loud each band shall be."""

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        cdef int band, other
        cdef double frequency_hz, next_hz
        cdef double[BANDS] error
        self.bands = 0
        for band in range(BANDS):
            frequency_hz = 1000.0 * 2.0 ** ((band - 17) / 3.0)
            if frequency_hz > 0.45 * rate_hz:
                break
            self.bands += 1
            next_hz = frequency_hz * 2.0 ** (1.0 / 3.0)
            if next_hz > 0.49 * rate_hz:
                next_hz = frequency_hz * 2.0 ** (-1.0 / 3.0)
            self.g[band] = tan(M_PI * frequency_hz / rate_hz)
            self.beside[band] = tan(M_PI * next_hz / rate_hz) / self.g[band]
            self.reach[band] = fabs(1.0 - self.beside[band] * self.beside[band])
        matrix = np.zeros((self.bands, self.bands))
        for other in range(self.bands):
            for band in range(self.bands):
                self.gain[band] = _USUAL_DB if band == other else 0.0
                self.target[band] = 0.0
            self.miss(error)
            for band in range(self.bands):
                matrix[band, other] = -error[band] / _USUAL_DB
        self.apart = np.ascontiguousarray(np.linalg.inv(matrix))
        self.clear()

    cdef void ask(self) noexcept nogil:
        pass

    cdef void miss(self, double* error) noexcept nogil:
        # What is asked for at the middle of each band, less what all bells do there.
        cdef double[BANDS] a, over
        cdef double power, x, y, r
        cdef int band, other
        for other in range(self.bands):
            # Of the bell (x^2 + a y^2) / (x^2 + y^2 / a) with y = w / Q: what `a` is, and 1 / Q^2.
            a[other] = pow(10.0, self.gain[other] / 20.0)
            r = pow(10.0, self.gain[other] * _SHARE / 10.0)
            over[other] = 0.0
            if self.gain[other] != 0.0:
                over[other] = self.reach[other] / self.beside[other]
                over[other] *= over[other] * (r - 1.0) / (a[other] - r / a[other])
        for band in range(self.bands):
            power = 1.0
            for other in range(self.bands):
                x = self.g[band] / self.g[other]
                y = x * x * over[other]
                x = (1.0 - x * x) * (1.0 - x * x)
                if y != 0.0:
                    power *= (x + y * a[other]) / (x + y / a[other])
            error[band] = self.target[band] - 10.0 * log10(power)

    cdef void solve(self) noexcept nogil:
        cdef double[BANDS] error
        cdef double more
        cdef int band, other, _
        for band in range(self.bands):
            self.gain[band] = 0.0
        for _ in range(3):
            self.miss(error)
            for band in range(self.bands):
                more = 0.0
                for other in range(self.bands):
                    more += self.apart[band, other] * error[other]
                self.gain[band] = min(max(self.gain[band] + more, -40.0), 40.0)
        for band in range(self.bands):
            if fabs(self.gain[band]) < 1e-6:
                self.gain[band] = 0.0

    cdef void bells(self) noexcept nogil:
        cdef double[4 * 40] goal
        cdef double a, r, g, k, share
        cdef double* b
        cdef int band
        for band in range(32):
            b = goal + 5 * band
            b[0] = 1.0
            b[1] = b[2] = b[3] = b[4] = 0.0
            if band < self.bands:
                g = self.g[band]
                a = r = 1.0
                k = 4.3
                if self.gain[band] != 0.0:
                    a = pow(10.0, self.gain[band] / 40.0)
                    r = pow(10.0, self.gain[band] * _SHARE / 10.0)
                    k = self.reach[band] / self.beside[band] * sqrt((r - 1.0) / (a * a - r / (a * a)))
                share = 1.0 / (1.0 + g * (g + k / a))
                b[3] = 2.0 * (g * g - 1.0) * share
                b[4] = (1.0 + g * (g - k / a)) * share
                b[0] = (1.0 + g * (g + k * a)) * share
                b[1] = b[3]
                b[2] = (1.0 + g * (g - k * a)) * share
        for band in range(4):
            cascade_aim(&self.cascade[band], goal + 40 * band)

    cdef void prepare(self) noexcept nogil:
        if self.is_moving or not cascade_rests(&self.cascade[0]):
            self.ask()
            self.solve()
            self.bells()

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int part
        for part in range(4):
            cascade_run(&self.cascade[part], left, right, first, frames)

    cdef void clear(self) noexcept nogil:
        cdef int part
        for part in range(4):
            cascade_clear(&self.cascade[part])


cdef class GraphicEq(Thirds):
    """Thirty-one sliders, a third of an octave each, whose curve is the one they draw."""

    SOURCE = "V. Välimäki and J. Liski, Accurate cascade graphic equalizer, IEEE SPL 24 (2017) 176"
    NEUTRAL = _FLAT
    PARAMETERS = _SLIDERS

    cdef void ask(self) noexcept nogil:
        cdef int band
        for band in range(self.bands):
            self.target[band] = self.end[band]


cdef class LoudnessContour(Thirds):
    """Gives back what the ear loses when music is played more quietly than it was mixed.

    mixed_phon and heard_phon: the loudness at which it was mixed and at which it is heard now.
    """

    SOURCE = "ISO 226:2003, difference of two equal-loudness contours"
    NEUTRAL = {"mixed_phon": 80.0, "heard_phon": 80.0}
    PARAMETERS = (
        Parameter("mixed_phon", "phon", 40.0, 90.0, 80.0),
        Parameter("heard_phon", "phon", 20.0, 90.0, 50.0),
    )

    cdef void ask(self) noexcept nogil:
        cdef int band, row
        for band in range(self.bands):
            row = min(band, 28)
            self.target[band] = (_contour_db(row, self.end[1]) - self.end[1]) - (
                _contour_db(row, self.end[0]) - self.end[0]
            )
