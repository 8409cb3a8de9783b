cdef enum:
    CENTRE_MS = 800
    # 20 and 300 beats a minute: what lies outside is no interval between two heartbeats.
    SHORTEST_MS = 200
    LONGEST_MS = 3000


cdef struct Sums:
    # Sums from which every figure of the time domain follows; rr are distances from CENTRE_MS.
    long long count, steps, wide20, wide50
    double rr, rr2, step, step2


cdef bint is_interval(double rr_ms) noexcept nogil
cdef void count_in(Sums* sums, double rr, bint has_step, double step, int sign) noexcept nogil
cdef dict figures_of(Sums* sums)
