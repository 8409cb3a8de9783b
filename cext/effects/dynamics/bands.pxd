# Four bands that add up to all the sound: what the multiband effects share.

from cext._types cimport TICK

cdef struct Bands:
    double parts[6][9][4]                  # a stage: to its states and output, from its states and input
    double high_out[3][4]                  # the third stage has two outputs
    double state[6][2][4]
    double step[6][9][4]                   # what the parts change a frame while a crossover moves
    double high_step[3][4]
    bint is_moving
    float out[4][2][TICK]                  # band by band, ear by ear; the present tick as far as it has come
    double goal[6][9][4]                   # where the parts are when the tick ends
    double high_goal[3][4]
    double known[3]

cdef void clear_bands(Bands* at) noexcept nogil
cdef void aim_bands(Bands* at, double low_hz, double middle_hz, double high_hz, double rate_hz) noexcept nogil
cdef void split(Bands* at, const float* left, const float* right, int first, int frames) noexcept nogil
