# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""Convolution with an impulse of any length at a small, even cost: partitions of 64, 512 and 4096 taps.

The impulse is cut into pieces whose spectra are kept; each block heard is transformed once and multiplied
with all of them. The first 960 taps take blocks of 64, because their answer is due at once. From a tap of
two blocks on, a whole block's time is left for the work, so the bigger blocks do it in steps: one tick
transforms, one goes back, and those between share the sums. Both ears ride in one complex transform.

Sources: W. G. Gardner, JAES 43 (1995) 127; G. Garcia, AES 113 (2002) 5660; F. Wefers, Partitioned convolution
algorithms for real-time auralization (2015), chapter 6.
"""

from libc.string cimport memcpy, memset

import numpy as np

from cext cimport _simd  # no-cython-lint: its macro is in the loop below
from cext._types cimport TICK
from cext.fft cimport Fft

cdef extern from *:
    """
    typedef float echoel_eight __attribute__((vector_size(32), aligned(4), may_alias));
    #define ECHOEL_EIGHT_AT(p) (*(echoel_eight *)(p))
    /* For groups first .. last: the sum over all partitions of spectrum times taps. A group is eight bins of
       left real, left imaginary, right real, right imaginary. */
    ECHOEL_CLONES static void echoel_multiply(
            float *total, const float *past, const float *taps, int head, int count, int first, int last) {
        for (int g = first; g < last; g++) {
            echoel_eight a = {0}, b = {0}, c = {0}, d = {0};
            const float *h = taps + 32L * count * g, *x = past + 32L * (count * g + head);
            for (int p = 0; p < count; p++) {
                echoel_eight lr = ECHOEL_EIGHT_AT(x), li = ECHOEL_EIGHT_AT(x + 8);
                echoel_eight rr = ECHOEL_EIGHT_AT(x + 16), ri = ECHOEL_EIGHT_AT(x + 24);
                echoel_eight hlr = ECHOEL_EIGHT_AT(h), hli = ECHOEL_EIGHT_AT(h + 8);
                echoel_eight hrr = ECHOEL_EIGHT_AT(h + 16), hri = ECHOEL_EIGHT_AT(h + 24);
                a += lr * hlr; a -= li * hli;
                b += lr * hli; b += li * hlr;
                c += rr * hrr; c -= ri * hri;
                d += rr * hri; d += ri * hrr;
                h += 32;
                x += p == head ? 32L * (count - 1) : -32L;
            }
            ECHOEL_EIGHT_AT(total + 32 * g) = a; ECHOEL_EIGHT_AT(total + 32 * g + 8) = b;
            ECHOEL_EIGHT_AT(total + 32 * g + 16) = c; ECHOEL_EIGHT_AT(total + 32 * g + 24) = d;
        }
    }
    """
    void _multiply "echoel_multiply"(
        float* total, const float* past, const float* taps, int head, int count, int first, int last
    ) noexcept nogil

cdef enum:
    SHORT = 64
    MIDDLE = 512
    LONG = 4096
    LONGEST = 1 << 22


cdef class Level:
    """Some partitions of one size."""

    def __cinit__(self, int block, int start, int count):
        self.block = block
        self.ticks = block // TICK
        self.start = start
        self.count = count
        self.groups = block // 8 + 1
        self.fft = Fft(2 * block)
        self.sound, self.work, self.out = (np.zeros((2, 2 * block), dtype=np.float32) for _ in range(3))
        self.bins = np.zeros((4, block + 8), dtype=np.float32)
        self.past, self.taps = (np.zeros(32 * count * self.groups, dtype=np.float32) for _ in range(2))
        self.total = np.zeros(32 * self.groups, dtype=np.float32)

    cdef void load(self, const float* left, const float* right, long frames) noexcept nogil:
        cdef int p, here
        cdef long first
        for p in range(self.count):
            first = self.start + <long> p * self.block
            here = <int> max(0, min(self.block, frames - first))
            memset(&self.work[0, 0], 0, 4 * self.block * sizeof(float))
            if here > 0:
                memcpy(&self.work[0, 0], left + first, here * sizeof(float))
                memcpy(&self.work[1, 0], right + first, here * sizeof(float))
            self._spectrum(&self.taps[32 * p])

    cdef void push(
        self, const float* left, const float* right, float* out_left, float* out_right
    ) noexcept nogil:
        cdef int j, at = self.block + self.chunk * TICK
        memcpy(&self.sound[0, at], left, TICK * sizeof(float))
        memcpy(&self.sound[1, at], right, TICK * sizeof(float))
        self.chunk += 1
        if self.ticks == 1:
            self._analyse()
            self._add_up(self.groups)
            self._synthesise()
        at = self.block + (self.chunk % self.ticks) * TICK
        for j in range(TICK):
            out_left[j] += self.out[0, at + j]
            out_right[j] += self.out[1, at + j]
        if self.chunk == self.ticks:
            if self.ticks > 1:
                self._analyse()
            self.chunk = 0
        elif self.chunk < self.ticks - 1:
            self._add_up(self.groups * self.chunk // (self.ticks - 2))
        else:
            # The last of the block before has just been heard.
            self._synthesise()

    cdef void _analyse(self) noexcept nogil:
        cdef int ear
        for ear in range(2):
            memcpy(&self.work[ear, 0], &self.sound[ear, 0], 2 * self.block * sizeof(float))
            memcpy(&self.sound[ear, 0], &self.sound[ear, self.block], self.block * sizeof(float))
        self.head = (self.head + 1) % self.count
        self.summed = 0
        self._spectrum(&self.past[32 * self.head])

    cdef void _add_up(self, int until) noexcept nogil:
        _multiply(&self.total[0], &self.past[0], &self.taps[0], self.head, self.count, self.summed, until)
        self.summed = until

    cdef void _synthesise(self) noexcept nogil:
        cdef int g, part
        for g in range(self.groups):
            for part in range(4):
                memcpy(&self.bins[part, 8 * g], &self.total[32 * g + 8 * part], 8 * sizeof(float))
        self.fft.join(&self.bins[0, 0], &self.bins[1, 0], &self.bins[2, 0], &self.bins[3, 0],
                      &self.out[0, 0], &self.out[1, 0])
        self.fft.inverse(&self.out[0, 0], &self.out[1, 0])

    cdef void _spectrum(self, float* into) noexcept nogil:
        # Of `work`, left + i right, parted into the two ears and laid out in groups of eight bins; the same
        # group of all partitions stands together, because that is how they are summed.
        cdef int g, part
        cdef long stride = 32 * self.count
        self.fft.forward(&self.work[0, 0], &self.work[1, 0])
        self.fft.part(&self.work[0, 0], &self.work[1, 0],
                      &self.bins[0, 0], &self.bins[1, 0], &self.bins[2, 0], &self.bins[3, 0])
        for g in range(self.groups):
            for part in range(4):
                memcpy(into + stride * g + 8 * part, &self.bins[part, 8 * g], 8 * sizeof(float))

    cdef void clear(self) noexcept nogil:
        self.chunk = self.head = self.summed = 0
        memset(&self.sound[0, 0], 0, 4 * self.block * sizeof(float))
        memset(&self.out[0, 0], 0, 4 * self.block * sizeof(float))
        memset(&self.past[0], 0, <size_t> self.count * 32 * self.groups * sizeof(float))
        memset(&self.total[0], 0, 32 * self.groups * sizeof(float))


cdef class Partitions:
    """An impulse, cut into partitions, and what it still has to say."""

    def __cinit__(self, long frames):
        if not 1 <= frames <= LONGEST:
            raise ValueError(f"an impulse of {frames} frames; give 1 to {LONGEST}")
        self.frames = frames
        # Each size begins two of its blocks in, less the tick by which the caller is late anyway.
        middle, long_ = 2 * MIDDLE - TICK, 2 * LONG - TICK
        self.short = Level(SHORT, 0, -(-min(frames, middle) // SHORT))
        if frames > middle:
            self.middle = Level(MIDDLE, middle, -(-(min(frames, long_) - middle) // MIDDLE))
        if frames > long_:
            self.long_ = Level(LONG, long_, -(-(frames - long_) // LONG))

    cdef void load(self, const float* left, const float* right, long frames) noexcept nogil:
        self.short.load(left, right, frames)
        if self.middle is not None:
            self.middle.load(left, right, frames)
        if self.long_ is not None:
            self.long_.load(left, right, frames)

    cdef void push(
        self, const float* left, const float* right, float* out_left, float* out_right
    ) noexcept nogil:
        self.short.push(left, right, out_left, out_right)
        if self.middle is not None:
            self.middle.push(left, right, out_left, out_right)
        if self.long_ is not None:
            self.long_.push(left, right, out_left, out_right)

    cdef void clear(self) noexcept nogil:
        self.short.clear()
        if self.middle is not None:
            self.middle.clear()
        if self.long_ is not None:
            self.long_.clear()
