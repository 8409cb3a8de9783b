# Delay lines that are worked through a tick at a time, and one-pole dampers that need not go frame by frame.
#
# A line is a ring of floats, a power of two long, with its first tick again behind the end, so that 64 frames
# are read from anywhere without a seam; writing is at whole ticks. A damper y[n] = x[n] + d y[n-1] over eight
# neighbours is three sums with its own shifted self (by 1, 2, 4; times d, d**2, d**4) and the last result
# carried over (times d, d**2 .. d**8): G. E. Blelloch, IEEE Trans. Computers 38 (1989) 1526.

from libc.string cimport memcpy

from cext cimport _simd  # no-cython-lint: its macro is in the loops of the modules that use these
from cext._types cimport TICK

cdef extern from *:
    """
    typedef float echoel_run __attribute__((vector_size(32), aligned(4), may_alias));
    typedef int echoel_order __attribute__((vector_size(32)));
    #define ECHOEL_RUN(p) (*(echoel_run *)(p))
    /* x becomes the damped x; `powers` are the four rows of echoel_powers; last is the run before. */
    #define ECHOEL_DAMP(x, last, powers) do { \\
        x += ECHOEL_RUN(powers) * __builtin_shuffle(x, (echoel_order){7, 0, 1, 2, 3, 4, 5, 6}); \\
        x += ECHOEL_RUN(powers + 8) * __builtin_shuffle(x, (echoel_order){6, 7, 0, 1, 2, 3, 4, 5}); \\
        x += ECHOEL_RUN(powers + 16) * __builtin_shuffle(x, (echoel_order){4, 5, 6, 7, 0, 1, 2, 3}); \\
        x += ECHOEL_RUN(powers + 24) * __builtin_shuffle(last, (echoel_order){7, 7, 7, 7, 7, 7, 7, 7}); \\
        last = x; } while (0)
    static inline void echoel_powers(float *rows, double d) {
        double power = 1.0;
        for (int lane = 0; lane < 8; lane++) {
            power *= d;
            rows[lane] = lane >= 1 ? (float)d : 0.0f;
            rows[8 + lane] = lane >= 2 ? (float)(d * d) : 0.0f;
            rows[16 + lane] = lane >= 4 ? (float)(d * d * d * d) : 0.0f;
            rows[24 + lane] = (float)power;
        }
    }
    """
    void line_powers "echoel_powers"(float* rows, double d) noexcept nogil


cdef inline void line_write(float* line, long mask, long long clock, const float* sound) noexcept nogil:
    # clock: whole ticks.
    cdef long place = <long> (clock & mask)
    memcpy(line + place, sound, TICK * sizeof(float))
    if place == 0:
        memcpy(line + mask + 1, sound, TICK * sizeof(float))


cdef inline void line_seal(float* line, long mask, long long clock) noexcept nogil:
    # After writing a tick in place by other means.
    if clock & mask == 0:
        memcpy(line + mask + 1, line, TICK * sizeof(float))


cdef inline float* line_at(float* line, long mask, long long frame) noexcept nogil:
    return line + (frame & mask)
