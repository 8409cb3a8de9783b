# The curve behind most warm things, for loops that the compiler turns into vectors: no branch, no table.

cdef extern from *:
    """
    #ifndef ECHOEL_SHAPES
    #define ECHOEL_SHAPES
    #include <stdint.h>
    static inline __attribute__((always_inline)) int32_t echoel_bits(float x) {
        int32_t bits;
        __builtin_memcpy(&bits, &x, sizeof bits);
        return bits;
    }
    static inline __attribute__((always_inline)) float echoel_float(int32_t bits) {
        float x;
        __builtin_memcpy(&x, &bits, sizeof x);
        return x;
    }
    /* No further than `most` to either side. As whole numbers: for floats the compiler would think of NaN and
       take four times the steps. */
    static inline __attribute__((always_inline)) float echoel_within(float x, float most) {
        int32_t bits = echoel_bits(x), sign = bits & (int32_t)0x80000000, edge = echoel_bits(most);
        bits &= 0x7fffffff;
        bits = bits < edge ? bits : edge;
        return echoel_float(sign | bits);
    }
    /* The positive part, the greater and the lesser of two that are not negative, by their bits as well. */
    static inline __attribute__((always_inline)) float echoel_above(float x) {
        int32_t bits = echoel_bits(x);
        return echoel_float(bits & ~(bits >> 31));
    }
    static inline __attribute__((always_inline)) float echoel_greater(float x, float y) {
        int32_t a = echoel_bits(x), b = echoel_bits(y);
        return echoel_float(a > b ? a : b);
    }
    static inline __attribute__((always_inline)) float echoel_lesser(float x, float y) {
        int32_t a = echoel_bits(x), b = echoel_bits(y);
        return echoel_float(a < b ? a : b);
    }
    /* How much of a line is beyond an edge, its ends being p and q beyond it (0 where they are not): all
       of it where both are, else the deeper end against the rise, of which `once` is one over. */
    static inline __attribute__((always_inline)) float echoel_once(float rise) {
        return 1.0f / echoel_greater(rise, 1e-30f);
    }
    static inline __attribute__((always_inline)) float echoel_part(float p, float q, float once) {
        return echoel_lesser(1.0f, echoel_greater(p, q) * once);
    }
    /* tanh to 7e-7: odd over even, both of the fourth degree in x squared, fitted for the least relative
       error (3e-9 before rounding) up to 7.5, where tanh is as near to 1. */
    static inline __attribute__((always_inline)) float echoel_tanh(float x) {
        x = echoel_within(x, 7.5f);
        float u = x * x;
        float over = 3.6081380432e-03f + u * (2.25363454136e-05f + u * 1.62352830706e-08f);
        float under = 2.63015197563e-02f + u * (3.47259911386e-04f + u * 8.90657448359e-07f);
        over = 1.0f + u * (1.34746686287e-01f + u * over);
        under = 1.0f + u * (4.68079987475e-01f + u * under);
        return x * over / under;
    }
    /* The same for eight at once, so that what never changes stays in registers from row to row. */
    #pragma GCC diagnostic ignored "-Wpsabi"      /* vectors are passed only to what is inlined */
    typedef float echoel_f8 __attribute__((vector_size(32), aligned(4), may_alias));
    typedef int32_t echoel_i8 __attribute__((vector_size(32), aligned(4), may_alias));
    static inline __attribute__((always_inline)) echoel_f8 echoel_tanh8(echoel_f8 x) {
        const echoel_i8 most = (echoel_i8){0} + 0x40f00000, top = (echoel_i8){0} + INT32_MIN;
        echoel_i8 sign = (echoel_i8)x & top, bits = (echoel_i8)x & ~top, less = bits < most;
        x = (echoel_f8)((bits & less) | (most & ~less));
        echoel_f8 u = x * x;
        echoel_f8 over = 3.6081380432e-03f + u * (2.25363454136e-05f + u * 1.62352830706e-08f);
        echoel_f8 under = 2.63015197563e-02f + u * (3.47259911386e-04f + u * 8.90657448359e-07f);
        over = 1.0f + u * (1.34746686287e-01f + u * over);
        under = 1.0f + u * (4.68079987475e-01f + u * under);
        return (echoel_f8)((echoel_i8)(x * over / under) | sign);
    }
    #define ECHOEL_F8(p) (*(echoel_f8 *)(p))
    #endif
    """
    float tanh_of "echoel_tanh"(float x) noexcept nogil
