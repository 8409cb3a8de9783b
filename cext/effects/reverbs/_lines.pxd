# Delay lines that are worked through a tick at a time, and one-pole dampers that need not go frame by frame.
#
# A line is a ring of floats, a power of two long (128 at least), with its first 128 frames again behind the
# end, so that a tick is read from anywhere without a seam; writing is at whole ticks. A damper
# y[n] = x[n] + d y[n-1] over eight neighbours is three sums with its own shifted self (by 1, 2, 4; times d,
# d**2, d**4) and the last result carried over (times d, d**2 .. d**8): G. E. Blelloch, IEEE Trans. Computers
# 38 (1989) 1526.

from libc.math cimport M_PI, cos, pow, sqrt
from libc.string cimport memcpy

from cext cimport _simd  # no-cython-lint: its macro is in the loops of the modules that use these
from cext._types cimport RAMP, TICK

cdef enum:
    MIRROR = 2 * TICK
    POWERS = 40

cdef extern from *:
    """
    typedef float echoel_run __attribute__((vector_size(32), aligned(4), may_alias));
    typedef int echoel_order __attribute__((vector_size(32)));
    #define ECHOEL_RUN(p) (*(echoel_run *)(p))
    /* x becomes the damped x; `powers` are the five rows of echoel_powers; last holds the newest result eight
       times, and only one multiplication of it waits for the one before. */
    #define ECHOEL_DAMP(x, last, powers) do { \\
        x += ECHOEL_RUN(powers) * __builtin_shuffle(x, (echoel_order){7, 0, 1, 2, 3, 4, 5, 6}); \\
        x += ECHOEL_RUN(powers + 8) * __builtin_shuffle(x, (echoel_order){6, 7, 0, 1, 2, 3, 4, 5}); \\
        x += ECHOEL_RUN(powers + 16) * __builtin_shuffle(x, (echoel_order){4, 5, 6, 7, 0, 1, 2, 3}); \\
        echoel_run end = __builtin_shuffle(x, (echoel_order){7, 7, 7, 7, 7, 7, 7, 7}); \\
        x += ECHOEL_RUN(powers + 24) * last; \\
        last = end + ECHOEL_RUN(powers + 32) * last; } while (0)
    static inline void echoel_powers(float *rows, double d) {
        double power = 1.0;
        for (int lane = 0; lane < 8; lane++) {
            power *= d;
            rows[lane] = lane >= 1 ? (float)d : 0.0f;
            rows[8 + lane] = lane >= 2 ? (float)(d * d) : 0.0f;
            rows[16 + lane] = lane >= 4 ? (float)(d * d * d * d) : 0.0f;
            rows[24 + lane] = (float)power;
        }
        for (int lane = 0; lane < 8; lane++) rows[32 + lane] = (float)power;
    }
    #define ECHOEL_TICK_LOOP ECHOEL_CLONES static __attribute__((unused)) void
    /* Schroeder's all-pass: every frequency passes alike, but smeared in time. */
    ECHOEL_TICK_LOOP echoel_smear(float *sound, const float *before, float *back, float g) {
        for (int j = 0; j < 64; j++) {
            float x = sound[j] - g * before[j], y = before[j] + g * x;
            back[j] = x;
            sound[j] = y;
        }
    }
    /* A gain and a damper. In this order what the damper remembers is its sound, and knobs may turn. */
    ECHOEL_TICK_LOOP echoel_soften(float *sound, float *last, const float *powers, float gain) {
        echoel_run now = ECHOEL_RUN(last);
        for (int j = 0; j < 64; j += 8) {
            echoel_run x = gain * ECHOEL_RUN(sound + j);
            ECHOEL_DAMP(x, now, powers);
            ECHOEL_RUN(sound + j) = x;
        }
        ECHOEL_RUN(last) = now;
    }
    /* Between two frames: through four points (Lagrange), `share` of the way from at[2] back to at[1]. */
    ECHOEL_TICK_LOOP echoel_between(
            float *out, const float *at, const float *ramp, float share, float step) {
        for (int j = 0; j < 64; j++) {
            float d = share + step * ramp[j], e = d + 1.0f, f = d - 1.0f, g = d - 2.0f;
            out[j] = 0.5f * ((e * g) * (f * at[j + 2] - d * at[j + 1]))
                   + (1.0f / 6.0f) * ((d * f) * (e * at[j] - g * at[j + 3]));
        }
    }
    /* A tick of echoes out of one line: 64 frames from `now` on, each by its delay (a tick at least) ago. */
    ECHOEL_TICK_LOOP echoel_echoes(
            const float *line, long mask, long long now, const int *delay, const float *gain, int count,
            float *out) {
        echoel_run a[8] = {{0}};
        for (int t = 0; t < count; t++) {
            const float *at = line + ((now - delay[t]) & mask);
            float g = gain[t];
            #pragma GCC unroll 8
            for (int i = 0; i < 8; i++) a[i] += g * ECHOEL_RUN(at + 8 * i);
        }
        for (int i = 0; i < 8; i++) ECHOEL_RUN(out + 8 * i) += a[i];
    }
    """
    void line_echoes "echoel_echoes"(
        const float* line, long mask, long long now, const int* delay, const float* gain, int count,
        float* out) noexcept nogil
    void line_powers "echoel_powers"(float* rows, double d) noexcept nogil
    void line_smear "echoel_smear"(float* sound, const float* before, float* back, float g) noexcept nogil
    void line_soften "echoel_soften"(
        float* sound, float* last, const float* powers, float gain) noexcept nogil
    void line_between "echoel_between"(
        float* out, const float* at, const float* ramp, float share, float step) noexcept nogil


