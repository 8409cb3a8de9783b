cdef struct Svf:
    # Coefficients at the start of the tick, their change a frame, and at its end.
    double begin[3]
    double step[3]
    double end[3]
    double corner_hz
    double k


cdef void svf_aim(Svf* filter, double corner_hz, double k, double rate_hz) noexcept nogil
cdef void svf_lowpass(
    Svf* filter, double* state, float* left, float* right, int first, int frames
) noexcept nogil
