# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""Filters of a higher order, as up to eight of the second in a row: steep ones, and the curves of records.

A pole pair of the analogue prototype at the distance r from zero with the quality Q becomes one bilinear
section at r times the corner. Sources: U. Zölzer, Digital Audio Signal Processing (2008), chapter 5;
S. Butterworth (1930); IEC 60098 for records, IEC 60908 and ITU-R BS.450 for emphasis.
"""

from libc.math cimport M_PI, asinh, cos, cosh, pow, sin, sinh, sqrt

import numpy as np

from cext.effects.filters._cascade cimport cascade_aim, cascade_clear, cascade_rests, cascade_run
from cext.effects.filters._shapes cimport biquad, shape_t, warped
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef enum:
    MOST = 16    # poles

# Time constants of each curve in microseconds: zeros (what is lifted) and poles (what is taken away).
_CURVES = (
    ("riaa_playback", (318.0,), (3180.0, 75.0)),
    ("riaa_record", (3180.0, 75.0), (318.0,)),
    ("deemphasis_50us", (), (50.0,)),
    ("emphasis_50us", (50.0,), ()),
    ("deemphasis_75us", (), (75.0,)),
    ("emphasis_75us", (75.0,), ()),
    ("cd_deemphasis", (15.0,), (50.0,)),
    ("cd_emphasis", (50.0,), (15.0,)),
)
_SLOPES = (
    Parameter("cutoff_hz", "Hz", 10.0, 20_000.0, 1_000.0, "log"),
    Parameter("order", "", 1.0, MOST, 6.0),
    switch("kind", "lowpass", "highpass"),
)


cdef void _steep(
    double cutoff_hz, int order, bint is_high, double ripple_db, double rate_hz, double* goal
) noexcept nogil:
    # Poles on a circle (no ripple) or an ellipse. A section that is left over lets everything through, but
    # by zeros upon poles that stand at the corner too, and so does the second pole of an odd order: when the
    # order moves, a low corner would ring up without end on its way between a filter and none.
    cdef double g = warped(cutoff_hz, rate_hz), wide = 1.0, tall = 1.0, level = 1.0, x, y, r, share
    cdef double excess = pow(10.0, ripple_db / 10.0) - 1.0
    cdef shape_t s
    cdef int k, i
    if ripple_db > 0.0:
        x = asinh(1.0 / sqrt(excess)) / order
        wide = sinh(x)
        tall = cosh(x)
        if order % 2 == 0:
            level = 1.0 / sqrt(1.0 + excess)
    for k in range(MOST // 2):
        s.g = g
        s.k = sqrt(2.0)
        s.m0 = 1.0
        s.m1 = s.m2 = 0.0
        biquad(s, goal + 5 * k)
    for k in range(order // 2):
        x = wide * sin((2 * k + 1) * M_PI / (2 * order))
        y = tall * cos((2 * k + 1) * M_PI / (2 * order))
        r = sqrt(x * x + y * y)
        s.g = g / r if is_high else g * r
        s.k = 2.0 * x / r
        s.m0 = 1.0 if is_high else 0.0
        s.m1 = -s.k if is_high else 0.0
        s.m2 = -1.0 if is_high else 1.0
        biquad(s, goal + 5 * k)
    if order % 2:
        k = order // 2
        x = g / wide if is_high else g * wide
        share = 1.0 / (1.0 + x)
        y = (x - 1.0) * share
        goal[5 * k] = share if is_high else x * share
        goal[5 * k + 1] = goal[5 * k] * (y - 1.0 if is_high else y + 1.0)
        goal[5 * k + 2] = goal[5 * k] * (-y if is_high else y)
        goal[5 * k + 3] = 2.0 * y
        goal[5 * k + 4] = y * y
    for i in range(3):
        goal[i] *= level


cdef class Steep(Effect):
    """Up to eight second-order filters in a row; a subclass says which."""

    cdef void design(self, double* goal) noexcept nogil:
        pass

    cdef void prepare(self) noexcept nogil:
        cdef double[40] goal
        if self.is_moving or not cascade_rests(&self.cascade):
            self.design(goal)
            cascade_aim(&self.cascade, goal)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cascade_run(&self.cascade, left, right, first, frames)

    cdef void clear(self) noexcept nogil:
        cascade_clear(&self.cascade)


cdef class Butterworth(Steep):
    """A steep cut that is as flat as can be where it lets through: 6 dB an octave for each order."""

    SOURCE = "S. Butterworth, On the theory of filter amplifiers (1930); bilinear, second-order sections"
    PARAMETERS = _SLOPES

    cdef void design(self, double* goal) noexcept nogil:
        _steep(self.end[0], <int> (self.end[1] + 0.5), self.end[2] != 0.0, 0.0, self.rate_hz, goal)


cdef class Chebyshev(Steep):
    """The steepest cut without zeros, paid for by a ripple where it lets through."""

    SOURCE = "U. Zölzer, Digital Audio Signal Processing (2008), 5.2: Chebyshev type I, in sections"
    PARAMETERS = (*_SLOPES, Parameter("ripple_db", "dB", 0.01, 3.0, 0.5, "log"))

    cdef void design(self, double* goal) noexcept nogil:
        _steep(self.end[0], <int> (self.end[1] + 0.5), self.end[2] != 0.0, self.end[3], self.rate_hz, goal)


def _matched(rate_hz, zeros_us, poles_us):
    """Eight sections whose loudness is that of the analogue curve up to 0.45 of the rate, 0 dB at 1 kHz.

    The poles are the analogue ones; the squared magnitude of the numerator, a polynomial in cos w, follows by
    least squares and its roots inside the unit circle. A curve that rises is the inverse of one that falls.
    """
    if sum(zeros_us) > sum(poles_us):
        sections = _matched(rate_hz, poles_us, zeros_us)
        for row in sections:
            lead, *rest = row[:3]
            row[:] = (1.0 / lead, row[3] / lead, row[4] / lead, rest[0] / lead, rest[1] / lead)
        return sections
    w = np.pi * np.linspace(0.0005, 0.9, 2000) ** 1.5
    s = 1j * w * rate_hz

    def curve(s):
        return np.prod([1 + s * t * 1e-6 for t in zeros_us] or [s * 0 + 1], axis=0) / np.prod(
            [1 + s * t * 1e-6 for t in poles_us], axis=0
        )

    poles = [np.exp(-1e6 / (t * rate_hz)) for t in poles_us]
    bottom = np.poly(poles)
    wanted = np.abs(curve(s) / curve(2j * np.pi * 1000.0) * np.polyval(bottom[::-1], np.exp(-1j * w))) ** 2
    basis = np.cos(np.outer(w, np.arange(7)))
    power = np.linalg.lstsq(basis / wanted[:, None], np.ones(len(w)), rcond=None)[0]
    both = np.concatenate((power[:0:-1] / 2, power[:1], power[1:] / 2))
    inside = [z for z in np.roots(both) if abs(z) < 1]
    inside.sort(key=lambda z: (z.imag != 0, abs(z.imag), abs(z)))
    top = np.real(np.poly(inside))
    top *= np.sqrt(np.abs(power.sum())) / abs(top.sum())
    sections = np.tile([1.0, 0.0, 0.0, 0.0, 0.0], (8, 1))
    sections[0, :3] = np.real(np.poly(inside[:2])) * top[0]
    sections[1, :3] = np.real(np.poly(inside[2:4]))
    sections[2, :3] = np.real(np.poly(inside[4:]))
    sections[0, 3 : 2 + len(bottom)] = bottom[1:]
    return sections


cdef class Riaa(Steep):
    """The curves of records, radio and early CDs, and what undoes them."""

    SOURCE = "IEC 60098 (RIAA: 3180, 318 and 75 us), IEC 60908 (50/15 us), ITU-R BS.450 (50 and 75 us)"
    PARAMETERS = (switch("curve", *[name for name, _, _ in _CURVES]),)

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.curves = np.array([_matched(rate_hz, zeros, poles).ravel() for _, zeros, poles in _CURVES])
        self.clear()

    cdef void design(self, double* goal) noexcept nogil:
        cdef int i
        for i in range(40):
            goal[i] = self.curves[<int> self.end[0], i]