cdef inline void line_seal(float* line, long mask, long long clock) noexcept nogil:
    # After a tick was written at `clock`, which counts whole ticks.
    cdef long place = <long> (clock & mask)
    if place < MIRROR:
        memcpy(line + mask + 1 + place, line + place, TICK * sizeof(float))


cdef inline void line_write(float* line, long mask, long long clock, const float* sound) noexcept nogil:
    memcpy(line + (clock & mask), sound, TICK * sizeof(float))
    line_seal(line, mask, clock)


cdef inline void line_glide(
    float* sound, float* last, const float* before, float gain_before, const float* powers, float gain
) noexcept nogil:
    # A damper that becomes another one within the tick, both from what it remembers.
    cdef float[TICK] faded
    cdef float[8] last_faded
    cdef int j
    memcpy(faded, sound, sizeof(faded))
    memcpy(last_faded, last, sizeof(last_faded))
    line_soften(faded, last_faded, before, gain_before)
    line_soften(sound, last, powers, gain)
    for j in range(TICK):
        sound[j] += (1 - RAMP[j] / TICK) * (faded[j] - sound[j])


cdef inline void line_absorb(double frames, double rate_hz, double decay_s, double damping,
                             double* gain, double* pole) noexcept nogil:
    # What a line of so many frames must lose for the whole to fall by 60 dB in decay_s at low pitches and in
    # decay_s / 10 ** damping at 8 kHz: gain (1 - pole) / (1 - pole / z). Its exact value at 8 kHz gives a
    # quadratic for the pole (after Jot and Chaigne, who matched it at half the rate).
    cdef double share, b
    gain[0] = pow(10.0, -3.0 * frames / (decay_s * rate_hz))
    share = pow(gain[0], 2.0 * (pow(10.0, damping) - 1.0))
    pole[0] = 0.0
    if share < 1.0:
        b = (1.0 - share * cos(2.0 * M_PI * min(8000.0, 0.4 * rate_hz) / rate_hz)) / (1.0 - share)
        pole[0] = b - sqrt(b * b - 1.0)


# A line in a loop, in as little memory as it needs: what a tick reads was next to what the last one wrote.
cdef struct Loop:
    float* memory                          # whole ticks, at least one more than the length, then MIRROR
    int size
    int length
    int place                              # where the present tick is written


cdef inline int loop_size(int length) noexcept nogil:
    return (length // TICK + 2) * TICK


cdef inline void loop_lay(Loop* loop, float* memory, int length) noexcept nogil:
    loop.memory = memory
    loop.length = length
    loop.size = loop_size(length)
    loop.place = 0


cdef inline float* loop_read(Loop* loop) noexcept nogil:
    cdef int at = loop.place - loop.length
    return loop.memory + (at if at >= 0 else at + loop.size)


cdef inline float* loop_write(Loop* loop) noexcept nogil:
    return loop.memory + loop.place


cdef inline void loop_go(Loop* loop) noexcept nogil:
    # The tick is written: on to the next.
    if loop.place < MIRROR:
        memcpy(loop.memory + loop.size + loop.place, loop.memory + loop.place, TICK * sizeof(float))
    loop.place += TICK
    if loop.place == loop.size:
        loop.place = 0


cdef inline float* line_at(float* line, long mask, long long frame) noexcept nogil:
    return line + (frame & mask)
