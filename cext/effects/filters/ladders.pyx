# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""The filters of three famous synthesisers: transistor ladder, diode ladder, and the one of two poles.

Each is a chain of poles dV/dt = w (M V + N u), a row that says what is fed back and one that says what is
heard. The trapezoidal rule makes the update of it: with P = 1 / (1 - g M) the voltages are P s + P g N u, the
states after them 2 V - s. The solved loop follows from the rows.
Sources: V. Zavalishin, The Art of VA Filter Design (2018), chapter 5; T. Stinchcombe, Diode ladder filters
(2005) and Korg MS10/MS20 filters (2006); A. Huovilainen, DAFx 2004, for the limit in the ladder.
"""

from libc.math cimport M_PI, pow, sqrt, tan

from cext.effects.filters._saturated cimport RING, ring_aim, ring_clear, ring_run
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

# What is heard of u and the four voltages of a ladder: T. Oberheim's pole mixing.
cdef double[6][5] _HEARD = [
    [0, 0, 0, 0, 1], [0, 0, 1, 0, 0], [0, 0, 4, -8, 4], [0, 2, -2, 0, 0], [1, -4, 6, -4, 1], [1, -2, 1, 0, 0],
]
_MODES = ("lowpass_24", "lowpass_12", "bandpass_24", "bandpass_12", "highpass_24", "highpass_12")
_CUTOFF = Parameter("cutoff_hz", "Hz", 20.0, 20_000.0, 1_000.0, "log")
_RESONANCE = Parameter("resonance", "", 0.0, 1.0, 0.4)
_DRIVE = Parameter("drive_db", "dB", -12.0, 30.0, 0.0)


cdef void _matrices(
    double g, const double* m, const double* n, const double* back, const double* heard, double drive,
    double* goal,
) noexcept nogil:
    # goal = A (16), b, c, back (4 each), d, drive, as _saturated wants them; m is row by row.
    cdef double[4][8] work
    cdef double[4] b
    cdef double scale, loop = 1.0
    cdef int i, j, k
    for i in range(4):
        for j in range(4):
            work[i][j] = (1.0 if i == j else 0.0) - g * m[4 * i + j]
            work[i][4 + j] = 1.0 if i == j else 0.0
    for i in range(4):
        # Gauss and Jordan; the poles lie on the left, so that every pivot is above 1.
        scale = 1.0 / work[i][i]
        for j in range(8):
            work[i][j] *= scale
        for k in range(4):
            if k != i:
                scale = work[k][i]
                for j in range(8):
                    work[k][j] -= scale * work[i][j]
    for i in range(4):
        b[i] = 0.0
        for j in range(4):
            goal[4 * i + j] = 2.0 * work[i][4 + j] - (1.0 if i == j else 0.0)
            b[i] += work[i][4 + j] * g * n[j]
        goal[16 + i] = 2.0 * b[i]
    goal[28] = heard[0]
    for j in range(4):
        loop += back[j] * b[j]
        goal[28] += heard[1 + j] * b[j]
        goal[20 + j] = goal[24 + j] = 0.0
        for i in range(4):
            goal[20 + j] += heard[1 + i] * work[i][4 + j]
            goal[24 + j] += back[i] * work[i][4 + j]
    for j in range(4):
        goal[24 + j] /= loop
    goal[29] = drive / loop
    # A driven filter stays about as loud as it was.
    scale = 1.0 / sqrt(drive)
    for j in range(4):
        goal[20 + j] *= scale
    goal[28] *= scale


cdef class Ring(Effect):
    """A chain of poles with a limit in its loop; a subclass says which."""

    cdef void design(self, double* goal) noexcept nogil:
        pass

    cdef void prepare(self) noexcept nogil:
        cdef double[RING] goal
        if self.is_moving or not self.ring.is_still:
            self.design(goal)
            ring_aim(&self.ring, goal)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        ring_run(&self.ring, left, right, first, frames)

    cdef void clear(self) noexcept nogil:
        ring_clear(&self.ring)


cdef class Ladder(Ring):
    """The fat filter of the first synthesisers: four poles, and a whistle when its resonance is full."""

    SOURCE = "V. Zavalishin, The Art of VA Filter Design (2018), 5.1 to 5.4; modes after the Oberheim Xpander"
    PARAMETERS = (_CUTOFF, _RESONANCE, _DRIVE, switch("mode", *_MODES))

    cdef void design(self, double* goal) noexcept nogil:
        cdef double[16] m
        cdef double[4] n = [1.0, 0.0, 0.0, 0.0]
        cdef double[4] back = [0.0, 0.0, 0.0, 4.1 * self.end[1]]
        cdef int i
        for i in range(16):
            m[i] = -1.0 if i % 5 == 0 else (1.0 if i % 5 == 4 else 0.0)
        _matrices(
            tan(M_PI * min(self.end[0], 0.45 * self.rate_hz) / self.rate_hz),
            m, n, back, _HEARD[<int> self.end[3]], pow(10.0, self.end[2] / 20.0), goal,
        )


cdef class DiodeLadder(Ring):
    """The acid filter: four poles that lean on each other, softer in slope and sharper in its squelch."""

    SOURCE = "V. Zavalishin, The Art of VA Filter Design (2018), 5.10; T. Stinchcombe (2005)"
    PARAMETERS = (_CUTOFF, _RESONANCE._replace(default=0.7), _DRIVE)

    cdef void design(self, double* goal) noexcept nogil:
        # The first capacitor is half as large as the rest. Resonance stands at w / sqrt 2 and whistles at 17.
        cdef double[16] m = [
            -1.0, 1.0, 0.0, 0.0, 0.5, -1.0, 0.5, 0.0, 0.0, 0.5, -1.0, 0.5, 0.0, 0.0, 0.5, -1.0,
        ]
        cdef double[4] n = [1.0, 0.0, 0.0, 0.0]
        # So much feedback takes so much away that half of it, in decibels, is given back.
        cdef double k = 17.2 * self.end[1]
        cdef double[5] heard = [0.0, 0.0, 0.0, 0.0, sqrt(1.0 + k)]
        cdef double[4] back = [0.0, 0.0, 0.0, k]
        cdef double g = tan(M_PI * min(self.end[0], 0.45 * self.rate_hz) / self.rate_hz) * sqrt(2.0)
        _matrices(g, m, n, back, heard, pow(10.0, self.end[2] / 20.0), goal)


cdef class Korg35(Ring):
    """The screaming filter of two poles: gentle at first, wild when its resonance meets its limit."""

    SOURCE = "T. Stinchcombe, A study of the Korg MS10 and MS20 filters (2006); Zavalishin (2018), 5.8"
    PARAMETERS = (_CUTOFF, _RESONANCE._replace(default=0.7), _DRIVE, switch("mode", "lowpass", "highpass"))

    cdef void design(self, double* goal) noexcept nogil:
        # 1 / (s^2 + (2 - k) s + 1): the band between two equal poles comes back with the gain k, up to 2.
        cdef double[16] m = [
            -1.0, 0.0, 0.0, 0.0, 1.0, -1.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, -1.0,
        ]
        cdef double[4] n = [1.0, 0.0, 0.0, 0.0]
        cdef double k = 2.05 * self.end[1]
        cdef double[4] back = [-k, k, 0.0, 0.0]
        cdef double high = self.end[3]
        cdef double[5] heard = [high, -2.0 * high, 1.0, 0.0, 0.0]
        _matrices(
            tan(M_PI * min(self.end[0], 0.45 * self.rate_hz) / self.rate_hz),
            m, n, back, heard, pow(10.0, self.end[2] / 20.0), goal,
        )
