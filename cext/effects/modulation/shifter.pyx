# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Spectra that move sideways: a frequency shifter, and a flanger that rises for ever.

The sound is split into two that stand a quarter of a turn apart (real and imaginary part, cext.effects.
modulation.quadrature) and turned together: everything moves by so many hertz, and nothing of the other
sideband is heard above -75 dB from 20 Hz up. Sources: S. Wardle, DAFx-98 (1998) for the shifter; F. Esqueda,
V. Valimaki and J. Parker, DAFx-15 (2015) for the endless notches of a shifter in a comb.
"""

import numpy as np

from libc.string cimport memset

from cext cimport _simd  # no-cython-lint: its macro is in the loops below
from cext._types cimport RAMP, TICK
from cext.effects.delays._echo cimport echo_aim, echo_clear, echo_cut, echo_hear, echo_keep, echo_stretch
from cext.effects.delays._line cimport MIRROR, line_size
from cext.effects.modulation._turns cimport spin_tick, turns
from cext.parts cimport Effect

from cext.effects.modulation.quadrature import sections
from cext.parameters import Parameter, switch

cdef extern from *:
    """
    typedef double echoel_d4 __attribute__((vector_size(32)));
    /* Lanes: both chains of the left ear, both of the right. What enters a section is what left the one
       before, so each stretch of past is kept once. */
    ECHOEL_CLONES static void echoel_split(
            const float *left, const float *right, float (*out)[64], const double *factor, double *past,
            double *late, int frames) {
        echoel_d4 a[8], h[9][2];
        memcpy(a, factor, sizeof a);
        memcpy(h, past, sizeof h);
        for (int j = 0; j < frames; j++) {
            echoel_d4 x = {left[j], left[j], right[j], right[j]};
            for (int k = 0; k < 8; k++) {
                echoel_d4 y = a[k] * (x + h[k + 1][1]) - h[k][1];
                h[k][1] = h[k][0];
                h[k][0] = x;
                x = y;
            }
            h[8][1] = h[8][0];
            h[8][0] = x;
            out[0][j] = (float)x[0];
            out[1][j] = (float)late[0];
            out[2][j] = (float)x[2];
            out[3][j] = (float)late[1];
            late[0] = x[1];
            late[1] = x[3];
        }
        memcpy(past, h, sizeof h);
    }
    ECHOEL_CLONES static void echoel_shift(
            float *ear, const float *real, const float *imaginary, const float *sine, const float *cosine,
            const float *ramp, float mix, float mix_step, int frames) {
        for (int j = 0; j < frames; j++) {
            float wet = mix + mix_step * ramp[j];
            ear[j] = (1.0f - wet) * ear[j] + wet * (real[j] * cosine[j] - imaginary[j] * sine[j]);
        }
    }
    /* One turn of the complex comb: what is heard, and what goes round. */
    ECHOEL_CLONES static void echoel_pole(
            float *ear, float *real, float *imaginary, const float *late_real, const float *late_imaginary,
            const float *sine, const float *cosine, const float *ramp, float back, float back_step, float mix,
            float mix_step, int frames) {
        for (int j = 0; j < frames; j++) {
            float wet = mix + mix_step * ramp[j], round = back + back_step * ramp[j];
            float r = late_real[j] * cosine[j] - late_imaginary[j] * sine[j];
            float i = late_real[j] * sine[j] + late_imaginary[j] * cosine[j];
            float both = 0.5f * (real[j] + r), s = real[j] + round * r, t = imaginary[j] + round * i;
            ear[j] = (1.0f - wet) * ear[j] + wet * both;
            s = s < 16.0f ? s : 16.0f;
            t = t < 16.0f ? t : 16.0f;
            real[j] = s > -16.0f ? s : -16.0f;
            imaginary[j] = t > -16.0f ? t : -16.0f;
        }
    }
    """
    void _split "echoel_split"(
        const float* left, const float* right, float[64]* out, const double* factor, double* past,
        double* late, int frames) noexcept nogil
    void _shift "echoel_shift"(
        float* ear, const float* real, const float* imaginary, const float* sine, const float* cosine,
        const float* ramp, float mix, float mix_step, int frames) noexcept nogil
    void _pole "echoel_pole"(
        float* ear, float* real, float* imaginary, const float* late_real, const float* late_imaginary,
        const float* sine, const float* cosine, const float* ramp, float back, float back_step, float mix,
        float mix_step, int frames) noexcept nogil

cdef enum:
    SHIFT, TURN, MIX
cdef enum:
    SPEED, DELAY, FEEDBACK, B_MIX

_LONGEST_MS = 20.0
_SPLIT = "R. A. Valenzuela and A. G. Constantinides, IEE Proc. G 130 (1983) 225"


cdef class Splitter(Effect):
    """An effect that has the sound and the sound a quarter of a turn on."""

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        cdef int k, lane
        row = sections(2 * SECTIONS, 20.0 / rate_hz)
        for k in range(SECTIONS):
            for lane in range(4):
                self.factor[4 * k + lane] = row[2 * k + (lane & 1)]

    cdef void split(self, const float* left, const float* right, float[4][64] out, int frames) noexcept nogil:
        # Rows of out: left real and imaginary, right real and imaginary.
        _split(left, right, out, self.factor, self.past, self.late, frames)

    cdef void clear(self) noexcept nogil:
        memset(self.past, 0, sizeof(self.past))
        self.late[0] = self.late[1] = 0.0


cdef class FrequencyShifter(Splitter):
    """Moves every tone by the same number of hertz: chords turn into bells."""

    SOURCE = "S. Wardle, DAFx-98 (1998); " + _SPLIT
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("shift_hz", "Hz", -3_000.0, 3_000.0, 80.0),
        switch("right_ear", "same", "opposite"),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef double begin = self.begin[SHIFT] / self.rate_hz, end = self.end[SHIFT] / self.rate_hz
        spin_tick(&self.spin[0], begin, end, TICK)
        if self.end[TURN] == 0.0 and self.begin[TURN] == 0.0:
            self.spin[1] = self.spin[0]
        else:
            spin_tick(&self.spin[1], begin * (1.0 - 2.0 * self.begin[TURN]),
                      end * (1.0 - 2.0 * self.end[TURN]), TICK)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int ear
        cdef float part[4][64]
        cdef float sine[TICK]
        cdef float cosine[TICK]
        cdef float mix = <float> self.begin[MIX], mix_step = <float> self.step[MIX]
        self.split(left, right, part, frames)
        for ear in range(2):
            turns(
                sine, cosine, self.spin[ear].phase, self.spin[ear].turn, self.spin[ear].change, first, frames
            )
            _shift(right if ear else left, part[2 * ear], part[2 * ear + 1], sine, cosine, RAMP + first,
                   mix, mix_step, frames)

    cdef void clear(self) noexcept nogil:
        Splitter.clear(self)
        self.spin[0].next = self.spin[1].next = 0


cdef class BarberPole(Splitter):
    """A flanger that rises and rises and never arrives; below zero it falls."""

    SOURCE = "F. Esqueda, V. Valimaki and J. Parker, DAFx-15 (2015); " + _SPLIT
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("speed_hz", "Hz", -5.0, 5.0, 0.3),
        Parameter("delay_ms", "ms", 0.5, _LONGEST_MS, 2.0, "log"),
        Parameter("feedback", "", 0.0, 0.9, 0.5),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        cdef int ear
        size = line_size(_LONGEST_MS * rate_hz / 1000.0)
        self.memory = np.zeros((4, size + MIRROR), dtype=np.float32)
        for ear in range(2):
            self.real.row[ear] = &self.memory[ear, 0]
            self.imaginary.row[ear] = &self.memory[2 + ear, 0]
        self.real.mask = self.imaginary.mask = size - 1
        self.clear()

    cdef void prepare(self) noexcept nogil:
        cdef double late = max(self.end[DELAY] * self.rate_hz / 1000.0, 4.0)
        echo_aim(&self.real, late, self.step[DELAY] != 0.0)
        echo_aim(&self.imaginary, late, self.step[DELAY] != 0.0)
        echo_cut(&self.real, 20_000.0, self.rate_hz)
        echo_cut(&self.imaginary, 20_000.0, self.rate_hz)
        spin_tick(&self.spin, self.begin[SPEED] / self.rate_hz, self.end[SPEED] / self.rate_hz, TICK)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int ear, done = 0, part
        cdef float split[4][64]
        cdef float sine[TICK]
        cdef float cosine[TICK]
        cdef float room[4][TICK + 8]
        cdef const float* real[2]
        cdef const float* imaginary[2]
        self.split(left, right, split, frames)
        turns(sine, cosine, self.spin.phase, self.spin.turn, self.spin.change, first, frames)
        while done < frames:
            part = echo_stretch(&self.real, frames - done)
            echo_hear(&self.real, real, room[0], room[1], first + done, part)
            echo_hear(&self.imaginary, imaginary, room[2], room[3], first + done, part)
            for ear in range(2):
                _pole((right if ear else left) + done, split[2 * ear] + done, split[2 * ear + 1] + done,
                      real[ear], imaginary[ear], sine + done, cosine + done, RAMP + first + done,
                      <float> self.begin[FEEDBACK], <float> self.step[FEEDBACK],
                      <float> self.begin[B_MIX], <float> self.step[B_MIX], part)
            echo_keep(&self.real, split[0] + done, split[2] + done, part)
            echo_keep(&self.imaginary, split[1] + done, split[3] + done, part)
            done += part

    cdef void clear(self) noexcept nogil:
        Splitter.clear(self)
        echo_clear(&self.real)
        echo_clear(&self.imaginary)
        self.spin.next = 0
