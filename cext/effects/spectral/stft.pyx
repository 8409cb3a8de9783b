# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What all spectral effects share: overlapping windows of sound, each turned into a spectrum and back.

Hann windows before and after, 4 or 8 of them over every frame of sound, add up to exactly one: an effect
that changes no bin gives the sound back, one window later. Both ears go through one transform. The middle
of a window is the origin of phase, so that a steady tone has equal phases in the bins it fills and a click
shows its distance from the middle as a slope of phase. Windows are counted from the effect's own first
frame and begin on ticks, so that the caller's blocks do not matter. Source: J. B. Allen and L. R. Rabiner,
Proc. IEEE 65 (1977) 1558.
"""

import numpy as np

from libc.math cimport log2, round
from libc.string cimport memcmp, memcpy, memset

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport TICK
from cext.fft cimport Fft
from cext.parts cimport Effect

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_window(
            const float *restrict in, const float *restrict window, float *restrict out, int frames) {
        for (int j = 0; j < frames; j++) out[j] = in[j] * window[j];
    }
    ECHOEL_CLONES static void echoel_overlap(
            const float *restrict in, const float *restrict window, float *restrict out, int frames) {
        for (int j = 0; j < frames; j++) out[j] += in[j] * window[j];
    }
    """
    void _window "echoel_window"(const float*, const float*, float*, int) noexcept nogil
    void _overlap "echoel_overlap"(const float*, const float*, float*, int) noexcept nogil


cdef int size_for(int size_at_48k, double rate_hz) noexcept nogil:
    # The power of two that lasts as long at this rate; a hop of a tick must remain.
    cdef int size = size_at_48k
    cdef int octaves = <int> round(log2(rate_hz / 48_000.0))
    size = size << octaves if octaves > 0 else size >> -octaves
    return max(4 * TICK, min(65_536, size))


cdef class Spectral(Effect):
    """An effect that works on spectra: override `change`, call `open` at construction."""

    cdef int open(self, int size_at_48k, int overlap) except -1:
        cdef int size = size_for(size_at_48k, self.rate_hz)
        self.fft = Fft(size)
        self.size = size
        self.half = size // 2
        self.hop = max(TICK, size // overlap)
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
        self.window = hann.astype(np.float32)
        self.window_out = (hann * self.hop / np.sum(hann**2)).astype(np.float32)
        self.heard = np.zeros((2, size), np.float32)
        self.sung = np.zeros((2, size), np.float32)
        self.wave = np.zeros((2, size), np.float32)
        self.bins = np.zeros((4, self.half + 16), np.float32)
        self.delays(size)
        return 0

    cdef void change(self, float* lr, float* li, float* rr, float* ri) noexcept nogil:
        # The spectra of both ears, bins 0 .. half, in place, once a hop. For equal ears equal results.
        pass

    cdef void newest(self, float* left, float* right) noexcept nogil:
        # The last hop of sound as it came in, before its window is worked on.
        pass

    cdef void wipe(self) noexcept nogil:
        self.place = self.since = 0
        memset(&self.heard[0, 0], 0, 2 * self.size * sizeof(float))
        memset(&self.sung[0, 0], 0, 2 * self.size * sizeof(float))

    cdef void clear(self) noexcept nogil:
        self.wipe()

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        # A segment stays inside a tick and the rings are whole ticks long: no seam inside it.
        cdef int place = self.place
        memcpy(&self.heard[0, place], left, frames * sizeof(float))
        memcpy(&self.heard[1, place], right, frames * sizeof(float))
        memcpy(left, &self.sung[0, place], frames * sizeof(float))
        memcpy(right, &self.sung[1, place], frames * sizeof(float))
        memset(&self.sung[0, place], 0, frames * sizeof(float))
        memset(&self.sung[1, place], 0, frames * sizeof(float))
        self.place = (place + frames) & (self.size - 1)
        self.since += frames
        if self.since == self.hop:
            self.since = 0
            place = (self.place - self.hop) & (self.size - 1)
            self.newest(&self.heard[0, place], &self.heard[1, place])
            self._frame()

    cdef void _frame(self) noexcept nogil:
        cdef int ear, part, size = self.size, half = self.half, place = self.place
        cdef size_t row = (half + 1) * sizeof(float)
        cdef float* lr = &self.bins[0, 0]
        cdef float* li = &self.bins[1, 0]
        cdef float* rr = &self.bins[2, 0]
        cdef float* ri = &self.bins[3, 0]
        cdef float* real = &self.wave[0, 0]
        cdef float* imag = &self.wave[1, 0]
        cdef float* to
        # Equal ears must stay equal to the bit, which the two halves of one transform are not.
        cdef bint is_mono = memcmp(&self.heard[0, 0], &self.heard[1, 0], size * sizeof(float)) == 0
        for ear in range(2):
            to = real if ear == 0 else imag
            if ear == 1 and is_mono:
                memset(to, 0, size * sizeof(float))
                continue
            # The oldest frame is at `place`; the window's middle goes to the front.
            part = size - place
            if part >= half:
                _window(&self.heard[ear, place], &self.window[0], to + half, half)
                _window(&self.heard[ear, place + half], &self.window[half], to, part - half)
                _window(&self.heard[ear, 0], &self.window[part], to + part - half, place)
            else:
                _window(&self.heard[ear, place], &self.window[0], to + half, part)
                _window(&self.heard[ear, 0], &self.window[part], to + half + part, half - part)
                _window(&self.heard[ear, half - part], &self.window[half], to, half)
        self.fft.forward(real, imag)
        self.fft.part(real, imag, lr, li, rr, ri)
        if is_mono:
            memcpy(rr, lr, row)
            memcpy(ri, li, row)
        self.change(lr, li, rr, ri)
        is_mono = memcmp(lr, rr, row) == 0 and memcmp(li, ri, row) == 0
        if is_mono:
            memset(rr, 0, row)
            memset(ri, 0, row)
        self.fft.join(lr, li, rr, ri, real, imag)
        self.fft.inverse(real, imag)
        for ear in range(2):
            to = real if ear == 0 or is_mono else imag
            part = size - place
            if part >= half:
                _overlap(to + half, &self.window_out[0], &self.sung[ear, place], half)
                _overlap(to, &self.window_out[half], &self.sung[ear, place + half], part - half)
                _overlap(to + part - half, &self.window_out[part], &self.sung[ear, 0], place)
            else:
                _overlap(to + half, &self.window_out[0], &self.sung[ear, place], part)
                _overlap(to + half + part, &self.window_out[part], &self.sung[ear, 0], half - part)
                _overlap(to, &self.window_out[half], &self.sung[ear, half - part], half)
