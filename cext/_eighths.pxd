# Where a wave goes between its samples: the highest of eight places from each sample to the next.
#
# Looking at all eight places everywhere costs eight filters, so the halves are looked at first. A wave that
# holds nothing above half the sample rate cannot fall faster from its highest point than a cosine of that
# frequency (R. Duffin and A. Schaeffer, Transactions of the AMS 50 (1941) 236): one of the places half a
# sample apart next to the highest point shows at least 0.707 of it, one of the quarters 0.924. Eight frames
# that stay under `floor` = 0.7 of what matters need no second look, and under 1.3 times that no third.

from cext cimport _simd  # no-cython-lint: its macro is in the loops below

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
    /* Two places, or four, of eight frames; several sums each, because one would wait for itself. */
    #define ECHOEL_LOOK(places, first, step, most) do { \\
            echoel_eight sums[places][8 / places]; \\
            memset(sums, 0, sizeof sums); \\
            for (int t = 0; t < ECHOEL_TAPS; t += 8 / places) \\
                for (int q = 0; q < 8 / places; q++) { \\
                    echoel_eight now; \\
                    memcpy(&now, here + t + q, 32); \\
                    for (int p = 0; p < places; p++) \\
                        sums[p][q] += kernel[(first + p * step) * ECHOEL_TAPS + t + q] * now; \\
                } \\
            for (int p = 0; p < places; p++) { \\
                echoel_eight size = sums[p][0]; \\
                for (int q = 1; q < 8 / places; q++) \\
                    size += sums[p][q]; \\
                size = ECHOEL_SIZE(size); \\
                most = ECHOEL_HIGHER(size, most); \\
            } \\
        } while (0)
    /* peaks[j]: how far the wave goes from sample j + 23 to the one after it; wave holds frames + 47. */
    ECHOEL_CLONES static float echoel_peaks(
            const float *wave, int frames, const float *kernel, float floor, float *peaks) {
        const float *middle = kernel + 4 * ECHOEL_TAPS;
        echoel_eight all = {0};
        float highest = 0.0f;
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
                float here_most = 0.0f;
                ECHOEL_HIGHEST(most, here_most);
                if (here_most > floor) {
                    ECHOEL_LOOK(2, 2, 4, most);
                    ECHOEL_HIGHEST(most, here_most);
                    if (here_most > 1.3f * floor)
                        ECHOEL_LOOK(4, 1, 2, most);
                }
                all = ECHOEL_HIGHER(all, most);
                memcpy(peaks + at + 8 * k, &most, 32);
            }
        }
        ECHOEL_HIGHEST(all, highest);
        return highest;
    }
    /* What is no number becomes silence; returns the highest of frames samples, a multiple of 8. */
    ECHOEL_CLONES static float echoel_tidied(float *wave, int frames) {
        echoel_eight most = {0}, none = {0};
        float highest = 0.0f;
        for (int at = 0; at < frames; at += 8) {
            echoel_eight now, size;
            memcpy(&now, wave + at, 32);
            size = ECHOEL_SIZE(now);
            now = ECHOEL_CHOSEN(now, none, size <= 3.4028234e38f);
            memcpy(wave + at, &now, 32);
            size = ECHOEL_SIZE(now);
            most = ECHOEL_HIGHER(size, most);
        }
        ECHOEL_HIGHEST(most, highest);
        return highest;
    }
    """
    # frames: a multiple of 64; kernel: 8 places of 48 taps, tap t for sample 23 - t before the frame. Returns
    # the highest of the peaks.
    float eighths_peaks "echoel_peaks"(
        const float* wave, int frames, const float* kernel, float floor, float* peaks
    ) noexcept nogil
    float tidied "echoel_tidied"(float* wave, int frames) noexcept nogil
