# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The spectrum of a stretch of sound and back: a complex float32 FFT of 16 to 65536 points.

Stockham's self-sorting form (decimation in frequency): each stage reads one array and writes the other, so no
bit reversal is needed and every access is a run of neighbours; eight of them share a register. Radix 8 and 4,
because fewer stages are fewer trips through memory. Real and imaginary parts live apart, so that no lane is
ever shuffled but in the first stage, which ends in an 8 x 8 transposition. A last stage reads and writes the
same places and therefore may work in place: after any number of stages the result is where the input was.

Source: P. N. Swarztrauber, Parallel Computing 1 (1984) 45; C. Van Loan, Computational Frameworks for the FFT
(SIAM 1992), 1.7.
"""

import numpy as np

from libc.math cimport M_PI, cos, sin
from libc.stdlib cimport free
from posix.stdlib cimport posix_memalign
from posix.time cimport CLOCK_THREAD_CPUTIME_ID, clock_gettime, timespec

from cext._fft cimport _first8, _join, _last2, _last4, _last8, _middle4, _middle8, _part


cdef class Fft:
    """One transform of a fixed size, with its twiddle factors and its scratch."""

    def __cinit__(self, int size):
        cdef int bits = size.bit_length() - 1 if size > 0 else 0
        if not 16 <= size <= 65_536 or size != 1 << bits:
            raise ValueError(f"an FFT of {size} points is not there; give a power of two from 16 to 65536")
        self.size = size
        bits -= 3
        self.radix[0] = 8
        self.stages = 1
        while bits > 0:
            # Twos make fours, but where the number of bits is odd one eight does instead of a four and a two.
            self.radix[self.stages] = 8 if bits == 3 or bits > 4 else 1 << min(bits, 2)
            bits -= 3 if self.radix[self.stages] == 8 else min(bits, 2)
            self.stages += 1
        cdef void* memory = NULL
        if posix_memalign(&memory, 64, 4 * size * sizeof(float)):
            raise MemoryError("no memory for an FFT; close something else")
        self.scratch = <float*> memory
        self.turns = self.scratch + 2 * size
        self._turn()

    def __dealloc__(self):
        free(self.scratch)

    cdef _turn(self):
        # The first stage wants runs over the points, the others one row a point.
        cdef int stage, k, p, n = self.size, m, radix
        cdef float* at = self.turns
        cdef double angle
        for stage in range(self.stages - 1):
            radix = self.radix[stage]
            m = n // radix
            for p in range(m):
                for k in range(1, radix):
                    angle = -2.0 * M_PI * (<double> p * k) / n
                    if stage == 0:
                        at[2 * m * (k - 1) + p] = <float> cos(angle)
                        at[2 * m * (k - 1) + m + p] = <float> sin(angle)
                    else:
                        at[2 * (radix - 1) * p + 2 * k - 2] = <float> cos(angle)
                        at[2 * (radix - 1) * p + 2 * k - 1] = <float> sin(angle)
            at += 2 * (radix - 1) * m
            n = m

    cdef void forward(self, float* real, float* imag) noexcept nogil:
        self._run(real, imag, 1.0)

    cdef void inverse(self, float* real, float* imag) noexcept nogil:
        # With the parts exchanged before and after, forward is inverse.
        self._run(imag, real, <float> (1.0 / self.size))

    cdef void _run(self, float* real, float* imag, float scale) noexcept nogil:
        cdef int stage, s = 8, m = self.size // 8, last = self.radix[self.stages - 1]
        cdef const float* turns = self.turns
        cdef float* in_real = self.scratch
        cdef float* in_imag = self.scratch + self.size
        cdef float* out_real = real
        cdef float* out_imag = imag
        _first8(real, imag, in_real, in_imag, m, turns)
        turns += 14 * m
        for stage in range(1, self.stages - 1):
            if self.radix[stage] == 8:
                m //= 8
                _middle8(in_real, in_imag, out_real, out_imag, m, s, turns)
                turns += 14 * m
                s *= 8
            else:
                m //= 4
                _middle4(in_real, in_imag, out_real, out_imag, m, s, turns)
                turns += 6 * m
                s *= 4
            in_real, out_real = out_real, in_real
            in_imag, out_imag = out_imag, in_imag
        if last == 8:
            _last8(in_real, in_imag, real, imag, s, scale)
        elif last == 4:
            _last4(in_real, in_imag, real, imag, s, scale)
        else:
            _last2(in_real, in_imag, real, imag, s, scale)

    cdef void part(
        self, const float* real, const float* imag,
        float* left_real, float* left_imag, float* right_real, float* right_imag,
    ) noexcept nogil:
        _part(real, imag, left_real, left_imag, right_real, right_imag, self.size)

    cdef void join(
        self, const float* left_real, const float* left_imag,
        const float* right_real, const float* right_imag, float* real, float* imag,
    ) noexcept nogil:
        _join(left_real, left_imag, right_real, right_imag, real, imag, self.size)


def forward(float[::1] real not None, float[::1] imag not None):
    """The spectrum of real + i imag, in place, unscaled. Two arrays of one size, a power of two."""
    _checked(real, imag).forward(&real[0], &imag[0])


def inverse(float[::1] real not None, float[::1] imag not None):
    """Back again, in place, scaled by 1 / size."""
    _checked(real, imag).inverse(&real[0], &imag[0])


def parted(float[::1] real not None, float[::1] imag not None):
    """The spectra of two real sounds out of that of left + i right: two of shape (size / 2 + 1,)."""
    cdef Fft fft = _checked(real, imag)
    cdef float[:, ::1] out = np.empty((4, fft.size // 2 + 1), np.float32)
    fft.part(&real[0], &imag[0], &out[0, 0], &out[1, 0], &out[2, 0], &out[3, 0])
    rows = np.asarray(out)
    return rows[0] + np.complex64(1j) * rows[1], rows[2] + np.complex64(1j) * rows[3]


def joined(left, right):
    """The spectrum of left + i right out of the spectra of two real sounds."""
    cdef float[:, ::1] rows = np.array([left.real, left.imag, right.real, right.imag], np.float32)
    cdef Fft fft = Fft(2 * (<int> rows.shape[1] - 1))
    cdef float[:, ::1] out = np.empty((2, fft.size), np.float32)
    fft.join(&rows[0, 0], &rows[1, 0], &rows[2, 0], &rows[3, 0], &out[0, 0], &out[1, 0])
    return np.asarray(out[0]), np.asarray(out[1])


def nanoseconds(int size, int rounds):
    """Processor time of one forward and one inverse transform of this size, mean of so many rounds."""
    cdef Fft fft = Fft(size)
    cdef float[:, ::1] sound = np.random.default_rng(1).uniform(-1, 1, (2, size)).astype(np.float32)
    cdef timespec before, after
    cdef int _round
    with nogil:
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before)
        for _round in range(rounds):
            fft.forward(&sound[0, 0], &sound[1, 0])
            fft.inverse(&sound[0, 0], &sound[1, 0])
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after)
    return ((after.tv_sec - before.tv_sec) * 1e9 + (after.tv_nsec - before.tv_nsec)) / rounds


cdef Fft _checked(float[::1] real, float[::1] imag):
    if real.shape[0] != imag.shape[0]:
        raise ValueError(f"{real.shape[0]} real and {imag.shape[0]} imaginary parts; give as many of each")
    return Fft(<int> real.shape[0])
