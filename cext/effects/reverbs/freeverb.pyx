# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""The best known reverb of all: eight damped combs side by side, then four all-passes, an ear.

The right ear's lines are 23 frames longer than the left one's. The combs hold only what they feed back; what
was heard is added on reading, from one line they share.
Source: Jezar at Dreampoint, Freeverb (public domain, 2000), as described in J. O. Smith, Physical Audio
Signal Processing (2010).
"""

from libc.string cimport memset

import numpy as np

from cext._types cimport RAMP, TICK
from cext.effects.reverbs._lines cimport MIRROR, line_at, line_powers, line_seal, line_write
from cext.effects.reverbs.tail cimport Tail

from cext.parameters import Parameter

cdef extern from *:
    """
    /* Eight combs, two at a time so that one's arithmetic hides in the other's waiting. */
    ECHOEL_CLONES static void echoel_freeverb_combs(
            float *const *read, float *const *fresh, float *const *back, float (*last)[8],
            const float *powers, float feedback, float *sum) {
        for (int c = 0; c < 8; c += 2) {
            echoel_run one = ECHOEL_RUN(last[c]), two = ECHOEL_RUN(last[c + 1]);
            for (int j = 0; j < 64; j += 8) {
                echoel_run x = ECHOEL_RUN(read[c] + j) + ECHOEL_RUN(fresh[c] + j);
                echoel_run y = ECHOEL_RUN(read[c + 1] + j) + ECHOEL_RUN(fresh[c + 1] + j);
                ECHOEL_RUN(sum + j) = c ? ECHOEL_RUN(sum + j) + (x + y) : x + y;
                x *= feedback; y *= feedback;
                ECHOEL_DAMP(x, one, powers);
                ECHOEL_DAMP(y, two, powers);
                ECHOEL_RUN(back[c] + j) = x;
                ECHOEL_RUN(back[c + 1] + j) = y;
            }
            ECHOEL_RUN(last[c]) = one; ECHOEL_RUN(last[c + 1]) = two;
        }
    }
    /* Jezar's all-pass: y = b - x, and x + b / 2 goes in. */
    ECHOEL_CLONES static void echoel_freeverb_pass(float *sound, const float *read, float *back) {
        for (int j = 0; j < 64; j++) {
            float x = sound[j], b = read[j];
            back[j] = x + 0.5f * b;
            sound[j] = b - x;
        }
    }
    ECHOEL_CLONES static void echoel_freeverb_width(
            float *left, float *right, const float *ramp, float width, float step) {
        for (int j = 0; j < 64; j++) {
            float near = 0.5f + 0.5f * (width + step * ramp[j]), l = left[j], r = right[j];
            left[j] = near * l + (1.0f - near) * r;
            right[j] = near * r + (1.0f - near) * l;
        }
    }
    """
    void _combs "echoel_freeverb_combs"(
        float** read, float** fresh, float** back, float (*last)[8],
        const float* powers, float feedback, float* total) noexcept nogil
    void _pass "echoel_freeverb_pass"(float* sound, const float* read, float* back) noexcept nogil
    void _width "echoel_freeverb_width"(
        float* left, float* right, const float* ramp, float width, float step) noexcept nogil

cdef enum:
    MIX, ROOM_SIZE, DAMPING, WIDTH
    HEARD = 2 * (COMBS + PASSES)

# Frames at 44.1 kHz.
cdef int[COMBS] COMB_FRAMES = [1116, 1188, 1277, 1356, 1422, 1491, 1557, 1617]
cdef int[PASSES] PASS_FRAMES = [556, 441, 341, 225]
cdef int _SPREAD_FRAMES = 23
cdef double _INPUT = 0.015       # so that eight combs do not overload
cdef double _LOUDNESS = 6.0      # the original is quieter: with this, wet is about as loud as dry


cdef class Freeverb(Tail):
    """A bright room of the early computers, dense and a little metallic."""

    SOURCE = "Jezar at Dreampoint, Freeverb (2000)"
    SPREADS = True
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("mix", "", 0.0, 1.0, 0.33),
        Parameter("room_size", "", 0.0, 1.0, 0.5),
        Parameter("damping", "", 0.0, 1.0, 0.5),
        Parameter("width", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        cdef int ear, i
        cdef double scale = rate_hz / 44_100.0
        for ear in range(2):
            # Never shorter than a tick, because a tick is worked through in one go.
            for i in range(COMBS):
                self.comb[ear][i] = max(TICK, round((COMB_FRAMES[i] + ear * _SPREAD_FRAMES) * scale))
            for i in range(PASSES):
                self.span[ear][i] = max(TICK, round((PASS_FRAMES[i] + ear * _SPREAD_FRAMES) * scale))
        size = 1 << int(self.comb[1][COMBS - 1] + TICK).bit_length()
        self.memory = np.zeros((HEARD + 1, size + MIRROR), dtype=np.float32)
        self.mask = size - 1
        self.loudness = _LOUDNESS
        self.clear()

    cdef void turn(self) noexcept nogil:
        cdef double damp
        self.width_begin = self.end[WIDTH] if self.is_fresh else self.width_end
        self.width_end = self.end[WIDTH]
        if self.is_fresh or self.end[ROOM_SIZE] != self.known[0] or self.end[DAMPING] != self.known[1]:
            self.known[0] = self.end[ROOM_SIZE]
            self.known[1] = self.end[DAMPING]
            damp = 0.4 * self.known[1]
            line_powers(self.powers, damp)
            self.feedback = <float> ((0.7 + 0.28 * self.known[0]) * (1.0 - damp))

    cdef void ring(self) noexcept nogil:
        cdef int ear, i, row, j
        cdef long mask = self.mask
        cdef long long now = self.clock + TICK
        cdef float[TICK] mono
        cdef float* read[COMBS]
        cdef float* fresh[COMBS]
        cdef float* back[COMBS]
        cdef float* lines = &self.memory[0, 0]
        cdef long stride = mask + 1 + MIRROR
        for j in range(TICK):
            mono[j] = <float> _INPUT * (self.heard[0][j] + self.heard[1][j])
        line_write(lines + HEARD * stride, mask, self.clock, mono)
        for ear in range(2):
            row = ear * COMBS
            for i in range(COMBS):
                read[i] = line_at(lines + (row + i) * stride, mask, now - self.comb[ear][i])
                fresh[i] = line_at(lines + HEARD * stride, mask, now - self.comb[ear][i])
                back[i] = line_at(lines + (row + i) * stride, mask, now)
            _combs(read, fresh, back, self.last[ear], self.powers, self.feedback, self.wet[ear])
            for i in range(COMBS):
                line_seal(lines + (row + i) * stride, mask, now)
            row = 2 * COMBS + ear * PASSES
            for i in range(PASSES):
                _pass(self.wet[ear], line_at(lines + (row + i) * stride, mask, now - self.span[ear][i]),
                      line_at(lines + (row + i) * stride, mask, now))
                line_seal(lines + (row + i) * stride, mask, now)
        _width(self.wet[0], self.wet[1], RAMP, <float> self.width_begin,
               <float> ((self.width_end - self.width_begin) / TICK))

    cdef void hush(self) noexcept nogil:
        memset(&self.memory[0, 0], 0, self.memory.shape[0] * self.memory.shape[1] * sizeof(float))
        memset(self.last, 0, sizeof(self.last))
