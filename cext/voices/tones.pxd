# The sine every tone is made of: 64 samples at a time, several abreast.

from libc.stdint cimport uint64_t

cdef enum:
    ABREAST = 8                            # samples made side by side
    LEAD = 16                              # samples before the tick that start the recurrence
    SPAN = 80                              # LEAD + TICK


cdef struct Tone:
    # cos and sin of the angle at samples -8 .. 7, times the decay, and the recurrence's two factors.
    double cosine[LEAD]
    double sine[LEAD]
    double forward
    double back
    double cycles                          # of the rate; what it is tuned to
    double keep                            # decay from one sample to the next, 1 for none


cdef struct Partial:
    Tone tone
    uint64_t phase
    float cosine[64]                       # of the angle at each sample of a tick, for `play_two`
    float sine[64]
    double table_cycles                    # what these two are for
    double start_sine                      # of the tick's first sample
    double start_cosine
    double turn_cosine                     # what a tick does to them
    double turn_sine
    uint64_t expected                      # the phase they are for, a tick later
    int ticks_left                         # until they are made anew


cdef void tune(Tone* tone, double cycles, double keep) noexcept nogil
cdef void ring(const Tone* tone, double sine, double cosine, double* samples) noexcept nogil
cdef void play(Partial* partial, double cycles, double cycles_end, double* samples) noexcept nogil
cdef void play_two(
    Partial* one, double cycles, double cycles_end, float* ear,
    Partial* other, double other_cycles, double other_cycles_end, float* other_ear
) noexcept nogil
cdef void skip(Partial* partial, double cycles, double cycles_end) noexcept nogil
cdef void sweep(uint64_t phase, uint64_t turn, uint64_t turn_step, double* samples) noexcept nogil
cdef void narrow(const double* samples, float* ear) noexcept nogil
