# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""How loud a sound is to an ear, and how high its wave really goes.

ITU-R BS.1770-4: each channel through a shelf that stands for the head and a high-pass, squared, and summed
with the weight of its place. Momentary is the mean over 0.4 s and short-term over 3 s (EBU Tech 3341), both
anew every 10 ms, so that no onset falls between two windows. Integrated is the mean of blocks of 0.4 s, one
every 0.1 s, above -70 LUFS and then above the mean of those less 10 LU. Loudness range (EBU Tech 3342): from
the 10th to the 95th percentile of the short-term values above -70 LUFS and above their mean less 20 LU.

Both filters of two channels run in the four lanes of one register, the second two frames behind the first,
in float64. Energies are kept in bins of a hundredth of a LU, so an hour needs no more room than a minute.
"""

from libc.math cimport INFINITY, log10
from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memcpy, memset

from cext._eighths cimport eighths_peaks, tidied
from cext._kweighting cimport k_lanes, k_weighting
from cext._types cimport flush_denormals, restore_denormals
from cext.guards.truepeak cimport TruePeak

# By the number of channels, in the order of a WAV file; the side and rear speakers between 60 and 120 degrees
# count 1.5 dB more, the low-frequency channel not at all (BS.1770-4, tables 3 and 4).
WEIGHTS = {
    1: (1.0,),
    2: (1.0, 1.0),
    3: (1.0, 1.0, 1.0),
    4: (1.0, 1.0, 1.41, 1.41),
    5: (1.0, 1.0, 1.0, 1.41, 1.41),
    6: (1.0, 1.0, 1.0, 0.0, 1.41, 1.41),
    7: (1.0, 1.0, 1.0, 0.0, 1.0, 1.41, 1.41),
    8: (1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.41, 1.41),
}

cdef double _GATE_LUFS = -70.0
cdef float _NEAR = 0.7


cdef class Meter:
    """Tells how loud a sound is while it goes by, and at the end how loud it was.

    channels: 1 to 8 in the order of a WAV file; weights: one a channel, instead of those of the standard.
    Without has_peaks it looks at no peaks, which is twice as fast.
    Loudness in LUFS, range in LU, peaks in dBFS and dBTP; minus infinity where there was nothing to measure.
    Values that are not finite count as silence.
    """

    def __init__(self, double rate_hz=48_000.0, int channels=2, weights=None, bint has_peaks=True):
        if not 8_000.0 <= rate_hz <= 384_000.0:
            raise ValueError(f"a rate of {rate_hz:g} Hz is outside 8000 to 384000 Hz")
        if not 1 <= channels <= MOST_CHANNELS:
            raise ValueError(f"{channels} channels are outside 1 to {MOST_CHANNELS}")
        weights = WEIGHTS[channels] if weights is None else weights
        if len(weights) != channels:
            raise ValueError(f"{len(weights)} weights do not fit {channels} channels")
        cdef int i
        self.rate_hz = rate_hz
        self.channels = channels
        self.has_peaks = has_peaks
        for i in range(channels):
            self.weights[i] = weights[i]
        self.kernel = TruePeak(rate_hz)
        k_weighting(self.weighing, rate_hz)
        self.reset()

    def reset(self):
        """Forget everything heard so far."""
        self.clear()

    def feed(self, const float[:, :] block not None):
        """Listen to a block, float32 of shape (channels, frames), in any memory order, of any length."""
        cdef uint64_t mode
        if block.shape[0] != self.channels:
            raise ValueError(f"this meter takes {self.channels} rows of sound, not {block.shape[0]}")
        if not block.shape[1]:
            return
        with nogil:
            mode = flush_denormals()
            self.run(<const char*> &block[0, 0], block.strides[0], block.strides[1], block.shape[1])
            restore_denormals(mode)

    @property
    def momentary_lufs(self):
        """Loudness of the last 0.4 s."""
        return _lufs(self.momentary)

    @property
    def short_lufs(self):
        """Loudness of the last 3 s."""
        return _lufs(self.short)

    @property
    def integrated_lufs(self):
        """Loudness of everything so far, without its pauses."""
        cdef double total = 0.0, threshold
        cdef int64_t count = 0
        cdef int i
        for i in range(BINS):
            total += self.blocks.sum[i]
            count += self.blocks.count[i]
        if not count:
            return -INFINITY
        threshold = 0.1 * total / count
        total, count = 0.0, 0
        for i in range(BINS):
            if self.blocks.sum[i] > threshold * self.blocks.count[i]:
                total += self.blocks.sum[i]
                count += self.blocks.count[i]
        return _lufs(total / count)

    @property
    def range_lu(self):
        """How far the quiet parts are from the loud ones; 0 before 3 s have gone by."""
        cdef double total = 0.0, threshold
        cdef int64_t count = 0
        cdef int i, first = BINS
        for i in range(BINS):
            total += self.shorts.sum[i]
            count += self.shorts.count[i]
        if not count:
            return 0.0
        threshold = 0.01 * total / count
        count = 0
        for i in range(BINS - 1, -1, -1):
            if self.shorts.sum[i] > threshold * self.shorts.count[i]:
                count += self.shorts.count[i]
                first = i
        return (_at(&self.shorts, first, <int64_t> (0.95 * (count - 1) + 0.5))
                - _at(&self.shorts, first, <int64_t> (0.10 * (count - 1) + 0.5)))

    @property
    def peak_dbfs(self):
        """The highest sample."""
        return self._peaks()[0]

    @property
    def true_peak_dbtp(self):
        """The highest point of the wave, also between samples, at eight places a sample."""
        return self._peaks()[1]

    cdef tuple _peaks(self):
        # With what waits for its chunk and the end of the wave, as if silence followed; nothing is changed.
        cdef float wave[HISTORY + 2 * CHUNK]
        cdef float peaks[2 * CHUNK]
        cdef float sample = self.peak, most = self.true_peak
        cdef int i
        for i in range(self.channels):
            memset(wave, 0, sizeof(wave))
            memcpy(wave, &self.wave[i][0], (HISTORY + self.waiting) * sizeof(float))
            sample = max(sample, tidied(wave + HISTORY, CHUNK))
            most = max(most, eighths_peaks(
                wave, CHUNK + 64, &self.kernel.kernel[0][0], _NEAR * most, peaks))
        return _db(sample), _db(most)

    cdef void clear(self) noexcept nogil:
        memset(self.state, 0, sizeof(self.state))
        memset(self.energy, 0, sizeof(self.energy))
        memset(self.hops, 0, sizeof(self.hops))
        memset(&self.blocks, 0, sizeof(self.blocks))
        memset(&self.shorts, 0, sizeof(self.shorts))
        memset(self.wave, 0, sizeof(self.wave))
        self.frames = self.hop = 0
        self.hop_end = <int64_t> (self.rate_hz / 100.0)
        self.waiting = 0
        self.momentary = self.short = self.peak = self.true_peak = 0.0
        self.momentary_max = self.short_max = -INFINITY

    cdef void run(self, const char* data, Py_ssize_t row, Py_ssize_t step, Py_ssize_t frames) noexcept nogil:
        self._weigh(data, row, step, frames)
        if self.has_peaks:
            self._look(data, row, step, frames)

    cdef void _weigh(
        self, const char* data, Py_ssize_t row, Py_ssize_t step, Py_ssize_t frames
    ) noexcept nogil:
        cdef Py_ssize_t done = 0, part
        cdef const char* here
        cdef int i
        while done < frames:
            part = min(frames - done, <Py_ssize_t> (self.hop_end - self.frames))
            for i in range(0, self.channels, 2):
                if self.weights[i] == 0.0 and (i + 1 == self.channels or self.weights[i + 1] == 0.0):
                    continue
                here = data + i * row + done * step
                # The last of an odd number of channels keeps its own company and counts once.
                k_lanes(here, here if i + 1 == self.channels else here + row, step, part,
                        self.weighing, self.state[i // 2], &self.energy[i])
            done += part
            self.frames += part
            if self.frames == self.hop_end:
                self._close_hop()

    cdef void _close_hop(self) noexcept nogil:
        cdef double total = 0.0
        cdef int i
        for i in range(self.channels):
            total += self.weights[i] * self.energy[i]
        memset(self.energy, 0, sizeof(self.energy))
        self.hops[self.hop % SHORT_HOPS] = total
        self.hop += 1
        self.hop_end = <int64_t> ((self.hop + 1) * self.rate_hz / 100.0)
        self.momentary = self._mean(MOMENTARY_HOPS)
        self.short = self._mean(SHORT_HOPS)
        self.momentary_max = max(self.momentary_max, _lufs(self.momentary))
        self.short_max = max(self.short_max, _lufs(self.short))
        if self.hop % 10 == 0:
            if self.hop >= MOMENTARY_HOPS:
                _sort(&self.blocks, self.momentary)
            if self.hop >= SHORT_HOPS:
                _sort(&self.shorts, self.short)

    cdef double _mean(self, int hops) noexcept nogil:
        # Summed anew each time, in four sums: a running sum would remember what it should forget.
        cdef int _quarter, j, place = <int> ((self.hop + SHORT_HOPS - hops) % SHORT_HOPS)
        cdef double[4] sums
        for j in range(4):
            sums[j] = 0.0
        for _quarter in range(hops // 4):
            for j in range(4):
                sums[j] += self.hops[place]
                place = place + 1 if place + 1 < SHORT_HOPS else 0
        return (sums[0] + sums[1] + sums[2] + sums[3]) / (hops * self.rate_hz / 100.0)

    cdef void _look(
        self, const char* data, Py_ssize_t row, Py_ssize_t step, Py_ssize_t frames
    ) noexcept nogil:
        cdef float peaks[CHUNK]
        cdef Py_ssize_t done = 0, part, j
        cdef const char* here
        cdef int i
        while done < frames:
            part = min(frames - done, <Py_ssize_t> (CHUNK - self.waiting))
            for i in range(self.channels):
                here = data + i * row + done * step
                if step == sizeof(float):
                    memcpy(&self.wave[i][HISTORY + self.waiting], here, part * sizeof(float))
                else:
                    for j in range(part):
                        self.wave[i][HISTORY + self.waiting + j] = (<const float*> (here + j * step))[0]
            done += part
            self.waiting += <int> part
            if self.waiting < CHUNK:
                return
            self.waiting = 0
            for i in range(self.channels):
                self.peak = max(self.peak, tidied(&self.wave[i][HISTORY], CHUNK))
                self.true_peak = max(self.true_peak, eighths_peaks(
                    &self.wave[i][0], CHUNK, &self.kernel.kernel[0][0], _NEAR * self.true_peak, peaks))
                memcpy(&self.wave[i][0], &self.wave[i][CHUNK], HISTORY * sizeof(float))


cdef double _lufs(double energy) noexcept nogil:
    return -0.691 + 10.0 * log10(energy) if energy > 0.0 else -INFINITY


cdef double _db(double size) noexcept nogil:
    return 20.0 * log10(size) if size > 0.0 else -INFINITY


cdef void _sort(Histogram* kept, double energy) noexcept nogil:
    cdef double lufs = _lufs(energy)
    cdef int place
    if lufs > _GATE_LUFS:
        place = <int> min((lufs - _GATE_LUFS) * 100.0, <double> (BINS - 1))
        kept.count[place] += 1
        kept.sum[place] += energy


cdef double _at(const Histogram* kept, int first, int64_t rank) noexcept nogil:
    # The loudness of the value that has `rank` quieter ones, counted from bin `first`.
    cdef int i
    cdef int64_t below = 0
    for i in range(first, BINS):
        below += kept.count[i]
        if below > rank:
            return _lufs(kept.sum[i] / kept.count[i])
    return 0.0
