# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A brake that sees what is coming: the sound comes out one tick later, the gain is down already.

The gain each sample needs recovers with the release, is held at its least over the last 64 frames and then
averaged over 64: it is low when the peak arrives and never moves by a step. The average is a sum of whole
numbers, which cannot drift. Because a window is as long as a tick, its least value is that of this tick so
far and of what followed the same place in the last one.
Sources: M. van Herk, Pattern Recognition Letters 13 (1992) 517 for the sliding minimum; the hold-and-average
gain is common practice among look-ahead limiters.
"""

from libc.stdint cimport int32_t
from libc.string cimport memcpy

from cext._types cimport TICK
from cext.effects.dynamics.levels cimport fall, set_pole

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below

cdef extern from *:
    """
    #include <math.h>
    #include <stdint.h>
    #define ECHOEL_ONE 16777216            /* gain 1 as a whole number; 64 of them fit into 31 bits */
    ECHOEL_CLONES static void echoel_lack(float *, float *, const float *, const float *, float);
    ECHOEL_CLONES static void echoel_least(int32_t *, const float *, const float *);
    ECHOEL_CLONES static void echoel_brake(
        float *, float *, const float *, const float *, const int32_t *, int);
    static void echoel_lack(float *restrict need, float *restrict lack, const float *left,
                            const float *right, float ceiling) {
        for (int j = 0; j < 64; j++) {
            float a = fabsf(left[j]), b = fabsf(right[j]);
            a = a > b ? a : b;
            a = a > ceiling ? a : ceiling;
            need[j] = ceiling / a;
            lack[j] = 1.0f - need[j];
        }
    }
    static void echoel_least(int32_t *restrict gain, const float *restrict need, const float *restrict lack) {
        for (int j = 0; j < 64; j++) {
            float open = 1.0f - lack[j];
            open = open < need[j] ? open : need[j];
            gain[j] = (int32_t)(open * (float)ECHOEL_ONE);
        }
    }
    /* Held at the least, summed: what stood 64 frames ago leaves the sum as this gain joins it. */
    static inline void echoel_hold(int32_t *restrict sums, int32_t *restrict held, int32_t *restrict later,
                                   int32_t *averaged, const int32_t *restrict gain, int32_t *sum,
                                   int is_whole) {
        int32_t low = ECHOEL_ONE, all = *sum;
        for (int j = 0; j < 64; j++) {
            low = gain[j] < low ? gain[j] : low;
            held[j] = low < later[j] ? low : later[j];
            sums[j] = all;
            all += held[j] - averaged[j];
        }
        if (!is_whole) return;
        *sum = all;
        low = ECHOEL_ONE;
        for (int j = 63; j >= 0; j--) {
            later[j] = low;
            low = gain[j] < low ? gain[j] : low;
            averaged[j] = held[j];
        }
    }
    static void echoel_brake(float *restrict left, float *restrict right, const float *restrict held_left,
                             const float *restrict held_right, const int32_t *restrict sums, int frames) {
        for (int j = 0; j < frames; j++) {
            float gain = (float)sums[j] * (1.0f / 64 / ECHOEL_ONE);
            left[j] = held_left[j] * gain;
            right[j] = held_right[j] * gain;
        }
    }
    """
    const int32_t _ONE "ECHOEL_ONE"
    void _lack "echoel_lack"(float*, float*, const float*, const float*, float) noexcept nogil
    void _least "echoel_least"(int32_t*, const float*, const float*) noexcept nogil
    void _hold "echoel_hold"(
        int32_t*, int32_t*, int32_t*, int32_t*, const int32_t*, int32_t*, bint) noexcept nogil
    void _brake "echoel_brake"(
        float*, float*, const float*, const float*, const int32_t*, int) noexcept nogil


cdef void clear_brake(Brake* at) noexcept nogil:
    cdef int ear, k
    for k in range(TICK):
        for ear in range(2):
            at.sound[0][ear][k] = at.sound[1][ear][k] = 0.0
        at.later[k] = at.averaged[k] = _ONE
    at.sum = _ONE * TICK
    at.lack = 0.0
    at.turn = 0


cdef void set_recovery(Brake* at, double release_ms, double rate_hz) noexcept nogil:
    if release_ms != at.known:
        at.known = release_ms
        set_pole(&at.recovery, 0.001 * release_ms * rate_hz)
        at.recovery.share = 0.0            # it falls towards no lack at all


cdef void brake(Brake* at, float* left, float* right, double ceiling, int first, int frames) noexcept nogil:
    # In place, 64 frames later: no sample above the ceiling.
    cdef float need[TICK]
    cdef float lack[TICK]
    cdef int32_t gain[TICK]
    cdef int32_t held[TICK]
    cdef int32_t sums[TICK]
    cdef bint is_whole = first + frames == TICK
    cdef int turn = at.turn
    memcpy(at.sound[turn][0] + first, left, frames * sizeof(float))
    memcpy(at.sound[turn][1] + first, right, frames * sizeof(float))
    # The least margin for the rounding of the average.
    _lack(need, lack, at.sound[turn][0], at.sound[turn][1], <float> (ceiling * (1.0 - 1e-6)))
    fall(&at.recovery, &at.lack, lack, lack, is_whole)
    _least(gain, need, lack)
    _hold(sums, held, at.later, at.averaged, gain, &at.sum, is_whole)
    _brake(left, right, at.sound[1 - turn][0] + first, at.sound[1 - turn][1] + first, sums + first, frames)
    if is_whole:
        at.turn = 1 - turn
