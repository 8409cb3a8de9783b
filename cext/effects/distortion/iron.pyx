# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""The colour of a console: iron that has enough of the bass before it has enough of anything else.

The flux in a transformer's core is the integral of the voltage, so it is the low notes that bring it near
saturation; their overtones spread upwards while high notes pass as they are. Here the flux is what lies below
the core's corner. What saturation takes from it is taken, at four times the rate, from the sound.
Source: R. C. D. Paiva, J. Pakarinen, V. Valimaki and M. Tikander, EURASIP JASP (2011) 969495.
"""

import numpy as np

from libc.math cimport M_PI, exp
from libc.string cimport memcpy, memmove, memset

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport TICK
from cext.effects.distortion._oversample cimport Over
from cext.effects.distortion._shaped cimport Shaped, padded_to
from cext.effects.distortion._shapes cimport tanh_of

from cext.effects.distortion._shaped import LEVEL, MIX
from cext.parameters import Parameter

cdef extern from *:
    """
    /* What the curve takes from the flux x, of which small parts pass: (tanh(d x + b) - tanh b) / (d s) - x,
       s being the curve's slope at its resting point b. */
    ECHOEL_CLONES static void echoel_iron(
            echoel_over *o, const float *restrict drive, const float *restrict rest,
            const float *restrict level, const float *restrict scale, int padded) {
        for (int ear = 0; ear < 2; ear++)
            for (int p = 0; p < o->factor; p++) {
                const float *in = o->wide[ear][p];
                float *restrict out = o->back[ear][p];
                for (int j = 0; j < padded; j++)
                    out[j] = (echoel_tanh(drive[j] * in[j] + rest[j]) - level[j]) * scale[j] - in[j];
            }
    }
    """
    void _iron "echoel_iron"(
        Over* over, const float* drive, const float* rest, const float* level, const float* scale, int padded
    ) noexcept nogil

cdef enum:
    DRIVE, CORE, ASYMMETRY


cdef class Transformer(Shaped):
    """Console iron: thickens the bass and leaves the treble alone."""

    SOURCE = "R. C. D. Paiva et al., EURASIP JASP (2011) 969495"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("drive_db", "dB", -12.0, 36.0, 12.0),
        Parameter("core_hz", "Hz", 20.0, 400.0, 80.0, "log"),
        Parameter("asymmetry", "", -1.0, 1.0, 0.2),
        LEVEL,
        MIX,
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.past = np.zeros((2, 2 * TICK), dtype=np.float32)
        self.blocks_dc = True
        self.raise_rate(4)
        # What is mixed in beside the curve is not the flux but the sound itself.
        self.raised.over.late[0] = &self.past[0, 0]
        self.raised.over.late[1] = &self.past[1, 0]

    cdef void prepare(self) noexcept nogil:
        Shaped.prepare(self)
        if self.end[CORE] != self.known_hz:
            self.known_hz = self.end[CORE]
            self.keep = 1.0 - exp(-2.0 * M_PI * self.known_hz / self.rate_hz)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        # Only the flux goes up and down; the sound waits for it.
        cdef int j, late = self.latency_frames
        cdef double x = self.flux[0], y = self.flux[1]
        memcpy(&self.past[0, late], left, frames * sizeof(float))
        memcpy(&self.past[1, late], right, frames * sizeof(float))
        for j in range(frames):
            x += self.keep * (left[j] - x)
            y += self.keep * (right[j] - y)
            left[j] = <float> x
            right[j] = <float> y
        self.flux[0] = x
        self.flux[1] = y
        Shaped.segment(self, left, right, first, frames)
        for j in range(2):
            memmove(&self.past[j, 0], &self.past[j, frames], late * sizeof(float))

    cdef void bend(self, Over* over, int first, int frames) noexcept nogil:
        cdef float drive[80]
        cdef float rest[80]
        cdef float level[80]
        cdef float scale[80]
        cdef int j
        self.ramp_db(drive, DRIVE, first, frames)
        self.ramp(rest, ASYMMETRY, first, frames)
        for j in range(padded_to(frames)):
            level[j] = tanh_of(rest[j])
            scale[j] = <float> 1.0 / (drive[j] * (<float> 1.0 - level[j] * level[j]))
        _iron(over, drive, rest, level, scale, padded_to(frames))

    cdef void finish(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j
        for j in range(frames):
            left[j] += self.past[0, j]
            right[j] += self.past[1, j]

    cdef void clear(self) noexcept nogil:
        Shaped.clear(self)
        self.flux[0] = self.flux[1] = 0.0
        memset(&self.past[0, 0], 0, 4 * TICK * sizeof(float))
