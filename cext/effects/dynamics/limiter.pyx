# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A limiter that sees what is coming.

The sound is held back by 64 frames. The gain each sample needs is held at its least over
that window and then averaged over it, so it is already low when the peak arrives and never moves by a step:
no sample passes the ceiling, and there is no click. The average is a sum of whole numbers, which cannot
drift. Sources: M. van Herk, Pattern Recognition Letters 13 (1992) 517 for the sliding minimum; the
hold-and-average gain is common practice among look-ahead limiters.
"""

from libc.math cimport exp, fabs, pow
from libc.stdint cimport uint32_t, uint64_t

from cext._types cimport TICK
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef enum:
    DRIVE, CEILING, RELEASE

cdef double _ONE = 1073741824.0   # gain 1 as a whole number, 2**30


cdef class Limiter(Effect):
    """Keeps every sample under the ceiling without being heard at work."""

    SOURCE = "M. van Herk, Pattern Recognition Letters 13 (1992) 517; hold-and-average gain"
    NEUTRAL = {"drive_db": 0.0}
    PARAMETERS = (
        Parameter("drive_db", "dB", 0.0, 24.0, 0.0),
        Parameter("ceiling_dbfs", "dBFS", -24.0, -1.0, -1.0),
        Parameter("release_ms", "ms", 10.0, 1_000.0, 150.0, "log"),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.delays(TICK)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        if self.end[RELEASE] != self.release_known:
            self.release_known = self.end[RELEASE]
            self.recovery = <float> (1.0 - exp(-1000.0 / (self.release_known * self.rate_hz)))
        if self.end[CEILING] != self.ceiling_known:
            self.ceiling_known = self.end[CEILING]
            self.ceiling = pow(10.0, self.ceiling_known / 20.0) * (1.0 - 1e-6)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int j, k, place = self.place
        cdef double drive = pow(10.0, self.begin[DRIVE] / 20.0) if self.begin[DRIVE] != 0.0 else 1.0
        cdef double drive_end = pow(10.0, self.end[DRIVE] / 20.0) if self.end[DRIVE] != 0.0 else 1.0
        cdef double drive_step = (drive_end - drive) / TICK
        cdef float x, y, peak, need, gain, ceiling = <float> self.ceiling, push
        cdef float low = self.low, recovered = self.recovered
        cdef uint32_t whole
        for j in range(frames):
            push = <float> (drive + drive_step * (first + j))
            x = left[j] * push
            y = right[j] * push
            peak = <float> fabs(x)
            if <float> fabs(y) > peak:
                peak = <float> fabs(y)
            need = ceiling / peak if peak > ceiling else <float> 1.0
            recovered += self.recovery * (<float> 1.0 - recovered)
            if need < recovered:
                recovered = need
            self.window[place] = recovered
            if recovered < low:
                low = recovered
            # Least over the last 64: this window so far, and what followed this place in the last one.
            gain = low if low < self.earlier_low[place] else self.earlier_low[place]
            whole = <uint32_t> (gain * _ONE)
            # The average before this sample joins it: exactly the 64 that have seen the sample now leaving.
            gain = <float> (<double> self.sum * (1.0 / (_ONE * TICK)))
            self.sum += whole - <uint64_t> self.averaged[place]
            self.averaged[place] = whole
            left[j] = self.held_left[place] * gain
            right[j] = self.held_right[place] * gain
            self.held_left[place] = x
            self.held_right[place] = y
            place += 1
            if place == TICK:
                place = 0
                low = 1.0
                for k in range(TICK - 1, -1, -1):
                    # From the place after k to the end: what remains of the old window when k is overwritten.
                    self.earlier_low[k] = low
                    if self.window[k] < low:
                        low = self.window[k]
                low = 1.0
        self.place = place
        self.low = low
        self.recovered = recovered

    cdef void clear(self) noexcept nogil:
        cdef int k
        for k in range(TICK):
            self.held_left[k] = self.held_right[k] = 0.0
            self.earlier_low[k] = 1.0
            self.window[k] = 1.0
            self.averaged[k] = <uint32_t> _ONE
        self.sum = <uint64_t> _ONE * TICK
        self.low = 1.0
        self.recovered = 1.0
        self.place = 0
