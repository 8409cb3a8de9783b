# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""Two, four or eight times the rate, there and back, for every effect that bends the sound.

A curve makes overtones without end; those above half the rate fold back as tones that belong to no chord. At
a higher rate they land where a filter can take them away. Each doubling is a linear-phase half-band filter:
one phase is the sound itself, only later, the other lies halfway between; the first is steep, the later ones
short, because they have room. Every phase is a row of its own, so nothing is ever interleaved and each sum
runs over eight neighbouring frames at once. Images lie 86 dB down, what folds back 75; the pass band is flat
to 0.02 dB up to 0.416 of the rate (20 kHz at 48 kHz).
Sources: P. P. Vaidyanathan and T. Q. Nguyen, IEEE Trans. CAS 34 (1987) 297 (half-band filters by the Remez
exchange of their one free phase); M. Bellanger et al., IEEE Trans. ASSP 24 (1976) 109 (polyphase networks).
"""

import numpy as np

from libc.string cimport memcpy, memset

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below

cdef extern from *:
    """
    #pragma GCC diagnostic ignored "-Wpsabi"     /* vectors are passed only to what is inlined */
    #define ECHOEL_ROW 144      /* floats a row: 48 of past, a tick, and room for a padded segment */
    #define ECHOEL_PAST 48
    #define ECHOEL_FIRST 16
    #define ECHOEL_SECOND 4
    #define ECHOEL_THIRD 3
    #define ECHOEL_LAST 37      /* on either side of the centre */
    static const float echoel_first[ECHOEL_FIRST] = {
        0.634277817f, -0.205271568f, 0.116061474f, -0.0757761018f, 0.0522029622f, -0.0366080804f,
        0.0256419396f, -0.0177217075f, 0.0119711812f, -0.00783591533f, 0.00492444459f, -0.00293799467f,
        0.00163851269f, -0.000833879629f, 0.000370747445f, -0.000139150281f};
    static const float echoel_second[ECHOEL_SECOND] = {
        0.607015195f, -0.136741444f, 0.0349404611f, -0.00526262439f};
    static const float echoel_third[ECHOEL_THIRD] = {
        0.589050719f, -0.102452005f, 0.0134075944f};
    /* The way out: flat to 20 of 48 kHz, closed from 25 on, because 25 kHz would come back as 23. */
    static const float echoel_last[ECHOEL_LAST + 1] = {
        0.465052611f, 0.315577645f, 0.0340142638f, -0.0987327286f, -0.0324720884f, 0.0519155702f,
        0.0300329386f, -0.0299557644f, -0.0268785499f, 0.0168651796f, 0.0232349354f, -0.00833411236f,
        -0.0193488878f, 0.0026887086f, 0.0154629133f, 0.000912127166f, -0.0117933676f, -0.00299738393f,
        0.00851208453f, 0.00396238331f, -0.005735641f, -0.00413292042f, 0.00352135567f, 0.0037851308f,
        -0.00187056739f, -0.00314820833f, 0.000738117521f, 0.00240290099f, -4.53849871e-05f,
        -0.00168006507f, -0.000304932646f, 0.00106290169f, 0.000413722576f, -0.000594992635f,
        -0.000373250595f, 0.000314164496f, 0.000416720529f, 3.87773397e-05f};
    /* Sample q of a sound that lies in `phases` rows, counted from frame 0. */
    static inline __attribute__((always_inline)) const float *echoel_sample(
            float *const *rows, int phases, int q) {
        int phase = (q % phases + phases) % phases;
        return rows[phase] + (q - phase) / phases;
    }
    /* Halfway between samples q and q + 1, eight frames from j on. */
    static inline __attribute__((always_inline)) echoel_eight echoel_between(
            float *const *rows, int phases, int q, int taps, const float *weight, int j) {
        echoel_eight sum = {0};
        #pragma GCC unroll 16
        for (int k = 0; k < taps; k++)
            sum += weight[k] * (ECHOEL_AT(echoel_sample(rows, phases, q - k) + j)
                                + ECHOEL_AT(echoel_sample(rows, phases, q + 1 + k) + j));
        return sum;
    }
    /* One doubling. All phases in one go, because they read the same samples. */
    static inline __attribute__((always_inline)) void echoel_double(
            float *const *out, float *const *rows, int phases, int taps, const float *weight, int frames) {
        for (int j = 0; j < frames; j += 8) {
            echoel_eight a, b, c, d;
            a = echoel_between(rows, phases, -taps, taps, weight, j);
            if (phases > 1) b = echoel_between(rows, phases, 1 - taps, taps, weight, j);
            if (phases > 2) c = echoel_between(rows, phases, 2 - taps, taps, weight, j);
            if (phases > 2) d = echoel_between(rows, phases, 3 - taps, taps, weight, j);
            ECHOEL_AT(out[0] + j) = a;
            if (phases > 1) ECHOEL_AT(out[1] + j) = b;
            if (phases > 2) ECHOEL_AT(out[2] + j) = c;
            if (phases > 2) ECHOEL_AT(out[3] + j) = d;
        }
    }
    /* One halving: of every two rows the second holds what lies off the grid that stays. */
    #define ECHOEL_KEEP(p) (0.5f * (echoel_between(odd, phases, (p) - taps, taps, weight, j) \\
        + ECHOEL_AT(echoel_sample(even, phases, (p) - taps + 1) + j)))
    static inline __attribute__((always_inline)) void echoel_halve(
            float *const *out, float *const *even, float *const *odd, int phases, int taps,
            const float *weight, int frames) {
        for (int j = 0; j < frames; j += 8) {
            echoel_eight a, b, c, d;
            a = ECHOEL_KEEP(0);
            b = ECHOEL_KEEP(1);
            if (phases > 2) c = ECHOEL_KEEP(2);
            if (phases > 2) d = ECHOEL_KEEP(3);
            ECHOEL_AT(out[0] + j) = a;
            ECHOEL_AT(out[1] + j) = b;
            if (phases > 2) ECHOEL_AT(out[2] + j) = c;
            if (phases > 2) ECHOEL_AT(out[3] + j) = d;
        }
    }
    ECHOEL_CLONES static void echoel_over_up(echoel_over *o, int frames) {
        for (int ear = 0; ear < 2; ear++) {
            float *const one[1] = {o->in[ear]};
            echoel_double(o->up[ear], one, 1, ECHOEL_FIRST, echoel_first, frames);
        }
        if (o->factor == 2) return;
        for (int ear = 0; ear < 2; ear++) {
            float *const two[2] = {o->in[ear] - ECHOEL_FIRST, o->up[ear][0]};
            echoel_double(o->up[ear] + 1, two, 2, ECHOEL_SECOND, echoel_second, frames);
        }
        if (o->factor == 4) return;
        for (int ear = 0; ear < 2; ear++) {
            float *const two[2] = {o->in[ear] - ECHOEL_FIRST, o->up[ear][0]};
            float *const four[4] = {
                (float *)echoel_sample(two, 2, -ECHOEL_SECOND), o->up[ear][1],
                (float *)echoel_sample(two, 2, 1 - ECHOEL_SECOND), o->up[ear][2]};
            echoel_double(o->up[ear] + 3, four, 4, ECHOEL_THIRD, echoel_third, frames);
        }
    }
    /* As many eights at once as there are registers for: each weight is loaded once for all of them. */
    #define ECHOEL_CLOSE(eights) do { \\
        echoel_eight sum[eights]; \\
        for (int e = 0; e < eights; e++) sum[e] = echoel_last[0] * ECHOEL_AT(centre + j + 8 * e); \\
        _Pragma("GCC unroll 37") \\
        for (int k = 1; k <= ECHOEL_LAST; k++) { \\
            const float *before = (k & 1 ? odd - ECHOEL_LAST / 2 - (k + 1) / 2 : centre - k / 2) + j; \\
            const float *after = (k & 1 ? odd - ECHOEL_LAST / 2 + k / 2 : centre + k / 2) + j; \\
            for (int e = 0; e < eights; e++) \\
                sum[e] += echoel_last[k] * (ECHOEL_AT(before + 8 * e) + ECHOEL_AT(after + 8 * e)); \\
        } \\
        for (int e = 0; e < eights; e++) ECHOEL_AT(out + j + 8 * e) = sum[e]; \\
    } while (0)
    static inline __attribute__((always_inline)) void echoel_close(
            float *out, const float *even, const float *odd, int frames) {
        /* Centre: sample 1 - ECHOEL_LAST of both rows together, an even one. */
        const float *centre = even - ECHOEL_LAST / 2;
        int j = 0;
        for (; j + 32 <= frames; j += 32) ECHOEL_CLOSE(4);
        for (; j < frames; j += 16) ECHOEL_CLOSE(2);
    }
    /* The past of a row is what stood before its last `frames`; copied upwards, so it may overlap itself. */
    static inline __attribute__((always_inline)) void echoel_age(float *row, int past, int frames) {
        for (int j = -past; j < 8; j += 8) {
            echoel_eight kept = ECHOEL_AT(row + frames + j);
            ECHOEL_AT(row + j) = kept;
        }
    }
    ECHOEL_CLONES static void echoel_over_down(
            echoel_over *o, float *left, float *right, int padded, int frames) {
        float out[80];
        if (o->factor > 4)
            for (int ear = 0; ear < 2; ear++) {
                float *const *own = o->own[ear];
                float *const even[4] = {own[0], own[2], own[4], own[6]};
                float *const odd[4] = {own[1], own[3], own[5], own[7]};
                echoel_halve(o->down[ear], even, odd, 4, ECHOEL_THIRD, echoel_third, padded);
            }
        if (o->factor > 2)
            for (int ear = 0; ear < 2; ear++) {
                float *const *four = o->factor > 4 ? o->down[ear] : o->own[ear];
                float *const even[2] = {four[0], four[2]}, *const odd[2] = {four[1], four[3]};
                echoel_halve(o->down[ear] + 4, even, odd, 2, ECHOEL_SECOND, echoel_second, padded);
            }
        for (int ear = 0; ear < 2; ear++) {
            float *const *two = o->factor > 2 ? o->down[ear] + 4 : o->own[ear];
            echoel_close(out, two[0], two[1], padded);
            __builtin_memcpy(ear ? right : left, out, frames * sizeof(float));
        }
        for (int ear = 0; ear < 2; ear++) {
            echoel_age(o->in[ear], ECHOEL_PAST, frames);
            for (int p = 0; p < o->factor - 1; p++) echoel_age(o->up[ear][p], p ? 8 : 16, frames);
            for (int p = 0; p < o->factor; p++) echoel_age(o->own[ear][p], o->factor > 2 ? 16 : 48, frames);
            for (int p = o->factor > 4 ? 0 : 4; p < 6 && o->factor > 2; p++)
                echoel_age(o->down[ear][p], p < 4 ? 16 : 48, frames);
        }
    }
    """
    void _up "echoel_over_up"(Over* over, int padded) noexcept nogil
    void _down "echoel_over_down"(
        Over* over, float* left, float* right, int padded, int frames
    ) noexcept nogil

cdef enum:
    PAST = 48
    ROW = 144
    ROWS = 44
    FIRST = 16
    SECOND = 4
    THIRD = 3

# Doublings alone would bring the sound half a sample of the input late; two samples of the highest rate more
# make it whole frames.
_LATENCY = {2: 34, 4: 38, 8: 39}


cdef class Oversampler:
    """Both ears at 2, 4 or 8 times the rate and back. Raises ValueError for any other factor."""

    def __init__(self, int factor):
        if factor not in _LATENCY:
            raise ValueError(f"the rate can be raised 2, 4 or 8 times, not {factor}")
        cdef int ear, i, late
        self.factor = self.over.factor = factor
        self.latency_frames = _LATENCY[factor]
        # From a cache line's edge on: rows that straddle lines cost up to half the speed.
        flat = np.zeros(ROWS * ROW + 16, dtype=np.float32)
        edge = (-flat.ctypes.data % 64) // 4
        self.memory = flat[edge : edge + ROWS * ROW].reshape(ROWS, ROW)
        for ear in range(2):
            self.over.ins[ear] = &self.memory[22 * ear, PAST]
            for i in range(7):
                self.over.ups[ear][i] = &self.memory[22 * ear + 1 + i, PAST]
            for i in range(8):
                self.over.own[ear][i] = &self.memory[22 * ear + 8 + i, PAST]
            for i in range(6):
                self.over.downs[ear][i] = &self.memory[22 * ear + 16 + i, PAST]
            self._lay(ear)
            late = 0 if factor == 2 else 2
            for i in range(factor):
                self.over.back[ear][i] = self.over.own[ear][(i + late) % factor] + (i + late) // factor
            self.over.late[ear] = self.over.ins[ear] - self.latency_frames

    cdef void _lay(self, int ear):
        # Which row holds which phase: the sound of the rate below by turns with what lies between.
        cdef int i, q
        cdef float* row[8]
        cdef float* below[8]
        row[0] = self.over.ins[ear] - FIRST
        row[1] = self.over.ups[ear][0]
        if self.factor > 2:
            for i in range(2):
                below[i] = row[i]
            for i in range(2):
                q = i - SECOND
                row[2 * i] = below[q & 1] + (q - (q & 1)) // 2
                row[2 * i + 1] = self.over.ups[ear][1 + i]
        if self.factor > 4:
            for i in range(4):
                below[i] = row[i]
            for i in range(4):
                q = i - THIRD
                row[2 * i] = below[q & 3] + (q - (q & 3)) // 4
                row[2 * i + 1] = self.over.ups[ear][3 + i]
        for i in range(self.factor):
            self.over.wide[ear][i] = row[i]

    def there_and_back(self, float[:, ::1] block not None):
        """A block of shape (2, frames) up and down again, in place: what a straight line would make of it."""
        cdef int done = 0, frames, padded, ear, phase
        if block.shape[0] != 2:
            raise ValueError("a block has 2 rows")
        while done < block.shape[1]:
            frames = min(64, block.shape[1] - done)
            padded = self.up(&block[0, done], &block[1, done], frames)
            for ear in range(2):
                for phase in range(self.factor):
                    memcpy(self.over.back[ear][phase], self.over.wide[ear][phase], padded * sizeof(float))
            self.down(&block[0, done], &block[1, done], frames)
            done += frames

    cdef int up(self, const float* left, const float* right, int frames) noexcept nogil:
        cdef int padded = (frames + 15) & ~15
        memcpy(self.over.ins[0], left, frames * sizeof(float))
        memcpy(self.over.ins[1], right, frames * sizeof(float))
        _up(&self.over, padded)
        return padded

    cdef void down(self, float* left, float* right, int frames) noexcept nogil:
        _down(&self.over, left, right, (frames + 15) & ~15, frames)

    cdef void clear(self) noexcept nogil:
        memset(&self.memory[0, 0], 0, ROWS * ROW * sizeof(float))
