# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Longer or shorter at the same pitch.

Windows are taken from the sound at one distance and laid down at another; each partial is turned by what
its frequency gains or loses between the two, with all that surrounds it. Attacks are set to their own
moment, as in the pitch shifter, whose analysis this is. It changes how many frames there are, and is
therefore no effect in a chain: it is fed and gives what is ready. Source: J. Laroche and M. Dolson, IEEE
Trans. SAP 7 (1999) 323: identity phase locking.
"""

import numpy as np

from libc.math cimport floor
from libc.string cimport memcpy, memset

from cext._types cimport TICK
from cext.effects.pitch.shifter cimport Shifter
from cext.effects.spectral.stft cimport size_for
from cext.fft cimport Fft


cdef class TimeStretch:
    """Makes a sound so many times longer, from a quarter to eight times, at the same pitch."""

    def __init__(self, double stretch, double rate_hz=48_000.0):
        if not 0.25 <= stretch <= 8.0:
            raise ValueError(f"a stretch of {stretch:g} is outside 0.25 to 8")
        if not 8_000.0 <= rate_hz <= 384_000.0:
            raise ValueError(f"a rate of {rate_hz:g} Hz is outside 8000 to 384000 Hz")
        self.rate_hz = rate_hz
        self.stretch = stretch
        self.size = size_for(4096, rate_hz)
        self.half = self.size // 2
        # Windows are never further apart than an eighth, neither coming nor going.
        self.hop = max(TICK // 4, <int> (self.size / 8 * min(1.0, stretch)))
        while self.size % self.hop:
            self.hop -= 1
        self.fft = Fft(self.size)
        self.shifter = Shifter(self.size, self.hop, rate_hz)
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self.size) / self.size)
        self.window = hann.astype(np.float32)
        self.window_out = (hann * self.hop / np.sum(hann**2)).astype(np.float32)
        self.heard = np.zeros((2, 2 * self.size), np.float32)
        self.sung = np.zeros((2, self.size), np.float32)
        self.wave = np.zeros((2, self.size), np.float32)
        self.bins = np.zeros((4, self.half + 1), np.float32)
        self.out = np.zeros((4, self.half + 1), np.float32)
        self.rotation = np.zeros((2, self.half + 1), np.float32)
        self.page = 0
        self.fed = self.worked = self.given = 0
        self.middle = -self.hop
        self.length = 1e18

    def feed(self, sound not None):
        """The next frames of the sound, float32 of shape (2, frames); gives those that are ready."""
        if self.length < 1e18:
            raise ValueError("the sound has ended; make a new stretch for the next one")
        cdef float[:, ::1] block = np.ascontiguousarray(sound, dtype=np.float32)
        if block.shape[0] != 2:
            raise ValueError(f"a sound has 2 rows, this one {block.shape[0]}")
        return self._take(block, block.shape[1])

    def finish(self):
        """The sound has ended; gives what is left of it."""
        if self.length < 1e18:
            raise ValueError("the sound has ended already")
        self.length = floor(self.fed * self.stretch + 0.5)
        frames = <long> (2 * self.size + self.size / self.stretch)
        return self._take(np.zeros((2, frames), np.float32), frames)

    cdef _take(self, float[:, ::1] sound, long frames):
        cdef long done = 0, part, next_middle, mask = 2 * self.size - 1, first, ready
        cdef int ear
        cdef float* to
        parts = []
        while True:
            next_middle = <long> floor(self.worked * (self.hop / self.stretch) + 0.5)
            # A tick at a time, for the ears of the click detector; never past what the next window needs.
            while self.fed < next_middle + self.half and done < frames:
                part = min(TICK - (self.fed & (TICK - 1)), frames - done)
                for ear in range(2):
                    to = &self.heard[ear, 0]
                    memcpy(to + (self.fed & mask), &sound[ear, done], part * sizeof(float))
                self.fed += part
                done += part
                if self.fed & (TICK - 1) == 0:
                    first = (self.fed - TICK) & mask
                    self.shifter.newest(
                        &self.heard[0, first], &self.heard[1, first], <double> (self.fed - TICK), TICK
                    )
            if self.fed < next_middle + self.half:
                break
            with nogil:
                self._frame(next_middle)
            self.worked += 1
            # The window's middle lies at a hop times its number: what is before its first half is ready.
            ready = self.worked * self.hop - self.half
            first = ready - self.hop
            block = np.empty((2, self.hop), np.float32)
            block[0] = self.sung[0, (first & (self.size - 1)):][: self.hop]
            block[1] = self.sung[1, (first & (self.size - 1)):][: self.hop]
            self.sung[0, (first & (self.size - 1)):(first & (self.size - 1)) + self.hop] = 0.0
            self.sung[1, (first & (self.size - 1)):(first & (self.size - 1)) + self.hop] = 0.0
            if first < 0:
                block = block[:, min(self.hop, -first):]
            block = block[:, : max(0, <long> min(<double> block.shape[1], self.length - self.given))]
            self.given += block.shape[1]
            parts.append(block)
            if self.given >= self.length:
                break
        return np.concatenate(parts, axis=1) if parts else np.zeros((2, 0), np.float32)

    cdef void _frame(self, long middle) noexcept nogil:
        cdef int j, ear, to, size = self.size, half = self.half, mask = 2 * self.size - 1
        cdef float* real = &self.wave[0, 0]
        cdef float* imag = &self.wave[1, 0]
        cdef float* out
        for j in range(size):
            to = (j + half) & (size - 1)
            real[to] = self.heard[0, (middle - half + j) & mask] * self.window[j]
            imag[to] = self.heard[1, (middle - half + j) & mask] * self.window[j]
        self.fft.forward(real, imag)
        self.fft.part(real, imag, &self.bins[0, 0], &self.bins[1, 0], &self.bins[2, 0], &self.bins[3, 0])
        self.shifter.hop = <int> (middle - self.middle)
        self.shifter.clock = self.middle
        self.middle = middle
        self.shifter.stretch = self.stretch
        self.shifter.clock_out = self.worked * self.hop
        self.shifter.analyse(&self.bins[0, 0], &self.bins[1, 0], &self.bins[2, 0], &self.bins[3, 0])
        memset(&self.out[0, 0], 0, 4 * (half + 1) * sizeof(float))
        self.shifter.sing(
            self.hop / <double> self.shifter.hop, 1.0, 1.0, self.rotation, self.page,
            &self.bins[0, 0], &self.bins[1, 0], &self.bins[2, 0], &self.bins[3, 0], self.out, False,
        )
        self.page = 1 - self.page
        self.fft.join(&self.out[0, 0], &self.out[1, 0], &self.out[2, 0], &self.out[3, 0], real, imag)
        self.fft.inverse(real, imag)
        for ear in range(2):
            out = real if ear == 0 else imag
            for j in range(size):
                to = <int> ((self.worked * self.hop - half + j) & (size - 1))
                self.sung[ear, to] += out[(j + half) & (size - 1)] * self.window_out[j]


def time_stretch(sound not None, double stretch, double rate_hz=48_000.0):
    """A whole sound, so many times longer. sound: float32, shape (2, frames). Raises ValueError."""
    work = TimeStretch(stretch, rate_hz)
    return np.concatenate([work.feed(sound), work.finish()], axis=1)
