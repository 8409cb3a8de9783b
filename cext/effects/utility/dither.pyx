# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Fewer bits without distortion: noise of the right shape before rounding makes the error a steady hiss.

Triangular noise two steps wide makes mean and power of the error independent of the sound. Shaping feeds past
errors back so that the hiss moves to where the ear hears least; the five-tap filter is meant for 44.1 or
48 kHz. Each ear has its own noise, so that the hiss stays out of the middle.
Sources: S. P. Lipshitz, R. A. Wannamaker and J. Vanderkooy, JAES 40 (1992) 355; S. P. Lipshitz,
J. Vanderkooy and R. A. Wannamaker, JAES 39 (1991) 836, the five-tap filter.
"""

from libc.math cimport exp2, rint
from libc.stdint cimport uint64_t

from cext._types cimport scatter
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef enum:
    BITS, NOISE, SHAPING

cdef double _NEAREST = 6755399441055744.0   # 1.5 * 2**52: adding it rounds to a whole number

cdef double[3][TAPS] _SHAPES
_SHAPES[0] = [0.0, 0.0, 0.0, 0.0, 0.0]
_SHAPES[1] = [1.0, 0.0, 0.0, 0.0, 0.0]
_SHAPES[2] = [2.033, -2.165, 1.959, -1.590, 0.6149]


cdef class Dither(Effect):
    """Rounds a sound to fewer bits so that only a faint, even hiss remains of the error."""

    SOURCE = "S. P. Lipshitz, R. A. Wannamaker and J. Vanderkooy, JAES 40 (1992) 355"
    SPREADS = True
    NEUTRAL = {"bits": 24.0}
    PARAMETERS = (
        Parameter("bits", "", 2.0, 24.0, 16.0),
        switch("noise", "triangular", "rectangular", "none"),
        switch("shaping", "flat", "first_order", "five_taps"),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.clear()

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j, ear, noise = <int> self.begin[NOISE]
        cdef double bits = rint(self.begin[BITS]), size = exp2(1.0 - bits), scale = exp2(bits - 1.0)
        cdef double wanted, made, random
        cdef uint64_t chance
        cdef double* shape = _SHAPES[<int> self.begin[SHAPING]]
        cdef double* e
        cdef float* sound
        for j in range(frames):
            chance = scatter(self.frame)
            self.frame += 1
            for ear in range(2):
                sound = right if ear else left
                e = self.errors[ear]
                # Two even chances of 16 bits each from the sample's 64.
                random = <double> (chance & 0xFFFF) * (1.0 / 65536.0) - (0.5 - 0.5 / 65536.0)
                if noise == 0:
                    random += <double> ((chance >> 16) & 0xFFFF) * (1.0 / 65536.0) - (0.5 - 0.5 / 65536.0)
                elif noise == 2:
                    random = 0.0
                chance >>= 32
                wanted = sound[j] - (
                    shape[0] * e[0] + shape[1] * e[1] + shape[2] * e[2] + shape[3] * e[3] + shape[4] * e[4]
                )
                made = size * ((wanted * scale + random + _NEAREST) - _NEAREST)
                e[4] = e[3]
                e[3] = e[2]
                e[2] = e[1]
                e[1] = e[0]
                e[0] = made - wanted
                sound[j] = <float> made

    cdef void clear(self) noexcept nogil:
        cdef int ear, k
        self.frame = 0
        for ear in range(2):
            for k in range(TAPS):
                self.errors[ear][k] = 0.0
