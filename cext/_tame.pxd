# What comes from outside is not always sound: the one place where it is made so.

from cext cimport _simd  # no-cython-lint: its macro is in the loop below

cdef extern from *:
    """
    /* What is no sound: NaN becomes silence, everything above +60 dBFS (and infinity) becomes +60 dBFS. */
    ECHOEL_CLONES static void echoel_tame(float *x, long count) {
        /* Nearly always there is nothing to do. As whole numbers, because that is the quickest to see: the
           bits of a float without its sign grow with its size, up to infinity and NaN. */
        typedef int32_t __attribute__((may_alias)) echoel_bits;
        const echoel_bits *bits = (const echoel_bits *)(const void *)x;
        int32_t margin = 0;
        for (long j = 0; j < count; j++) margin |= 0x447a0000 - (bits[j] & 0x7fffffff);
        if (margin >= 0) return;
        for (long j = 0; j < count; j++) {
            float s = x[j] == x[j] ? x[j] : 0.0f;
            s = s < 1e3f ? s : 1e3f;
            x[j] = s > -1e3f ? s : -1e3f;
        }
    }
    """
    void tame "echoel_tame"(float* x, long count) noexcept nogil
