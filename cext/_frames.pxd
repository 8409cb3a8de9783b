# What a frame of the wearable is in C: stuffing, CRC-32, HMAC-SHA256 and the window of numbers already seen.

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t

from cext cimport _aes, _sha256  # no-cython-lint: the code below hashes and unseals with them

cdef extern from *:
    """
    enum { ECHOEL_LONG, ECHOEL_STUFFING, ECHOEL_SHORT, ECHOEL_CRC, ECHOEL_VERSION, ECHOEL_LENGTH, ECHOEL_KEY,
           ECHOEL_TAG, ECHOEL_UNSEALED, ECHOEL_REPLAYED, ECHOEL_DROPS };
    enum { ECHOEL_HEADER_SIZE = 14, ECHOEL_LONGEST_FRAME = 14 + 255 + 16, ECHOEL_LONGEST_STUFFED = 292 };

    typedef struct { uint32_t inner[8], outer[8]; uint8_t rounds[176];
                     int is_known, proves_boot, has_seen, unseals;
                     uint16_t boot; uint32_t sequence; uint64_t seen; } echoel_key;
    typedef struct { int64_t start, lost; double time_s; int32_t length, values; uint32_t sequence, time_ms;
                     float rate_hz, scale; uint16_t boot; uint8_t key_id, kind, is_samples, channel, flags;
                   } echoel_found;
    typedef struct { echoel_key *keys; echoel_found *found; uint8_t *bodies; int64_t count, lost;
                     int64_t drops[ECHOEL_DROPS]; } echoel_wire;

    static uint32_t echoel_crcs[8][256];
    static void echoel_begin_crcs(void) {
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t c = i;
            for (int k = 0; k < 8; k++) c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
            echoel_crcs[0][i] = c;
        }
        for (int k = 1; k < 8; k++)
            for (int i = 0; i < 256; i++)
                echoel_crcs[k][i] = echoel_crcs[0][echoel_crcs[k-1][i] & 255] ^ (echoel_crcs[k-1][i] >> 8);
    }
    /* Eight bytes at a time by eight tables: the bytes of one step do not wait for each other. */
    static uint32_t echoel_crc(const uint8_t *p, int64_t size) {
        uint32_t c = 0xFFFFFFFFu;
        for (; size >= 8; size -= 8, p += 8) {
            uint32_t a = c ^ (p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24);
            c = echoel_crcs[7][a & 255] ^ echoel_crcs[6][a >> 8 & 255] ^ echoel_crcs[5][a >> 16 & 255]
              ^ echoel_crcs[4][a >> 24] ^ echoel_crcs[3][p[4]] ^ echoel_crcs[2][p[5]]
              ^ echoel_crcs[1][p[6]] ^ echoel_crcs[0][p[7]];
        }
        while (size-- > 0) c = echoel_crcs[0][(c ^ *p++) & 255] ^ (c >> 8);
        return ~c;
    }

    /* How many frames are missing before this one; -1 when it was here before or is too old. */
    static int64_t echoel_gap(echoel_key *k, uint16_t boot, uint32_t sequence, int64_t *lost) {
        if (!k->has_seen || boot != k->boot) {
            /* Without a key nobody can prove the order of boots; with one an old boot is a recording. */
            if (k->has_seen && k->proves_boot && (uint16_t)(boot - k->boot) >= 0x8000) return -1;
            int64_t missing = k->has_seen ? sequence : 0;
            k->has_seen = 1; k->boot = boot; k->sequence = sequence; k->seen = 1;
            return missing;
        }
        int64_t ahead = (int64_t)sequence - (int64_t)k->sequence;
        if (ahead > 0) {
            k->sequence = sequence;
            k->seen = ahead < 64 ? k->seen << ahead | 1 : 1;
            return ahead - 1;
        }
        if (ahead <= -64 || k->seen >> -ahead & 1) return -1;
        k->seen |= (uint64_t)1 << -ahead;
        *lost -= 1; /* it was counted as lost when a later one came first */
        return 0;
    }

    /* Believe a body or count why not. */
    static int echoel_prove(echoel_wire *w, uint8_t *body, int64_t size) {
        uint8_t tag[32], differs = 0;
        if (size < ECHOEL_HEADER_SIZE + 8) return w->drops[ECHOEL_SHORT]++, 0;
        if (body[0] != 1) return w->drops[ECHOEL_VERSION]++, 0;
        int tag_size = body[12] & 0x80 ? 16 : 8;
        int64_t end = ECHOEL_HEADER_SIZE + body[13];
        if (size != end + tag_size) return w->drops[ECHOEL_LENGTH]++, 0;
        echoel_key *key = w->keys + body[1];
        if (!key->is_known) return w->drops[ECHOEL_KEY]++, 0;
        echoel_hmac(key->inner, key->outer, body, end, tag);
        for (int i = 0; i < tag_size; i++) differs |= tag[i] ^ body[end + i];
        if (differs) return w->drops[ECHOEL_TAG]++, 0;
        if (body[12] & 0x40) {
            uint8_t nonce[16] = {0};
            if (!key->unseals) return w->drops[ECHOEL_UNSEALED]++, 0;
            memcpy(nonce, body, 8);
            echoel_aes_counter(key->rounds, nonce, body + ECHOEL_HEADER_SIZE, body[13]);
            body[12] &= 0xBF;
        }
        uint16_t boot = body[2] | body[3] << 8;
        uint32_t sequence = body[4] | body[5] << 8 | body[6] << 16 | (uint32_t)body[7] << 24;
        int64_t lost = echoel_gap(key, boot, sequence, &w->lost);
        if (lost < 0) return w->drops[ECHOEL_REPLAYED]++, 0;
        w->lost += lost;
        echoel_found *f = w->found + w->count++;
        f->start = body + ECHOEL_HEADER_SIZE - w->bodies; f->length = body[13]; f->lost = lost;
        f->key_id = body[1]; f->boot = boot; f->sequence = sequence; f->kind = body[12];
        f->time_ms = body[8] | body[9] << 8 | body[10] << 16 | (uint32_t)body[11] << 24;
        f->is_samples = 0; f->values = 0; f->time_s = 0.0;
        return 1;
    }

    /* Undo the stuffing of one piece between zeros and judge it; gives the bytes of `out` it keeps. */
    static int64_t echoel_unwrap(echoel_wire *w, const uint8_t *in, int64_t size, uint8_t *out) {
        if (size > ECHOEL_LONGEST_STUFFED) return w->drops[ECHOEL_LONG]++, 0;
        const uint8_t *stop = in + size;
        uint8_t *o = out;
        while (in < stop) {
            int code = *in;
            if (in + code > stop) return w->drops[ECHOEL_STUFFING]++, 0;
            memcpy(o, in + 1, code - 1); o += code - 1;
            in += code;
            if (code < 255 && in < stop) *o++ = 0;
        }
        int64_t length = o - out;
        if (length < ECHOEL_HEADER_SIZE + 8 + 4) return w->drops[ECHOEL_SHORT]++, 0;
        length -= 4;
        uint32_t crc = o[-4] | o[-3] << 8 | o[-2] << 16 | (uint32_t)o[-1] << 24;
        if (echoel_crc(out, length) != crc) return w->drops[ECHOEL_CRC]++, 0;
        return echoel_prove(w, out, length) ? length : 0;
    }

    /* Read the head of a payload of samples; 0 when it is none. */
    static int echoel_read_samples(echoel_found *f, const uint8_t *bodies) {
        const uint8_t *p = bodies + f->start;
        if (f->length < 10 || f->length % 2) return 0;
        memcpy(&f->rate_hz, p + 2, 4); memcpy(&f->scale, p + 6, 4);
        if (!(f->rate_hz > 0.0f && f->rate_hz <= 1e5f && f->scale > -1e30f && f->scale < 1e30f)) return 0;
        f->channel = p[0]; f->flags = p[1]; f->values = (f->length - 10) / 2; f->is_samples = 1;
        return 1;
    }
    """
    enum:
        DROPS "ECHOEL_DROPS"
        LONG "ECHOEL_LONG"
        LONGEST_FRAME "ECHOEL_LONGEST_FRAME"
        LONGEST_STUFFED "ECHOEL_LONGEST_STUFFED"

    ctypedef struct Key "echoel_key":
        uint32_t[8] inner
        uint32_t[8] outer
        int is_known
        int proves_boot
        int has_seen
        int unseals
        uint8_t* rounds

    ctypedef struct Found "echoel_found":
        int64_t start
        int64_t lost
        double time_s
        int32_t length
        int32_t values
        uint32_t sequence
        uint32_t time_ms
        float rate_hz
        float scale
        uint16_t boot
        uint8_t key_id
        uint8_t kind
        uint8_t is_samples
        uint8_t channel
        uint8_t flags

    ctypedef struct State "echoel_wire":
        Key* keys
        Found* found
        uint8_t* bodies
        int64_t count
        int64_t lost
        int64_t* drops

    void begin_crcs "echoel_begin_crcs"() noexcept nogil
    bint prove "echoel_prove"(State*, uint8_t*, int64_t) noexcept nogil
    int64_t unwrap "echoel_unwrap"(State*, const uint8_t*, int64_t, uint8_t*) noexcept nogil
    bint read_samples "echoel_read_samples"(Found*, const uint8_t*) noexcept nogil
