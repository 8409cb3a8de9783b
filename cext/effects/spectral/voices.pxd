from cext.effects.spectral.stft cimport Spectral


cdef class Robot(Spectral):
    cdef double next_pulse                 # frames from the middle of the next window to the next pulse


cdef class Scrambled(Spectral):
    cdef unsigned long windows


cdef class Whisper(Scrambled):
    pass


cdef class Smear(Scrambled):
    pass


cdef void scramble(
    float* lr, float* li, float* rr, float* ri, int bins, int overlap, unsigned long seed, double share,
    float mix,
) noexcept nogil
