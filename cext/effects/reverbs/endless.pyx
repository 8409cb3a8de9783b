# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""Halls that do not end: one that holds its breath, and one that rises by an octave with every turn.

To freeze, the lines lose nothing and the door is shut: their matrix is orthogonal, so what is inside stays.
To shimmer, what the room says is read from a delay line by two heads that move at another speed and take
turns (the rotating-head harmoniser), made darker, and sent in again.
Sources: J.-M. Jot and A. Chaigne, AES 90 (1991) 3030; J. Dattorro, JAES 45 (1997) 764.
"""

from libc.math cimport M_PI, exp, pow, sqrt
from libc.stdint cimport int64_t, uint32_t
from libc.string cimport memcpy, memset

import numpy as np

from cext._types cimport TICK
from cext.effects.reverbs._lines cimport MIRROR, line_powers, line_soften, line_write
from cext.effects.reverbs.hall cimport Reverb

from cext.effects.reverbs.hall import Reverb as Hall
from cext.parameters import Parameter, switch

cdef extern from *:
    """
    #include <stdint.h>
    /* Two heads half a window apart; each is loudest in the middle of its window and silent at the ends. What
       comes out is bounded like a tanh, so that no setting can ring up. */
    ECHOEL_CLONES static void echoel_shimmer(
            const float *left, const float *right, long mask, int64_t now, uint32_t phase, uint32_t step,
            uint32_t window, float gain, float *out_left, float *out_right) {
        for (int j = 0; j < 64; j++, phase += step) {
            float sums[2] = {0, 0};
            for (int head = 0; head < 2; head++) {
                uint32_t place = phase + ((uint32_t)head << 31);
                uint64_t frames = (uint64_t)place * window;
                float share = (float)(uint32_t)(frames >> 8 & 0xffffff) * (1.0f / 16777216.0f);
                float t = (float)place * (1.0f / 2147483648.0f), weight;
                long at = now + j - 1 - (long)(frames >> 32);
                t = t < 1.0f ? t : 2.0f - t;
                weight = t * t * (3.0f - 2.0f * t);
                sums[0] += weight * (left[at & mask] + share * (left[(at - 1) & mask] - left[at & mask]));
                sums[1] += weight * (right[at & mask] + share * (right[(at - 1) & mask] - right[at & mask]));
            }
            for (int ear = 0; ear < 2; ear++) {
                float x = gain * sums[ear];
                x = x > 3.0f ? 3.0f : x < -3.0f ? -3.0f : x;
                (ear ? out_right : out_left)[j] += x * (27.0f + x * x) / (27.0f + 9.0f * x * x);
            }
        }
    }
    """
    void _shift "echoel_shimmer"(
        const float* left, const float* right, long mask, int64_t now, uint32_t phase, uint32_t step,
        uint32_t window, float gain, float* out_left, float* out_right) noexcept nogil

cdef enum:
    MIX, DECAY, DAMPING, PREDELAY, DEPTH, FREEZE
    SHIMMER = FREEZE
    INTERVAL

cdef double[4] SEMITONES = [12.0, 7.0, 19.0, -12.0]
cdef double _SHUT_S = 0.05
cdef double _WINDOW_S = 0.09
cdef double _DARK_HZ = 5_000.0
cdef double _LOW_HZ = 160.0


def _rows(**defaults):
    # The hall's own knobs, some of them standing elsewhere at first.
    return tuple(row._replace(default=defaults.get(row.name, row.default)) for row in Hall.PARAMETERS)


cdef class Freeze(Reverb):
    """A hall that can hold one moment for ever, like a chord that never fades."""

    SOURCE = "J.-M. Jot and A. Chaigne, AES 90 (1991) 3030: lossless prototype"
    PARAMETERS = (*_rows(mix=0.5, decay_s=8.0), switch("freeze", "off", "on"))

    cdef void turn(self) noexcept nogil:
        cdef float step = <float> (TICK / (_SHUT_S * self.rate_hz))
        self.is_frozen = self.end[FREEZE] == 1.0
        if self.is_fresh:
            self.inlet = self.inlet_end = 0.0 if self.is_frozen else 1.0
        elif self.is_frozen:
            self.inlet_end = max(<float> 0.0, self.inlet - step)
        else:
            self.inlet_end = min(<float> 1.0, self.inlet + step)
        Reverb.turn(self)


cdef class Shimmer(Reverb):
    """A hall whose tail rises by an octave with every turn, like a choir of strings far above."""

    SOURCE = "J.-M. Jot and A. Chaigne, AES 90 (1991) 3030; J. Dattorro, JAES 45 (1997) 764"
    PARAMETERS = (
        *_rows(mix=0.4, decay_s=5.0),
        Parameter("shimmer", "", 0.0, 1.0, 0.6),
        switch("interval", "octave", "fifth", "octave_and_fifth", "octave_down"),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        self.window = <uint32_t> (_WINDOW_S * rate_hz)
        size = 1 << int(self.window + 2 * TICK).bit_length()
        self.shifter = np.zeros((2, size + MIRROR), dtype=np.float32)
        self.shifter_mask = size - 1
        pole = exp(-2.0 * M_PI * min(_DARK_HZ, 0.25 * rate_hz) / rate_hz)
        line_powers(self.dark, pole)
        self.dark_gain = <float> (1.0 - pole)
        pole = exp(-2.0 * M_PI * _LOW_HZ / rate_hz)
        line_powers(self.low, pole)
        self.low_gain = <float> (1.0 - pole)
        super().__init__(rate_hz, **values)

    cdef void ring(self) noexcept nogil:
        cdef int ear, j
        cdef float[TICK] below
        cdef double speed = pow(2.0, SEMITONES[<int> self.end[INTERVAL]] / 12.0)
        # The longer the hall, the louder it is: what goes round must lose on the average.
        cdef double gain = 1.2 * self.end[SHIMMER] * self.loudness / sqrt(1.0 + 1.2 * self.end[DECAY])
        cdef int64_t step = <int64_t> ((1.0 - speed) / self.window * 4294967296.0)
        for ear in range(2):
            # What was said while `heard` came in.
            line_soften(self.wet[ear], self.dark_last[ear][0], self.dark, self.dark_gain)
            line_soften(self.wet[ear], self.dark_last[ear][1], self.dark, self.dark_gain)
            # Twice nothing is nothing: what is below all pitch would stay where it is and ring up.
            memcpy(below, self.wet[ear], sizeof(below))
            line_soften(below, self.low_last[ear], self.low, self.low_gain)
            for j in range(TICK):
                self.wet[ear][j] -= below[j]
            line_write(&self.shifter[ear, 0], self.shifter_mask, self.clock, self.wet[ear])
        _shift(&self.shifter[0, 0], &self.shifter[1, 0], self.shifter_mask, self.clock, self.phase,
               <uint32_t> step, self.window, <float> gain, self.heard[0], self.heard[1])
        self.phase += <uint32_t> (TICK * step)
        Reverb.ring(self)

    cdef void hush(self) noexcept nogil:
        Reverb.hush(self)
        self.phase = 0
        memset(&self.shifter[0, 0], 0, self.shifter.shape[0] * self.shifter.shape[1] * sizeof(float))
        memset(self.dark_last, 0, sizeof(self.dark_last))
        memset(self.low_last, 0, sizeof(self.low_last))
