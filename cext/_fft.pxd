# The loops of cext.fft in C: butterflies of 8 and 4 points on runs of neighbours, eight to a register.

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below

cdef extern from *:
    """
    typedef float echoel_v8 __attribute__((vector_size(32), aligned(4), may_alias));
    typedef float echoel_v4 __attribute__((vector_size(16), aligned(4), may_alias));
    #define ECHOEL_AT(p) (*(echoel_v8 *)(p))

    /* Eight points, forward, in place; T is a float or a vector of them. */
    #define ECHOEL_POINTS8(T, r, i) do { \\
        const float h = 0.70710678118654752f; T a, b; \\
        _Pragma("GCC unroll 4") for (int j = 0; j < 4; j++) { \\
            a = r[j] - r[j + 4]; r[j] += r[j + 4]; r[j + 4] = a; \\
            b = i[j] - i[j + 4]; i[j] += i[j + 4]; i[j + 4] = b; } \\
        a = r[5]; r[5] = (a + i[5]) * h; i[5] = (i[5] - a) * h; \\
        a = r[6]; r[6] = i[6]; i[6] = -a; \\
        a = r[7]; r[7] = (i[7] - a) * h; i[7] = (i[7] + a) * -h; \\
        ECHOEL_POINTS4(T, r, i, 0, 1, 2, 3); ECHOEL_POINTS4(T, r, i, 4, 5, 6, 7); } while (0)

    /* Four points: the results 0, 1, 2, 3 are left in w, y, x, z. */
    #define ECHOEL_POINTS4(T, r, i, w, x, y, z) do { \\
        T pr = r[w] + r[y], pi = i[w] + i[y], qr = r[w] - r[y], qi = i[w] - i[y]; \\
        T ur = r[x] + r[z], ui = i[x] + i[z], vr = r[x] - r[z], vi = i[x] - i[z]; \\
        r[w] = pr + ur; i[w] = pi + ui; r[x] = pr - ur; i[x] = pi - ui; \\
        r[y] = qr + vi; i[y] = qi - vr; r[z] = qr - vi; i[z] = qi + vr; } while (0)

    /* Where ECHOEL_POINTS8 leaves result k; of four: 0, 2, 1, 3. */
    static const int ECHOEL_EIGHT[8] = {0, 4, 2, 6, 1, 5, 3, 7}, ECHOEL_FOUR[4] = {0, 2, 1, 3};
    static const int ECHOEL_TWO[2] = {0, 1};

    ECHOEL_CLONES static void echoel_first8(
        const float *, const float *, float *, float *, int, const float *);
    ECHOEL_CLONES static void echoel_middle8(
        const float *, const float *, float *, float *, int, int, const float *);
    ECHOEL_CLONES static void echoel_middle4(
        const float *, const float *, float *, float *, int, int, const float *);
    ECHOEL_CLONES static void echoel_last8(const float *, const float *, float *, float *, int, float);
    ECHOEL_CLONES static void echoel_last4(const float *, const float *, float *, float *, int, float);
    ECHOEL_CLONES static void echoel_last2(const float *, const float *, float *, float *, int, float);

    static inline __attribute__((always_inline)) void echoel_transpose(echoel_v8 *rows, float *out) {
        for (int down = 0; down < 8; down += 4)
            for (int right = 0; right < 8; right += 4) {
                const float *in = (const float *)rows + 8 * down + right;
                echoel_v4 a = *(echoel_v4 *)in, b = *(echoel_v4 *)(in + 8);
                echoel_v4 c = *(echoel_v4 *)(in + 16), d = *(echoel_v4 *)(in + 24);
                echoel_v4 e = __builtin_shufflevector(a, c, 0, 4, 1, 5);
                echoel_v4 f = __builtin_shufflevector(a, c, 2, 6, 3, 7);
                echoel_v4 g = __builtin_shufflevector(b, d, 0, 4, 1, 5);
                echoel_v4 h = __builtin_shufflevector(b, d, 2, 6, 3, 7);
                float *to = out + 8 * right + down;
                *(echoel_v4 *)to = __builtin_shufflevector(e, g, 0, 4, 1, 5);
                *(echoel_v4 *)(to + 8) = __builtin_shufflevector(e, g, 2, 6, 3, 7);
                *(echoel_v4 *)(to + 16) = __builtin_shufflevector(f, h, 0, 4, 1, 5);
                *(echoel_v4 *)(to + 24) = __builtin_shufflevector(f, h, 2, 6, 3, 7);
            }
    }

    /* m points apart; `turns` holds, for each result 1 .. 7, m cosines and m sines. */
    static void echoel_first8(const float *xr, const float *xi, float *yr, float *yi, int m,
                              const float *turns) {
        if (m < 8) {
            for (int p = 0; p < m; p++) {
                float r[8], i[8];
                for (int j = 0; j < 8; j++) { r[j] = xr[p + m * j]; i[j] = xi[p + m * j]; }
                ECHOEL_POINTS8(float, r, i);
                for (int k = 0; k < 8; k++) {
                    float c = k ? turns[2 * m * (k - 1) + p] : 1, s = k ? turns[2 * m * (k - 1) + m + p] : 0;
                    float a = r[ECHOEL_EIGHT[k]], b = i[ECHOEL_EIGHT[k]];
                    yr[8 * p + k] = a * c - b * s; yi[8 * p + k] = a * s + b * c;
                }
            }
            return;
        }
        for (int p = 0; p < m; p += 8) {
            echoel_v8 r[8], i[8], ro[8], io[8];
            #pragma GCC unroll 8
            for (int j = 0; j < 8; j++) {
                r[j] = ECHOEL_AT(xr + p + m * j); i[j] = ECHOEL_AT(xi + p + m * j); }
            ECHOEL_POINTS8(echoel_v8, r, i);
            ro[0] = r[0]; io[0] = i[0];
            #pragma GCC unroll 7
            for (int k = 1; k < 8; k++) {
                echoel_v8 c = ECHOEL_AT(turns + 2 * m * (k - 1) + p);
                echoel_v8 s = ECHOEL_AT(turns + 2 * m * (k - 1) + m + p);
                echoel_v8 a = r[ECHOEL_EIGHT[k]], b = i[ECHOEL_EIGHT[k]];
                ro[k] = a * c - b * s; io[k] = a * s + b * c;
            }
            echoel_transpose(ro, yr + 8 * p); echoel_transpose(io, yi + 8 * p);
        }
    }

    /* s runs of neighbours; for each p, `turns` holds the cosine and the sine of results 1 .. radix - 1. */
    #define ECHOEL_MIDDLE(name, radix, points, order) \\
    static void name(const float *xr, const float *xi, float *yr, float *yi, int m, int s, \\
                     const float *turns) { \\
        for (int p = 0; p < m; p++, turns += 2 * (radix - 1)) \\
            for (int q = 0; q < s; q += 8) { \\
                echoel_v8 r[radix], i[radix]; \\
                const float *fr = xr + s * p + q, *fi = xi + s * p + q; \\
                float *tr = yr + s * radix * p + q, *ti = yi + s * radix * p + q; \\
                _Pragma("GCC unroll 8") for (int j = 0; j < radix; j++) { \\
                    r[j] = ECHOEL_AT(fr + s * m * j); i[j] = ECHOEL_AT(fi + s * m * j); } \\
                points; \\
                ECHOEL_AT(tr) = r[0]; ECHOEL_AT(ti) = i[0]; \\
                _Pragma("GCC unroll 8") for (int k = 1; k < radix; k++) { \\
                    float c = turns[2 * k - 2], d = turns[2 * k - 1]; \\
                    echoel_v8 a = r[order[k]], b = i[order[k]]; \\
                    ECHOEL_AT(tr + s * k) = a * c - b * d; ECHOEL_AT(ti + s * k) = a * d + b * c; } \\
            } \\
    }
    ECHOEL_MIDDLE(echoel_middle8, 8, ECHOEL_POINTS8(echoel_v8, r, i), ECHOEL_EIGHT)
    ECHOEL_MIDDLE(echoel_middle4, 4, ECHOEL_POINTS4(echoel_v8, r, i, 0, 1, 2, 3), ECHOEL_FOUR)

    /* The last stage needs no turns and may write where it reads. */
    #define ECHOEL_LAST(name, radix, points, order) \\
    static void name(const float *xr, const float *xi, float *yr, float *yi, int s, float scale) { \\
        for (int q = 0; q < s; q += 8) { \\
            echoel_v8 r[radix], i[radix]; \\
            _Pragma("GCC unroll 8") for (int j = 0; j < radix; j++) { \\
                r[j] = ECHOEL_AT(xr + q + s * j); i[j] = ECHOEL_AT(xi + q + s * j); } \\
            points; \\
            _Pragma("GCC unroll 8") for (int k = 0; k < radix; k++) { \\
                ECHOEL_AT(yr + q + s * k) = r[order[k]] * scale; \\
                ECHOEL_AT(yi + q + s * k) = i[order[k]] * scale; } \\
        } \\
    }
    #define ECHOEL_POINTS2 do { echoel_v8 a = r[0] - r[1], b = i[0] - i[1]; \\
        r[0] += r[1]; i[0] += i[1]; r[1] = a; i[1] = b; } while (0)
    ECHOEL_LAST(echoel_last8, 8, ECHOEL_POINTS8(echoel_v8, r, i), ECHOEL_EIGHT)
    ECHOEL_LAST(echoel_last4, 4, ECHOEL_POINTS4(echoel_v8, r, i, 0, 1, 2, 3), ECHOEL_FOUR)
    ECHOEL_LAST(echoel_last2, 2, ECHOEL_POINTS2, ECHOEL_TWO)

    ECHOEL_CLONES static void echoel_part(
        const float *, const float *, float *, float *, float *, float *, int);
    ECHOEL_CLONES static void echoel_join(
        const float *, const float *, const float *, const float *, float *, float *, int);
    static void echoel_part(const float *restrict zr, const float *restrict zi, float *restrict lr,
                            float *restrict li, float *restrict rr, float *restrict ri, int size) {
        lr[0] = zr[0]; rr[0] = zi[0]; li[0] = ri[0] = 0;
        for (int k = 1; k <= size / 2; k++) {
            float a = zr[k], b = zi[k], c = zr[size - k], d = zi[size - k];
            lr[k] = 0.5f * (a + c); li[k] = 0.5f * (b - d);
            rr[k] = 0.5f * (b + d); ri[k] = 0.5f * (c - a);
        }
    }
    static void echoel_join(const float *restrict lr, const float *restrict li, const float *restrict rr,
                            const float *restrict ri, float *restrict zr, float *restrict zi, int size) {
        int half = size / 2;
        zr[0] = lr[0]; zi[0] = rr[0]; zr[half] = lr[half]; zi[half] = rr[half];
        for (int k = 1; k < half; k++) { zr[k] = lr[k] - ri[k]; zi[k] = li[k] + rr[k]; }
        for (int k = 1; k < half; k++) {
            zr[size - k] = lr[k] + ri[k]; zi[size - k] = rr[k] - li[k];
        }
    }
    """
    void _first8 "echoel_first8"(
        const float*, const float*, float*, float*, int, const float*) noexcept nogil
    void _middle8 "echoel_middle8"(
        const float*, const float*, float*, float*, int, int, const float*) noexcept nogil
    void _middle4 "echoel_middle4"(
        const float*, const float*, float*, float*, int, int, const float*) noexcept nogil
    void _last8 "echoel_last8"(const float*, const float*, float*, float*, int, float) noexcept nogil
    void _last4 "echoel_last4"(const float*, const float*, float*, float*, int, float) noexcept nogil
    void _last2 "echoel_last2"(const float*, const float*, float*, float*, int, float) noexcept nogil
    void _part "echoel_part"(
        const float*, const float*, float*, float*, float*, float*, int) noexcept nogil
    void _join "echoel_join"(
        const float*, const float*, const float*, const float*, float*, float*, int) noexcept nogil
