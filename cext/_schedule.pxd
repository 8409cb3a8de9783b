# What a schedule's voices are made of, one frame at a time: tables, pulses, gates, delays, white noise.

from libc.stdint cimport int64_t, uint32_t, uint64_t

from cext._types cimport clamp, scatter, sine_of

cdef enum:
    SIZE = 4096          # values in a table of one turn
    RING = 2048          # frames of noise kept: more than the widest spin at the fastest rate


cdef inline double look_up(const double* table, uint64_t phase) noexcept nogil:
    # One turn of a table, straight between its values; without a table a pure sine.
    cdef int i
    cdef double between
    if table == NULL:
        return sine_of(phase)
    i = <int> (phase >> 52)
    between = <double> <uint32_t> (phase >> 20) * (1.0 / 4294967296.0)
    return table[i] + between * (table[(i + 1) & (SIZE - 1)] - table[i])


cdef inline double pulse_of(const double* table, uint64_t phase) noexcept nogil:
    # sbagen+: only the upper part of a sine, eased in and out; open for four tenths of a beat.
    cdef double x
    if table != NULL:
        return look_up(table, phase)
    x = clamp((sine_of(phase) - 0.3) / 0.7, 0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)


cdef inline double gate_of(uint64_t phase, double edge) noexcept nogil:
    # On in the first half of the turn, with straight edges inside it; no beat means always on.
    cdef double turn = <double> phase * (1.0 / 18446744073709551616.0)
    if edge <= 0.0:
        return 1.0
    return clamp(min(turn, 0.5 - turn) / edge, 0.0, 1.0)


cdef inline double delayed(const float* ring, int64_t at, double frames) noexcept nogil:
    # A sample of the past, between two frames if need be.
    cdef int64_t whole = <int64_t> frames
    cdef double newer = ring[(at - whole) & (RING - 1)], older = ring[(at - whole - 1) & (RING - 1)]
    return newer + (frames - whole) * (older - newer)


cdef inline double white_of(uint64_t seed, int64_t at) noexcept nogil:
    # Flat between -1 and 1; its own numbers for every seed.
    return <double> <int64_t> scatter(<uint64_t> at + (seed << 48)) * (1.0 / 9223372036854775808.0)
