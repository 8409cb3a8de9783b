# Where a wave goes between its samples: the highest of eight places from each sample to the next.
#
# The kernel is the one of `cext.guards.truepeak`. Looking at all eight places everywhere costs eight filters,
# so the middle place is looked at first. A wave that holds nothing above half the sample rate cannot fall
# faster from its highest point than a cosine of that frequency (R. Duffin and A. Schaeffer, Transactions of
# the AMS 50 (1941) 236), so one of the places half a sample apart next to the highest point shows at least
# 0.707 of it. Eight frames whose halves stay under `floor` = 0.7 of what matters need no second look.

from cext cimport _simd  # no-cython-lint: its macro is in the loops below
from cext.guards.truepeak cimport HALF, PHASES

cdef extern from *:
    """
    #include <string.h>
    typedef float echoel_eight __attribute__((vector_size(32)));
    typedef int echoel_eight_bits __attribute__((vector_size(32)));
    #define ECHOEL_TAPS 48
    #define ECHOEL_SIZE(v) ((echoel_eight)((echoel_eight_bits)(v) & 0x7fffffff))
    #define ECHOEL_CHOSEN(a, b, is_a) \\
        (echoel_eight)(((echoel_eight_bits)(a) & (is_a)) | ((echoel_eight_bits)(b) & ~(is_a)))
    #define ECHOEL_HIGHER(a, b) ECHOEL_CHOSEN(a, b, (a) > (b))
    #define ECHOEL_HIGHEST(eight, highest) \\
        for (int lane = 0; lane < 8; lane++) \\
            if ((eight)[lane] > highest) \\
                highest = (eight)[lane]
    /* peaks[j]: how far the wave goes from sample j + 23 to the one after it; wave holds frames + 47. */
    ECHOEL_CLONES static float echoel_peaks(
            const float *wave, int frames, const float *kernel, float floor, float *peaks) {
        const float *middle = kernel + 4 * ECHOEL_TAPS;
        echoel_eight all = {0};
        for (int at = 0; at < frames; at += 64) {
            echoel_eight half[8] = {{0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}};
            for (int t = 0; t < ECHOEL_TAPS; t++)
                for (int k = 0; k < 8; k++) {
                    echoel_eight now;
                    memcpy(&now, wave + at + 8 * k + t, 32);
                    half[k] += middle[t] * now;
                }
            for (int k = 0; k < 8; k++) {
                const float *here = wave + at + 8 * k;
                echoel_eight left, right, most = ECHOEL_SIZE(half[k]);
                memcpy(&left, here + 23, 32);
                memcpy(&right, here + 24, 32);
                left = ECHOEL_SIZE(left);
                right = ECHOEL_SIZE(right);
                most = ECHOEL_HIGHER(left, most);
                most = ECHOEL_HIGHER(right, most);
                float highest = 0.0f;
                ECHOEL_HIGHEST(most, highest);
                if (highest > floor) {
                    echoel_eight sums[8] = {{0}, {0}, {0}, {0}, {0}, {0}, {0}, {0}};
                    for (int t = 0; t < ECHOEL_TAPS; t++) {
                        echoel_eight now;
                        memcpy(&now, here + t, 32);
                        for (int p = 1; p < 8; p++)
                            sums[p] += kernel[p * ECHOEL_TAPS + t] * now;
                    }
                    for (int p = 1; p < 8; p++) {
                        echoel_eight size = ECHOEL_SIZE(sums[p]);
                        most = ECHOEL_HIGHER(size, most);
                    }
                }
                all = ECHOEL_HIGHER(all, most);
                memcpy(peaks + at + 8 * k, &most, 32);
            }
        }
        float highest = 0.0f;
        ECHOEL_HIGHEST(all, highest);
        return highest;
    }
    /* What is no number becomes silence; returns the highest of frames samples, a multiple of 8. */
    ECHOEL_CLONES static float echoel_tidied(float *wave, int frames) {
        echoel_eight most = {0}, none = {0};
        for (int at = 0; at < frames; at += 8) {
            echoel_eight now, size;
            memcpy(&now, wave + at, 32);
            size = ECHOEL_SIZE(now);
            now = ECHOEL_CHOSEN(now, none, size <= 3.4028234e38f);
            memcpy(wave + at, &now, 32);
            size = ECHOEL_SIZE(now);
            most = ECHOEL_HIGHER(size, most);
        }
        float highest = 0.0f;
        ECHOEL_HIGHEST(most, highest);
        return highest;
    }
    """
    # frames: a multiple of 64; kernel: PHASES rows of 2 * HALF. Returns the highest of the peaks.
    float eighths_peaks "echoel_peaks"(
        const float* wave, int frames, const float* kernel, float floor, float* peaks
    ) noexcept nogil
    float tidied "echoel_tidied"(float* wave, int frames) noexcept nogil
