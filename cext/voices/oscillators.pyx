# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Single waves: a pure tone, and saw, square and triangle without aliases.

The same in both ears. What is left of distortion in the sine is the rounding to float32. See `tones` and
`edges` for how they are made; saw, square and triangle come 16 frames late.
"""

from libc.string cimport memset

from cext._types cimport TICK
from cext.voices.edges cimport Edged, saw, skip_edges, square, triangle, turn_page
from cext.voices.ticked cimport Ticked
from cext.voices.tones cimport narrow, play, skip

from cext.parameters import Parameter

cdef enum:
    LEVEL, FREQUENCY, WIDTH

_LEVEL = Parameter("level", "", 0.0, 1.0, 0.5)
_FREQUENCY = Parameter("frequency_hz", "Hz", 20.0, 12_000.0, 220.0, "log")
# As many cycles a sample as a wave with edges may have; above, only its place would be left of it.
cdef double _MOST = 0.45


cdef inline void _hand_out(Edged* wave, float* left, float* right) noexcept nogil:
    cdef int j
    for j in range(TICK):
        left[j] = wave.work[j]
        right[j] = wave.work[j]
    turn_page(wave)


cdef class Sine(Ticked):
    """One pure tone, the same in both ears."""

    PARAMETERS = (_LEVEL, _FREQUENCY._replace(maximum=2_000.0))

    cdef void sound(self, float* left, float* right) noexcept nogil:
        cdef double cycles = self.begin[FREQUENCY] * self.per_frame
        cdef double samples[TICK]
        play(&self.partial, cycles, self.end[FREQUENCY] * self.per_frame, samples)
        narrow(samples, left)
        narrow(samples, right)

    cdef void rest(self) noexcept nogil:
        skip(&self.partial, self.begin[FREQUENCY] * self.per_frame, self.end[FREQUENCY] * self.per_frame)

    cdef void clear(self) noexcept nogil:
        self.partial.phase = 0


cdef class Saw(Ticked):
    """A bright, full wave with every harmonic."""

    PARAMETERS = (_LEVEL, _FREQUENCY)

    cdef void sound(self, float* left, float* right) noexcept nogil:
        saw(&self.wave, min(self.begin[FREQUENCY] * self.per_frame, _MOST),
            min(self.end[FREQUENCY] * self.per_frame, _MOST))
        _hand_out(&self.wave, left, right)

    cdef void rest(self) noexcept nogil:
        skip_edges(&self.wave, min(self.begin[FREQUENCY] * self.per_frame, _MOST),
                   min(self.end[FREQUENCY] * self.per_frame, _MOST))

    cdef void clear(self) noexcept nogil:
        memset(&self.wave, 0, sizeof(Edged))
        self.wave.phase = <unsigned long long> 1 << 63


cdef class Square(Ticked):
    """A hollow wave of odd harmonics; its width can be turned towards a thin reed."""

    PARAMETERS = (_LEVEL, _FREQUENCY, Parameter("width", "of a cycle", 0.05, 0.95, 0.5))

    cdef void sound(self, float* left, float* right) noexcept nogil:
        square(&self.wave, min(self.begin[FREQUENCY] * self.per_frame, _MOST),
               min(self.end[FREQUENCY] * self.per_frame, _MOST), self.begin[WIDTH], self.end[WIDTH])
        _hand_out(&self.wave, left, right)

    cdef void rest(self) noexcept nogil:
        skip_edges(&self.wave, min(self.begin[FREQUENCY] * self.per_frame, _MOST),
                   min(self.end[FREQUENCY] * self.per_frame, _MOST))

    cdef void clear(self) noexcept nogil:
        memset(&self.wave, 0, sizeof(Edged))


cdef class Triangle(Ticked):
    """A soft wave of odd harmonics, almost a flute."""

    PARAMETERS = (_LEVEL, _FREQUENCY)

    cdef void sound(self, float* left, float* right) noexcept nogil:
        triangle(&self.wave, min(self.begin[FREQUENCY] * self.per_frame, _MOST),
                 min(self.end[FREQUENCY] * self.per_frame, _MOST))
        _hand_out(&self.wave, left, right)

    cdef void rest(self) noexcept nogil:
        skip_edges(&self.wave, min(self.begin[FREQUENCY] * self.per_frame, _MOST),
                   min(self.end[FREQUENCY] * self.per_frame, _MOST))

    cdef void clear(self) noexcept nogil:
        memset(&self.wave, 0, sizeof(Edged))
        self.wave.phase = <unsigned long long> 1 << 62
