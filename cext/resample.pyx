# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The same sound at another rate.

Each new frame is a sum of old ones under a sinc with a Kaiser window, read at one of so many places as the
ratio of the rates has in lowest terms. Of the lower rate's band, nine tenths (20 kHz of 44.1) pass within
0.001 dB, and nothing above its half comes back below -120 dB. The new sound begins at the same moment as
the old one. Source: J. O. Smith, Digital Audio Resampling (CCRMA, 2002); J. F. Kaiser, ISCAS (1974) 20.
"""

import math

import numpy as np

from libc.stdint cimport int64_t

from cext cimport _simd  # no-cython-lint: its macro is in the prototype below

cdef extern from *:
    """
    typedef float echoel_taps8 __attribute__((vector_size(32), aligned(4), may_alias));
    #define ECHOEL_TAPS(p) (*(const echoel_taps8 *)(p))
    /* `taps` is a multiple of 16; four sums at once, because each waits for its last. */
    ECHOEL_CLONES static void echoel_resampled(
            const float *in, float *out, int64_t frames, const float *table, int taps, int up, int down) {
        int64_t at = 0; int place = 0;
        for (int64_t n = 0; n < frames; n++) {
            const float *x = in + at, *h = table + (int64_t)place * taps;
            echoel_taps8 a = {0}, b = {0};
            for (int k = 0; k < taps; k += 16) {
                a += ECHOEL_TAPS(x + k) * ECHOEL_TAPS(h + k);
                b += ECHOEL_TAPS(x + k + 8) * ECHOEL_TAPS(h + k + 8);
            }
            a += b;
            out[n] = ((a[0] + a[1]) + (a[2] + a[3])) + ((a[4] + a[5]) + (a[6] + a[7]));
            place += down; at += place / up; place %= up;
        }
    }
    """
    void _resampled "echoel_resampled"(
        const float*, float*, int64_t, const float*, int, int, int) noexcept nogil

_STOP_DB = 126.0
_MOST_PLACES = 1 << 25


def resample(sound not None, int rate_in_hz, int rate_out_hz):
    """Give a sound another rate.

    sound: float32, shape (channels, frames). Returns the same with frames x out / in, rounded up.
    Raises ValueError for rates outside 1000 to 768000 Hz and for pairs without a common measure.
    """
    cdef float[:, ::1] padded, out
    cdef float[::1] table
    cdef int channel, taps, up, down
    cdef int64_t frames
    for rate_hz in (rate_in_hz, rate_out_hz):
        if not 1_000 <= rate_hz <= 768_000:
            raise ValueError(f"a rate of {rate_hz} Hz is outside 1000 to 768000 Hz")
    sound = np.asarray(sound, np.float32)
    if sound.ndim != 2:
        raise ValueError(f"a sound has the shape (channels, frames), this one {sound.shape}")
    if rate_in_hz == rate_out_hz:
        return sound.copy()
    common = math.gcd(rate_in_hz, rate_out_hz)
    up, down = rate_out_hz // common, rate_in_hz // common
    half_hz = 0.5 * min(rate_in_hz, rate_out_hz)
    pass_hz = half_hz * 20.0 / 22.05
    width = 2 * np.pi * (half_hz - pass_hz) / rate_in_hz
    taps = 16 * math.ceil((_STOP_DB - 8) / (2.285 * width) / 16 + 0.01)
    if taps * up > _MOST_PLACES:
        raise ValueError(
            f"{rate_in_hz} and {rate_out_hz} Hz have no common measure above {common} Hz; "
            "go by a rate between"
        )
    # Tap k of place p stands k - taps / 2 + 1 - p / up frames from the new frame.
    away = np.arange(taps)[None, :] - (taps // 2 - 1) - (np.arange(up) / up)[:, None]
    band = (half_hz + pass_hz) / rate_in_hz
    window = np.i0(0.1102 * (_STOP_DB - 8.7) * np.sqrt(np.maximum(0.0, 1 - (away / (taps / 2)) ** 2)))
    rows = band * np.sinc(band * away) * window
    rows /= rows.sum(axis=1, keepdims=True)
    table = np.ascontiguousarray(rows.ravel(), dtype=np.float32)
    frames = -(-sound.shape[1] * up // down)
    padded = np.pad(sound, ((0, 0), (taps // 2 - 1, taps // 2 + 16)))
    out = np.empty((sound.shape[0], frames), np.float32)
    if frames:
        with nogil:
            for channel in range(out.shape[0]):
                _resampled(&padded[channel, 0], &out[channel, 0], frames, &table[0], taps, up, down)
    return np.asarray(out)
