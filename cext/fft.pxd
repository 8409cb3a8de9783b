# One complex FFT for every effect that works on spectra; two real channels fit into one of them.


cdef class Fft:
    cdef readonly int size
    cdef int stages
    cdef int[8] radix
    cdef float* scratch                    # size reals, size imaginaries
    cdef float* turns                      # the twiddle factors of every stage but the last

    # In place, split arrays of `size` floats, natural order, any alignment. Not from two threads at once.
    cdef void forward(self, float* real, float* imag) noexcept nogil      # unscaled
    cdef void inverse(self, float* real, float* imag) noexcept nogil      # scaled by 1 / size
    cdef _turn(self)
    cdef void _run(self, float* real, float* imag, float scale) noexcept nogil

    # With the left ear as real and the right one as imaginary part, one transform serves both: `part` gives
    # their two spectra, bins 0 .. size / 2 (size / 2 + 1 floats each); `join` puts them back for `inverse`.
    cdef void part(
        self, const float* real, const float* imag,
        float* left_real, float* left_imag, float* right_real, float* right_imag,
    ) noexcept nogil
    cdef void join(
        self, const float* left_real, const float* left_imag,
        const float* right_real, const float* right_imag, float* real, float* imag,
    ) noexcept nogil
