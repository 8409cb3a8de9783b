# Sines at audio speed, from an exact integer phase that may glide; float32, good to 2e-7.

from libc.stdint cimport int64_t, uint64_t

from cext cimport _simd  # no-cython-lint: its macro is in the loop below
from cext._types cimport TICK, turn_of

cdef extern from *:
    """
    #include <stdint.h>
    /* Steps first .. first + frames of a tick that begins at `phase` and turns by `turn` a step, which itself
       changes by `change` a step. */
    ECHOEL_CLONES __attribute__((unused)) static void echoel_turns(
            float *sine, float *cosine, uint64_t phase, uint64_t turn, uint64_t change, int first,
            int frames) {
        for (int j = 0; j < frames; j++) {
            uint64_t n = (uint64_t)(first + j);
            uint64_t at = phase + turn * n + change * (n * (n - 1) / 2);
            int32_t top = (int32_t)(at >> 32), ahead = (int32_t)((uint32_t)top + 0x40000000u);
            float x = (float)top * (1.0f / 2147483648.0f), y = (float)ahead * (1.0f / 2147483648.0f);
            float t = __builtin_fabsf(x) - 0.5f, v = __builtin_fabsf(y) - 0.5f;
            t *= t; v *= v;
            float c = 0.23533063f + t * (-0.025806891f + t * 0.0019295743f);
            float d = 0.23533063f + v * (-0.025806891f + v * 0.0019295743f);
            c = 1.0f + t * (-4.9348022f + t * (4.0587121f + t * (-1.3352628f + t * c)));
            d = 1.0f + v * (-4.9348022f + v * (4.0587121f + v * (-1.3352628f + v * d)));
            sine[j] = __builtin_copysignf(c, x);
            cosine[j] = __builtin_copysignf(d, y);
        }
    }
    """
    void turns "echoel_turns"(
        float* sine, float* cosine, uint64_t phase, uint64_t turn, uint64_t change, int first, int frames
    ) noexcept nogil


cdef struct Spin:
    uint64_t phase         # where the tick begins
    uint64_t turn          # a step
    uint64_t change
    uint64_t next          # where the next tick begins


cdef inline uint64_t signed_turn(double cycles) noexcept nogil:
    return turn_of(cycles) if cycles >= 0.0 else <uint64_t> 0 - turn_of(-cycles)


cdef inline void spin_tick(Spin* spin, double begin_cycles, double end_cycles, int steps) noexcept nogil:
    # Once a tick of so many steps: from this many cycles a step to that many.
    spin.phase = spin.next
    spin.turn = signed_turn(begin_cycles)
    spin.change = 0
    if begin_cycles != end_cycles:
        spin.change = <uint64_t> (<int64_t> (signed_turn(end_cycles) - spin.turn) // steps)
    spin.next += spin.turn * <uint64_t> steps + spin.change * <uint64_t> (steps * (steps - 1) // 2)
