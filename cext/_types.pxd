# The types and inline maths every kernel shares: one frame counter, one phase, one tick.
#
# Phase is a 64-bit unsigned integer, a whole turn is 2**64: it wraps for free, adds exactly, and therefore
# neither drifts in eight hours nor depends on how a stretch of time is cut into blocks.

from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t

cdef enum:
    TICK = 64            # frames between two looks at the parameters; 1.3 ms at 48 kHz
    LANES = 8

cdef extern from *:
    """
    #include <stdint.h>
    #if defined(__x86_64__) || defined(__i386__)
    #include <xmmintrin.h>
    /* Denormal numbers cost a hundred cycles each and are far below hearing: flush them, per thread. */
    static inline uint64_t echoel_flush_denormals(void) {
        uint64_t before = _mm_getcsr(); _mm_setcsr((unsigned int)before | 0x8040u); return before; }
    static inline void echoel_restore_denormals(uint64_t before) { _mm_setcsr((unsigned int)before); }
    #elif defined(__aarch64__)
    static inline uint64_t echoel_flush_denormals(void) {
        uint64_t before; __asm__ volatile("mrs %0, fpcr" : "=r"(before));
        __asm__ volatile("msr fpcr, %0" :: "r"(before | (1ull << 24))); return before; }
    static inline void echoel_restore_denormals(uint64_t before) {
        __asm__ volatile("msr fpcr, %0" :: "r"(before)); }
    #else
    static inline uint64_t echoel_flush_denormals(void) { return 0; }
    static inline void echoel_restore_denormals(uint64_t before) { (void)before; }
    #endif
    /* 0, 1, 2 .. 63 as floats: where in its tick a frame stands, without a conversion in the loop. */
    static const float ECHOEL_RAMP[64] __attribute__((unused)) = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
        28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52,
        53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    #define echoel_load(p) __atomic_load_n((p), __ATOMIC_ACQUIRE)
    #define echoel_store(p, v) __atomic_store_n((p), (v), __ATOMIC_RELEASE)
    #define echoel_fence() __atomic_thread_fence(__ATOMIC_SEQ_CST)
    """
    const float[64] RAMP "ECHOEL_RAMP"
    uint64_t flush_denormals "echoel_flush_denormals"() noexcept nogil
    void restore_denormals "echoel_restore_denormals"(uint64_t before) noexcept nogil
    int64_t atomic_load "echoel_load"(int64_t* place) noexcept nogil
    void atomic_store "echoel_store"(int64_t* place, int64_t value) noexcept nogil
    void atomic_fence "echoel_fence"() noexcept nogil

cdef extern from "math.h" nogil:
    double fabs(double)
    double copysign(double, double)


cdef inline double sine_of(uint64_t phase) noexcept nogil:
    # sin(2 pi phase / 2**64) to 1e-12: the top 32 bits as x in [-1, 1), then cos(pi (|x| - 1/2)) by its
    # Taylor series to the 16th power. Branch-free, so that the compiler may do several samples at once.
    cdef double x = <double> <int32_t> (phase >> 32) * (1.0 / 2147483648.0)
    cdef double t = fabs(x) - 0.5
    cdef double u = t * t
    cdef double c = -0.00010463810492484570 + u * 4.3030695870329470e-06
    c = -0.025806891390014054 + u * (0.0019295743094039231 + u * c)
    c = -1.3352627688545893 + u * (0.23533063035889312 + u * c)
    c = -4.934802200544679 + u * (4.058712126416768 + u * c)
    return copysign(1.0 + u * c, x)


cdef inline uint64_t turn_of(double cycles) noexcept nogil:
    # A share of a turn, 0 <= cycles < 0.5, as a phase step.
    return <uint64_t> <int64_t> (cycles * 18446744073709551616.0)


cdef inline uint64_t scatter(uint64_t n) noexcept nogil:
    # 64 random-looking bits for each n, without state: SplitMix64's finaliser
    # (Steele, Lea and Flood, OOPSLA 2014). Noise made so can be sought, cut and repeated exactly.
    n = n * <uint64_t> 0x9E3779B97F4A7C15
    n = (n ^ (n >> 30)) * <uint64_t> 0xBF58476D1CE4E5B9
    n = (n ^ (n >> 27)) * <uint64_t> 0x94D049BB133111EB
    return n ^ (n >> 31)


cdef inline double clamp(double value, double low, double high) noexcept nogil:
    return low if value < low else (high if value > high else value)
