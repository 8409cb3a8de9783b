# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""The equaliser of a mixing desk: eight bands, each of any shape, in one pass and without latency."""

from libc.string cimport memcpy

from cext.effects.filters._cascade cimport cascade_aim, cascade_clear, cascade_rests, cascade_run
from cext.effects.filters._shapes cimport biquad, shaped
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef enum:
    BANDS = 8
    KNOBS = 4    # of a band, in the order below

# In the order of _shapes.
_CURVES = ("peak", "lowpass", "highpass", "low_shelf", "high_shelf", "bandpass", "notch", "allpass")
# Weight below, room for a voice, air above: frequency, gain, Q, curve.
_BANDS = (
    (60.0, 3.0, 0.7, 3),
    (120.0, 1.5, 1.0, 0),
    (250.0, -2.0, 1.0, 0),
    (500.0, -1.5, 1.2, 0),
    (1_200.0, 1.0, 1.0, 0),
    (2_800.0, 2.0, 1.0, 0),
    (6_000.0, -1.5, 2.0, 0),
    (11_000.0, 3.0, 0.7, 4),
)
_FLAT = {f"band{band}_db": 0.0 for band in range(1, BANDS + 1)}
_ROWS = tuple(
    row
    for band, (frequency_hz, gain_db, q, curve) in enumerate(_BANDS, 1)
    for row in (
        Parameter(f"band{band}_hz", "Hz", 20.0, 20_000.0, frequency_hz, "log"),
        Parameter(f"band{band}_db", "dB", -24.0, 24.0, gain_db),
        Parameter(f"band{band}_q", "", 0.1, 20.0, q, "log"),
        switch(f"band{band}_curve", *_CURVES, default=curve),
    )
)


cdef class ParametricEq(Effect):
    """Eight bands of equaliser, each a bell, a shelf, a pass or a notch."""

    SOURCE = "R. Bristow-Johnson, Audio EQ Cookbook, eight in cascade"
    NEUTRAL = _FLAT
    PARAMETERS = _ROWS

    cdef void prepare(self) noexcept nogil:
        cdef double* knob
        cdef int band, k
        if cascade_rests(&self.cascade) and not self.is_moving:
            return
        for band in range(BANDS):
            knob = self.end + KNOBS * band
            for k in range(KNOBS):
                if knob[k] != self.known[KNOBS * band + k]:
                    memcpy(&self.known[KNOBS * band], knob, KNOBS * sizeof(double))
                    biquad(
                        shaped(<int> knob[3], knob[0], knob[1], knob[2], self.rate_hz), &self.design[5 * band]
                    )
                    break
        cascade_aim(&self.cascade, self.design)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cascade_run(&self.cascade, left, right, first, frames)

    cdef void clear(self) noexcept nogil:
        cascade_clear(&self.cascade)
