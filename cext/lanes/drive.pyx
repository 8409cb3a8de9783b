# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Linear light to the codes a lamp takes: its curve undone, and no steps in a slow fade.

Between two codes the one is shown that repays what is still owed, so that the mean is right in linear light
however coarse the codes are; a little seeded noise keeps the pattern from becoming a flicker of its own.
After R. W. Floyd and L. Steinberg (1976) in one dimension, time; the noise is that of S. P. Lipshitz et al.,
J. Audio Eng. Soc. 40 (1992) 355.
"""

from libc.math cimport pow
from libc.stdint cimport int32_t, uint16_t, uint64_t

from cext._types cimport scatter

import numpy as np


cdef class Drive:
    """Turns up to eight lanes of linear light into whole codes of so many bits.

    bits: 1 to 16. gamma: the lamp shines code ** gamma; 1 for PWM, about 2.2 for fixtures and screens.
    """

    def __init__(self, int bits=8, double gamma=1.0, uint64_t seed=1):
        if not 1 <= bits <= 16:
            raise ValueError(f"{bits} bits are outside 1 to 16")
        if not 0.25 <= gamma <= 4.0:
            raise ValueError(f"a gamma of {gamma:g} is outside 0.25 to 4")
        cdef int k
        self.bits = bits
        self.gamma = gamma
        self.seed = seed
        self.top = (1 << bits) - 1
        self.linear = np.empty(self.top + 1)
        for k in range(self.top + 1):
            self.linear[k] = pow(k / <double> self.top, gamma)

    def codes(self, float[:, ::1] lanes not None, uint16_t[:, ::1] out not None):
        """Write the codes of a block of shape (lanes, frames), float32, 0..1, into uint16 of one shape."""
        cdef Py_ssize_t i, j, rows = lanes.shape[0], frames = lanes.shape[1]
        cdef double wanted, light, noise, width
        cdef int code
        if rows > 8 or out.shape[0] != rows or out.shape[1] != frames:
            raise ValueError("codes need at most 8 lanes and an output of the same shape")
        with nogil:
            for i in range(rows):
                for j in range(frames):
                    light = lanes[i, j]
                    if not light >= 0.0:
                        light = 0.0
                    elif light > 1.0:
                        light = 1.0
                    wanted = light + self.owed[i]
                    if light == 0.0 or wanted <= 0.0:
                        # Dark is dark at once: nothing owed may glow after a stop.
                        code = 0
                    elif wanted >= 1.0:
                        code = self.top
                    else:
                        code = <int> (pow(wanted, 1.0 / self.gamma) * self.top)
                        while code < self.top and self.linear[code + 1] <= wanted:
                            code += 1
                        while code > 0 and self.linear[code] > wanted:
                            code -= 1
                        if code < self.top:
                            width = self.linear[code + 1] - self.linear[code]
                            noise = <int32_t> (scatter(self.seed + 8 * (self.frame + j) + i) >> 32) * (
                                0.25 / 2147483648.0
                            )
                            if wanted - self.linear[code] > (0.5 + noise) * width:
                                code += 1
                    out[i, j] = <uint16_t> code
                    self.owed[i] = wanted - self.linear[code] if light > 0.0 else 0.0
            self.frame += frames
