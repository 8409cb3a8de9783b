# What dynamics effects share: levels, knees, attack and release over one tick, in octaves of amplitude
# (log2: 1 is 6.02 dB). Every pointer is to TICK floats. A tick that comes in pieces is computed anew from its
# first frame each time and kept (`is_whole`) when it is complete, so the pieces never show.

from cext._types cimport TICK
from cext.effects.dynamics.keyed cimport Keyed
from cext.effects.dynamics.sections cimport Section

cdef struct Pole:
    float power[10]                        # p, p^2 .. p^8, p^16, p^32
    float share                            # 1 - p
    double once                            # p itself

cdef struct Ballistics:
    Pole attack
    Pole release
    float state[2]
    double known[2]

cdef double OCTAVE_DB

cdef void set_pole(Pole* pole, double frames) noexcept nogil
cdef void set_ballistics(Ballistics* at, double attack_ms, double release_ms, double rate_hz) noexcept nogil
cdef void levels_of(float* level, const float* left, const float* right) noexcept nogil
cdef void peaks_of(float* peak, const float* left, const float* right) noexcept nogil
cdef void powers_of(float* power, const float* left, const float* right) noexcept nogil
cdef void half_log2(float* level, const float* power) noexcept nogil
cdef void knee(
    float* out, const float* level, double threshold, double threshold_end, float sign, double width,
    double slope, double slope_end,
) noexcept nogil
cdef void no_less(float* x, double least, double least_end) noexcept nogil
cdef void follow(Ballistics* at, float* out, const float* wanted, bint is_whole) noexcept nogil
cdef void fall(Pole* pole, float* state, float* out, const float* wanted, bint is_whole) noexcept nogil
cdef void glide(Pole* pole, float* state, float* out, const float* wanted, bint is_whole) noexcept nogil
cdef void gains(
    float* gain, const float* level, float sign, double makeup, double makeup_end, double mix, double mix_end,
) noexcept nogil
cdef void multiply(float* left, float* right, const float* gain, int frames) noexcept nogil
cdef void add(
    float* left, float* right, const float* one, const float* other, const float* gain, int frames,
    bint is_first,
) noexcept nogil


cdef class Dynamics(Keyed):
    cdef float heard[2][TICK]              # what it listens to, where the tick comes in pieces
    cdef float* ears[2]
    cdef float level[TICK]
    cdef float wanted[TICK]
    cdef float gain[TICK]
    cdef Ballistics ballistics
    cdef Pole averaging
    cdef float average
    cdef Section highpass                  # what the key goes through
    cdef Section lowpass
    cdef int detector_row                  # rows of the table, -1 where there is no such row
    cdef int attack_row
    cdef int release_row
    cdef int makeup_row
    cdef int mix_row
    cdef int highpass_row
    cdef int listen_row
    cdef float sign                        # +1 where what is followed is the gain, -1 where it is a reduction

    cdef void hear(self, float* left, float* right, int first, int frames) noexcept nogil
    cdef void take(self, float* left, float* right, int first, int frames) noexcept nogil
    cdef void want(self, bint is_whole) noexcept nogil
    cdef void detect(self, bint is_whole) noexcept nogil
    cdef void weigh(self, bint is_whole) noexcept nogil
