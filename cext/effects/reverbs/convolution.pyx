# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""A real room, plate or loudspeaker by its impulse response, without latency.

The first 64 taps are a plain sum over the newest frames; the rest comes a tick later anyway and is left to
the partitions. Source: W. G. Gardner, Efficient Convolution without Input-Output Delay, JAES 43 (1995) 127.
"""

from libc.math cimport pow
from libc.string cimport memcpy, memset

import numpy as np

from cext cimport _simd  # no-cython-lint: its macro is in the loop below
from cext._types cimport TICK
from cext.effects.reverbs._partitions cimport Partitions
from cext.effects.reverbs.tail cimport Tail

from cext.parameters import Parameter, switch, unknown

cdef extern from *:
    """
    typedef float echoel_octet __attribute__((vector_size(32), aligned(4), may_alias));
    #define ECHOEL_OCTET(p) (*(echoel_octet *)(p))
    /* 32 frames from x on, 64 taps each, both ears; always all 32, so that the bits do not depend on how many
       of them are wanted. */
    ECHOEL_CLONES static void echoel_first_taps(
            const float *left, const float *right, const float *taps_left, const float *taps_right,
            float *out_left, float *out_right) {
        echoel_octet a[4] = {{0}}, b[4] = {{0}};
        for (int k = 0; k < 64; k++) {
            float l = taps_left[k], r = taps_right[k];
            #pragma GCC unroll 4
            for (int i = 0; i < 4; i++) {
                a[i] += l * ECHOEL_OCTET(left + 8 * i - k);
                b[i] += r * ECHOEL_OCTET(right + 8 * i - k);
            }
        }
        for (int i = 0; i < 4; i++) {
            ECHOEL_OCTET(out_left + 8 * i) = a[i]; ECHOEL_OCTET(out_right + 8 * i) = b[i];
        }
    }
    """
    void _first_taps "echoel_first_taps"(
        const float* left, const float* right, const float* taps_left, const float* taps_right,
        float* out_left, float* out_right) noexcept nogil

cdef enum:
    MIX, LEVEL, NORMALISE
    HALF = TICK // 2


cdef class Convolution(Tail):
    """Puts the sound into a real place by its impulse response."""

    SOURCE = "W. G. Gardner, JAES 43 (1995) 127; F. Wefers, Partitioned convolution algorithms (2015)"
    SPREADS = True
    TAKES = {"impulse": "impulse response at the effect's rate: two rows, or four (LL, RR, LR, RL)"}
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("mix", "", 0.0, 1.0, 0.35),
        Parameter("level_db", "dB", -40.0, 24.0, 0.0),
        switch("normalise", "off", "on", default=1),
    )

    def __init__(self, double rate_hz=48_000.0, impulse=None, **values):
        super().__init__(rate_hz, **values)
        self._load(hall(rate_hz) if impulse is None else _checked(impulse))
        self.clear()

    def take(self, str name, sound not None):
        """Use another impulse response, float32, shape (2, frames) or (4, frames); what rang stops.

        Raises ValueError for another name, shape or length. Not for the audio thread.
        """
        if name not in self.TAKES:
            raise unknown("file to take called", name, list(self.TAKES))
        self._load(_checked(sound))
        self.clear()

    cdef _load(self, impulse):
        cdef float[:, ::1] rows = np.zeros((4, max(impulse.shape[1], TICK + 1)), dtype=np.float32)
        cdef long rest = rows.shape[1] - TICK
        np.asarray(rows)[: len(impulse), : impulse.shape[1]] = impulse
        energy = (np.asarray(rows, dtype=np.float64) ** 2).sum(axis=1)
        loudest = max(energy[0] + energy[3], energy[1] + energy[2])
        self.impulse_frames = impulse.shape[1]
        self.energy_gain = loudest ** -0.5 if loudest > 0 else 1.0
        self.first = np.ascontiguousarray(np.asarray(rows)[:, :TICK])
        self.rest = Partitions(rest)
        self.rest.load(&rows[0, TICK], &rows[1, TICK], rest)
        self.across = None
        if len(impulse) == 4:
            # Pushed with the ears exchanged: its left is what the right ear heard, on its way to the left.
            self.across = Partitions(rest)
            self.across.load(&rows[3, TICK], &rows[2, TICK], rest)

    cdef void turn(self) noexcept nogil:
        cdef double gain = pow(10.0, self.end[LEVEL] / 20.0)
        self.loudness = gain * (self.energy_gain if self.end[NORMALISE] == 1.0 else 1.0)

    cdef void ring(self) noexcept nogil:
        memset(self.wet, 0, sizeof(self.wet))
        self.rest.push(self.heard[0], self.heard[1], self.wet[0], self.wet[1])
        if self.across is not None:
            self.across.push(self.heard[1], self.heard[0], self.wet[0], self.wet[1])

    cdef void near(self, int first, int frames) noexcept nogil:
        cdef float[2][2 * TICK] sound
        cdef float[2][TICK] out
        cdef int ear, at
        for ear in range(2):
            memcpy(sound[ear], self.heard[ear], TICK * sizeof(float))
            memcpy(&sound[ear][TICK], self.coming[ear], TICK * sizeof(float))
        for at in range(2):
            if at * HALF < first + frames and (at + 1) * HALF > first:
                _first_taps(&sound[0][TICK + at * HALF], &sound[1][TICK + at * HALF],
                            &self.first[0, 0], &self.first[1, 0], &out[0][at * HALF], &out[1][at * HALF])
        self._add(out, first, frames)
        if self.across is None:
            return
        for at in range(2):
            if at * HALF < first + frames and (at + 1) * HALF > first:
                _first_taps(&sound[1][TICK + at * HALF], &sound[0][TICK + at * HALF],
                            &self.first[3, 0], &self.first[2, 0], &out[0][at * HALF], &out[1][at * HALF])
        self._add(out, first, frames)

    cdef void _add(self, float[TICK]* out, int first, int frames) noexcept nogil:
        cdef int ear, j
        for ear in range(2):
            for j in range(first, first + frames):
                self.wet[ear][j] += out[ear][j]

    cdef void hush(self) noexcept nogil:
        self.rest.clear()
        if self.across is not None:
            self.across.clear()


def hall(double rate_hz):
    """The impulse response an effect has before it is given one: a small, bright hall of 1.2 s."""
    frames = int(1.2 * rate_hz)
    n = np.arange(2 * frames, dtype=np.uint64) + np.uint64(1)
    # SplitMix64, so that the hall is the same on every machine.
    n *= np.uint64(0x9E3779B97F4A7C15)
    n = (n ^ (n >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    n = (n ^ (n >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    noise = ((n >> np.uint64(40)).astype(np.float64) / (1 << 23) - 1.0).reshape(2, frames)
    time_s = np.arange(frames) / rate_hz
    width = max(2, int(rate_hz / 6_000))
    soft = np.array([np.convolve(row, np.full(width, width ** -0.5), "same") for row in noise])
    onset = 1.0 - np.exp(-time_s / 0.004)
    dark, bright = soft * 10 ** (-3 * time_s / 1.2), 0.5 * noise * 10 ** (-3 * time_s / 0.6)
    return np.asarray(onset * (dark + bright), np.float32)


def _checked(impulse):
    rows = np.ascontiguousarray(impulse, dtype=np.float32)
    if rows.ndim != 2 or rows.shape[0] not in (2, 4) or not 1 <= rows.shape[1] <= 1 << 22:
        limits = f"2 or 4 rows of 1 to {1 << 22} frames"
        raise ValueError(f"an impulse has {limits}, this one the shape {rows.shape}")
    if not np.isfinite(rows).all():
        raise ValueError("the impulse holds NaN or infinity; give a sound")
    return rows
