# HMAC-SHA256 in C, on the processor's own instructions where it has them. Source: FIPS 180-4, RFC 2104, and
# Intel's description of the SHA extensions (rounds two at a time, schedule four words at a time).

from libc.stdint cimport int64_t, uint8_t, uint32_t

cdef extern from *:
    """
    #include <stdint.h>
    #include <string.h>
    static const uint32_t echoel_sha_k[64] __attribute__((aligned(16))) = {
        0x428a2f98,0x71374491,0xb5c0fbcf,0xe9b5dba5,0x3956c25b,0x59f111f1,0x923f82a4,0xab1c5ed5,
        0xd807aa98,0x12835b01,0x243185be,0x550c7dc3,0x72be5d74,0x80deb1fe,0x9bdc06a7,0xc19bf174,
        0xe49b69c1,0xefbe4786,0x0fc19dc6,0x240ca1cc,0x2de92c6f,0x4a7484aa,0x5cb0a9dc,0x76f988da,
        0x983e5152,0xa831c66d,0xb00327c8,0xbf597fc7,0xc6e00bf3,0xd5a79147,0x06ca6351,0x14292967,
        0x27b70a85,0x2e1b2138,0x4d2c6dfc,0x53380d13,0x650a7354,0x766a0abb,0x81c2c92e,0x92722c85,
        0xa2bfe8a1,0xa81a664b,0xc24b8b70,0xc76c51a3,0xd192e819,0xd6990624,0xf40e3585,0x106aa070,
        0x19a4c116,0x1e376c08,0x2748774c,0x34b0bcb5,0x391c0cb3,0x4ed8aa4a,0x5b9cca4f,0x682e6ff3,
        0x748f82ee,0x78a5636f,0x84c87814,0x8cc70208,0x90befffa,0xa4506ceb,0xbef9a3f7,0xc67178f2 };
    static const uint32_t echoel_sha_first[8] = {
        0x6a09e667,0xbb67ae85,0x3c6ef372,0xa54ff53a,0x510e527f,0x9b05688c,0x1f83d9ab,0x5be0cd19 };

    #define ECHOEL_ROR(x, n) ((x) >> (n) | (x) << (32 - (n)))
    static void echoel_sha_plain(uint32_t *s, const uint8_t *p) {
        uint32_t w[64], a = s[0], b = s[1], c = s[2], d = s[3], e = s[4], f = s[5], g = s[6], h = s[7];
        for (int i = 0; i < 16; i++, p += 4)
            w[i] = (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
        for (int i = 16; i < 64; i++)
            w[i] = w[i-16] + w[i-7]
                + (ECHOEL_ROR(w[i-15], 7) ^ ECHOEL_ROR(w[i-15], 18) ^ w[i-15] >> 3)
                + (ECHOEL_ROR(w[i-2], 17) ^ ECHOEL_ROR(w[i-2], 19) ^ w[i-2] >> 10);
        for (int i = 0; i < 64; i++) {
            uint32_t t = h + (ECHOEL_ROR(e, 6) ^ ECHOEL_ROR(e, 11) ^ ECHOEL_ROR(e, 25)) + ((e & f) ^ (~e & g))
                + echoel_sha_k[i] + w[i];
            uint32_t u = (ECHOEL_ROR(a, 2) ^ ECHOEL_ROR(a, 13) ^ ECHOEL_ROR(a, 22))
                + ((a & b) ^ (c & (a ^ b)));
            h = g; g = f; f = e; e = d + t; d = c; c = b; b = a; a = t + u;
        }
        s[0] += a; s[1] += b; s[2] += c; s[3] += d; s[4] += e; s[5] += f; s[6] += g; s[7] += h;
    }

    #if defined(__x86_64__) && defined(__GNUC__)
    #include <cpuid.h>
    #include <immintrin.h>
    __attribute__((target("sha,sse4.1,ssse3"))) static void echoel_sha_native(uint32_t *s, const uint8_t *p) {
        const __m128i turn = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
        /* The instructions want a, b, e, f in one register and c, d, g, h in the other. */
        __m128i abef = _mm_set_epi32(s[0], s[1], s[4], s[5]), cdgh = _mm_set_epi32(s[2], s[3], s[6], s[7]);
        const __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i w[4];
        for (int i = 0; i < 4; i++)
            w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(p + 16 * i)), turn);
    #pragma GCC unroll 16
        for (int i = 0; i < 16; i++) {
            if (i >= 4) {
                __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w[i & 3], w[(i + 1) & 3]),
                                            _mm_alignr_epi8(w[(i + 3) & 3], w[(i + 2) & 3], 4));
                w[i & 3] = _mm_sha256msg2_epu32(sum, w[(i + 3) & 3]);
            }
            __m128i wk = _mm_add_epi32(w[i & 3], _mm_load_si128((const __m128i *)(echoel_sha_k + 4 * i)));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, wk);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(wk, 0x0E));
        }
        abef = _mm_add_epi32(abef, abef_before); cdgh = _mm_add_epi32(cdgh, cdgh_before);
        s[0] = _mm_extract_epi32(abef, 3); s[1] = _mm_extract_epi32(abef, 2);
        s[4] = _mm_extract_epi32(abef, 1); s[5] = _mm_extract_epi32(abef, 0);
        s[2] = _mm_extract_epi32(cdgh, 3); s[3] = _mm_extract_epi32(cdgh, 2);
        s[6] = _mm_extract_epi32(cdgh, 1); s[7] = _mm_extract_epi32(cdgh, 0);
    }
    static int echoel_has_sha(void) {
        static int known = -1; /* asking costs as much as a hundred blocks in a virtual machine */
        if (known >= 0) return known;
        known = 0;
        unsigned a = 0, b = 0, c = 0, d = 0;
        if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b >> 29 & 1)) return 0;
        known = __get_cpuid(1, &a, &b, &c, &d) && (c >> 19 & 1) && (c >> 9 & 1);
        return known;
    }
    #else
    #define echoel_sha_native echoel_sha_plain
    static int echoel_has_sha(void) { return 0; }
    #endif

    static void (*echoel_sha_block)(uint32_t *, const uint8_t *) = echoel_sha_plain;
    static void echoel_begin_sha(int may_be_native) {
        echoel_sha_block = may_be_native && echoel_has_sha() ? echoel_sha_native : echoel_sha_plain;
    }

    /* Goes on from a state that has taken `before` bytes, whole blocks, and gives the digest of all. */
    static void echoel_sha_rest(
            const uint32_t *from, int64_t before, const uint8_t *p, int64_t size, uint8_t *digest) {
        uint32_t s[8];
        uint8_t last[128] = {0};
        memcpy(s, from, 32);
        uint64_t bits = 8 * (uint64_t)(before + size);
        for (; size >= 64; size -= 64, p += 64) echoel_sha_block(s, p);
        int blocks = size < 56 ? 1 : 2;
        memcpy(last, p, size);
        last[size] = 0x80;
        for (int i = 0; i < 8; i++) last[64 * blocks - 1 - i] = bits >> 8 * i;
        for (int i = 0; i < blocks; i++) echoel_sha_block(s, last + 64 * i);
        for (int i = 0; i < 32; i++) digest[i] = s[i / 4] >> (24 - 8 * (i % 4));
    }

    static void echoel_hmac_key(const uint8_t *key, int64_t size, uint32_t *inner, uint32_t *outer) {
        uint8_t block[64] = {0}, pad[64];
        if (size > 64) echoel_sha_rest(echoel_sha_first, 0, key, size, block); else memcpy(block, key, size);
        for (int i = 0; i < 64; i++) pad[i] = block[i] ^ 0x36;
        memcpy(inner, echoel_sha_first, 32); echoel_sha_block(inner, pad);
        for (int i = 0; i < 64; i++) pad[i] = block[i] ^ 0x5C;
        memcpy(outer, echoel_sha_first, 32); echoel_sha_block(outer, pad);
    }

    static void echoel_hmac(
            const uint32_t *inner, const uint32_t *outer, const uint8_t *p, int64_t size, uint8_t *tag) {
        uint8_t digest[32];
        echoel_sha_rest(inner, 64, p, size, digest);
        echoel_sha_rest(outer, 64, digest, 32, tag);
    }
    """
    void begin_sha "echoel_begin_sha"(bint) noexcept nogil
    void hmac_key "echoel_hmac_key"(const uint8_t*, int64_t, uint32_t*, uint32_t*) noexcept nogil
    void hmac "echoel_hmac"(
        const uint32_t*, const uint32_t*, const uint8_t*, int64_t, uint8_t*) noexcept nogil
