# cython: cdivision=True
# The inner loops of cext.strict: whole numbers in, whole numbers out, sums of 32 bits that wrap.

from libc.stdint cimport int16_t, int32_t, uint32_t
from libc.string cimport memmove

cdef enum:
    VOICES = 16
    SINE = 16384
    DRAWS = 65536
    BANDS = 9
    RING = 256
    LONGEST = 65536      # frames in the longest block
    TURN = (1 << 30) - 1

cdef enum:  # in the order of KINDS
    OFF, BINAURAL, PINK, BELL, SPIN, WAVE, MIX

cdef struct Voice:
    int kind
    int table
    int32_t level
    int32_t right_level
    int32_t step
    int32_t other_step
    uint32_t phase
    uint32_t other_phase
    int wait
    int pause

cdef struct Noise:
    uint32_t counter
    uint32_t drawn
    int32_t value            # all bands together, and how fast they glide
    int32_t slope
    int32_t[BANDS] begun
    int32_t[BANDS] glide


cdef inline void next_noise(Noise* n, const int32_t* draws, int32_t* ring, int frames) noexcept nogil:
    # Moves the newest RING samples to the front and puts `frames` behind them. A band draws anew where the
    # counter ends in so many ones, and glides there until its next turn.
    cdef int i, k
    cdef uint32_t ones, drawn = n.drawn, counter = n.counter
    cdef int32_t value = n.value, slope = n.slope, white, before
    memmove(ring, ring + frames, RING * sizeof(int32_t))
    for i in range(frames):
        white = draws[drawn & (DRAWS - 1)]
        drawn += 1
        ones = counter
        counter += 1
        k = 0
        while ones & 1 and k < BANDS:
            before = n.glide[k]
            n.begun[k] += before * (2 << k)
            n.glide[k] = (draws[drawn & (DRAWS - 1)] - n.begun[k]) // (2 << k)
            slope += n.glide[k] - before
            drawn += 1
            ones >>= 1
            k += 1
        value += slope
        ring[RING + i] = (white + value) >> 12
    n.value, n.slope = value, slope
    n.drawn, n.counter = drawn, counter


cdef inline void add_pair(
    Voice* v, const int32_t* sine, uint32_t* left, uint32_t* right, int frames
) noexcept nogil:
    cdef int i
    cdef uint32_t phase = v.phase, other = v.other_phase, step = v.step, other_step = v.other_step
    cdef uint32_t level = v.level, right_level = v.right_level
    for i in range(frames):
        phase += step
        other += other_step
        left[i] += level * <uint32_t> sine[(phase & TURN) >> 16]
        right[i] += right_level * <uint32_t> sine[(other & TURN) >> 16]
    v.phase, v.other_phase = phase, other


cdef inline void add_noise(
    Voice* v, const int32_t* ring, uint32_t* left, uint32_t* right, int frames
) noexcept nogil:
    cdef int i
    cdef uint32_t level = v.level, value
    for i in range(frames):
        value = level * <uint32_t> ring[RING + i]
        left[i] += value
        right[i] += value


cdef inline void add_bell(
    Voice* v, const int32_t* sine, uint32_t* left, uint32_t* right, int frames
) noexcept nogil:
    cdef int i
    cdef uint32_t value
    if v.level <= 0:
        return
    for i in range(frames):
        v.phase += <uint32_t> v.step
        value = <uint32_t> v.level * <uint32_t> sine[(v.phase & TURN) >> 16]
        left[i] += value
        right[i] += value
        v.wait -= 1
        if v.wait < 0:
            v.wait = v.pause
            v.level -= 1 + v.level // 12
            if v.level <= 0:
                return


cdef inline void add_spin(
    Voice* v, const int32_t* sine, const int32_t* ring, uint32_t* left, uint32_t* right, int frames
) noexcept nogil:
    cdef int i, shift
    for i in range(frames):
        v.phase += <uint32_t> v.step
        shift = <int32_t> (v.other_step * sine[(v.phase & TURN) >> 16]) >> 24
        left[i] += <uint32_t> v.level * <uint32_t> ring[RING + i - 127 + shift]
        right[i] += <uint32_t> v.level * <uint32_t> ring[RING + i - 127 - shift]


cdef inline uint32_t leave(
    const uint32_t* left, const uint32_t* right, int16_t* out, int frames, uint32_t dither
) noexcept nogil:
    # The number before is added to both ears; where it could wrap it is left out.
    cdef int i
    cdef int32_t x, y, before
    for i in range(frames):
        before = <int32_t> dither
        dither = (dither * 0x660D + 0xF35F) & 0xFFFF
        x, y = <int32_t> left[i], <int32_t> right[i]
        out[2 * i] = <int16_t> ((x + before if x <= 0x7FFF0000 else x) >> 16)
        out[2 * i + 1] = <int16_t> ((y + before if y <= 0x7FFF0000 else y) >> 16)
    return dither
