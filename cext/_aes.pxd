# AES-128 in counter mode, as sealed frames are. Source: FIPS 197, NIST SP 800-38A. Plain C by bytes: a frame
# of the wearable is a few blocks. The table lookups are not constant in time; a box is no shared machine.

from libc.stdint cimport int64_t, uint8_t

cdef extern from *:
    """
    #include <stdint.h>
    #include <string.h>
    static uint8_t echoel_aes_box[256];
    #define ECHOEL_TWICE(x) ((uint8_t)((x) << 1 ^ ((x) & 0x80 ? 0x1B : 0)))
    static void echoel_begin_aes(void) {
        uint8_t p = 1, q = 1; /* q is always the inverse of p: p is multiplied by three, q divided by it */
        do {
            p ^= ECHOEL_TWICE(p);
            q ^= q << 1; q ^= q << 2; q ^= q << 4;
            if (q & 0x80) q ^= 0x09;
            uint8_t x = q;
            for (int i = 1; i < 5; i++) x ^= (uint8_t)(q << i | q >> (8 - i));
            echoel_aes_box[p] = x ^ 0x63;
        } while (p != 1);
        echoel_aes_box[0] = 0x63;
    }

    static void echoel_aes_key(const uint8_t *key, uint8_t *rounds) {
        uint8_t constant = 1, t[4];
        memcpy(rounds, key, 16);
        for (int at = 16; at < 176; at += 4) {
            memcpy(t, rounds + at - 4, 4);
            if (at % 16 == 0) {
                uint8_t first = t[0];
                t[0] = echoel_aes_box[t[1]] ^ constant; t[1] = echoel_aes_box[t[2]];
                t[2] = echoel_aes_box[t[3]]; t[3] = echoel_aes_box[first];
                constant = ECHOEL_TWICE(constant);
            }
            for (int i = 0; i < 4; i++) rounds[at + i] = rounds[at + i - 16] ^ t[i];
        }
    }

    static void echoel_aes_block(const uint8_t *rounds, const uint8_t *in, uint8_t *s) {
        uint8_t t[16];
        for (int i = 0; i < 16; i++) s[i] = in[i] ^ rounds[i];
        for (int round = 1; round <= 10; round++) {
            for (int i = 0; i < 16; i++) t[i] = echoel_aes_box[s[(i + 4 * (i % 4)) % 16]];
            if (round < 10)
                for (int c = 0; c < 16; c += 4) {
                    uint8_t all = t[c] ^ t[c+1] ^ t[c+2] ^ t[c+3];
                    for (int i = 0; i < 4; i++)
                        s[c + i] = t[c + i] ^ all ^ ECHOEL_TWICE(t[c + i] ^ t[c + (i + 1) % 4]);
                }
            else memcpy(s, t, 16);
            for (int i = 0; i < 16; i++) s[i] ^= rounds[16 * round + i];
        }
    }

    /* nonce: 16 bytes whose last four count blocks, big-endian. */
    static void echoel_aes_counter(const uint8_t *rounds, const uint8_t *nonce, uint8_t *p, int64_t size) {
        uint8_t block[16], pad[16];
        memcpy(block, nonce, 16);
        for (int64_t at = 0; at < size; at += 16) {
            echoel_aes_block(rounds, block, pad);
            for (int64_t i = 0; i < 16 && at + i < size; i++) p[at + i] ^= pad[i];
            for (int i = 15; i > 11 && ++block[i] == 0; i--) {}
        }
    }
    """
    void begin_aes "echoel_begin_aes"() noexcept nogil
    void aes_key "echoel_aes_key"(const uint8_t*, uint8_t*) noexcept nogil
    void aes_counter "echoel_aes_counter"(const uint8_t*, const uint8_t*, uint8_t*, int64_t) noexcept nogil
