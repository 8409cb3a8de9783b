# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What is missing, drawn again from what stands around it.

Sound is predicted from its last frames (autoregression, by Levinson's recursion on the windowed
autocorrelation). A click is where the prediction fails by far; a clipped peak is where the wave stays at
its limit. Such frames are taken as unknown, and those values are put in that make the error of prediction
least: a small, symmetric, banded system of equations. Sources: S. J. Godsill and P. J. W. Rayner, Digital
Audio Restoration (Springer 1998), chapter 5; A. J. E. M. Janssen, R. N. J. Veldhuis and L. B. Vries, IEEE
Trans. ASSP 34 (1986) 317.
"""

import numpy as np

from libc.math cimport fabs, pow, sqrt
from libc.string cimport memcpy, memmove, memset

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext.effects.spectral.stft cimport size_for
from cext.parts cimport Effect

from cext.parameters import Parameter

cdef extern from *:
    """
    typedef double echoel_d4 __attribute__((vector_size(32), aligned(8), may_alias));
    ECHOEL_CLONES static double echoel_dot(const double *a, const double *b, int count) {
        echoel_d4 s = {0, 0, 0, 0}, t = {0, 0, 0, 0};
        int j = 0;
        for (; j + 8 <= count; j += 8) {
            s += *(const echoel_d4 *)(a + j) * *(const echoel_d4 *)(b + j);
            t += *(const echoel_d4 *)(a + j + 4) * *(const echoel_d4 *)(b + j + 4);
        }
        s += t;
        double sum = (s[0] + s[1]) + (s[2] + s[3]);
        for (; j < count; j++) sum += a[j] * b[j];
        return sum;
    }
    /* The error of predicting each frame from those before it. */
    ECHOEL_CLONES static void echoel_errors(
            const float *restrict x, const double *weight, int order, double *restrict out, int count) {
        for (int j = 0; j < count; j++) out[j] = x[j];
        for (int k = 1; k <= order; k++)
            for (int j = 0; j < count; j++) out[j] += weight[k] * x[j - k];
    }
    """
    double _dot "echoel_dot"(const double*, const double*, int) noexcept nogil
    void _errors "echoel_errors"(const float*, const double*, int, double*, int) noexcept nogil

cdef enum:
    THRESHOLD, LONGEST, AMOUNT

cdef enum:
    LEVEL, CLIP_AMOUNT


cdef class Repair(Effect):
    """An effect that looks at a stretch of sound and mends what lies a hop from its end."""

    cdef int open(self) except -1:
        self.size = size_for(2048, self.rate_hz)
        self.hop = self.size // 4
        self.order = min(32, self.size // 16)
        self.sound = np.zeros((2, self.size), np.float32)
        self.coming = np.zeros((2, self.hop), np.float32)
        self.work = np.zeros(self.size)
        self.error = np.zeros(self.size)
        self.delays(3 * self.hop)
        return 0

    cdef void mend(self, float* sound) noexcept nogil:
        # One ear's `size` frames; change what begins in the third quarter, nothing before it.
        pass

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int ear, row = self.size - self.hop
        cdef size_t count = frames * sizeof(float)
        memcpy(&self.coming[0, self.since], left, count)
        memcpy(&self.coming[1, self.since], right, count)
        # What was mended two hops ago is the second quarter now.
        memcpy(left, &self.sound[0, self.hop + self.since], count)
        memcpy(right, &self.sound[1, self.hop + self.since], count)
        self.since += frames
        if self.since < self.hop:
            return
        self.since = 0
        for ear in range(2):
            memmove(&self.sound[ear, 0], &self.sound[ear, self.hop], row * sizeof(float))
            memcpy(&self.sound[ear, row], &self.coming[ear, 0], self.hop * sizeof(float))
            self.mend(&self.sound[ear, 0])

    cdef bint predict(self, const float* sound) noexcept nogil:
        # The weights that predict this stretch best; False for silence.
        cdef int j, k, order = self.order
        cdef double share, error, reflection, keep
        cdef double[MOST_ORDER + 1] lags
        cdef double* w = &self.weight[0]
        for j in range(self.size):
            # A parabola as window is cheap, smooth, and near enough to a Hann window.
            share = (2.0 * j + 1.0) / self.size - 1.0
            self.work[j] = sound[j] * (1.0 - share * share)
        lags[0] = 0.0
        for k in range(order + 1):
            lags[k] = _dot(&self.work[0], &self.work[k], self.size - k)
        if lags[0] < 1e-9:
            return False
        # A floor 100 dB down keeps the equations solvable for pure tones.
        lags[0] *= 1.0 + 1e-10
        error = lags[0]
        w[0] = 1.0
        for k in range(1, order + 1):
            reflection = lags[k]
            for j in range(1, k):
                reflection += w[j] * lags[k - j]
            reflection = -reflection / error
            for j in range(1, k // 2 + 1):
                keep = w[j] + reflection * w[k - j]
                w[k - j] += reflection * w[j]
                w[j] = keep
            w[k] = reflection
            error *= 1.0 - reflection * reflection
            if error <= 0.0:
                return False
        for k in range(order + 1):
            self.product[k] = 0.0
            for j in range(order + 1 - k):
                self.product[k] += w[j] * w[j + k]
        return True

    cdef bint fill(self, float* sound, int first, int count, double* found) noexcept nogil:
        # Solves for `count` unknown frames by a banded Cholesky factorisation; all others are taken as known.
        cdef int i, j, k, low, order = self.order
        cdef double sum
        cdef double[MOST_GAP][MOST_ORDER + 1] factor     # row i, its distance from the diagonal
        for i in range(count):
            sum = 0.0
            for k in range(1, order + 1):
                if i - k < 0:
                    sum -= self.product[k] * sound[first + i - k]
                if i + k >= count:
                    sum -= self.product[k] * sound[first + i + k]
            found[i] = sum
        for i in range(count):
            low = max(0, i - order)
            for j in range(low, i + 1):
                sum = self.product[i - j]
                for k in range(max(low, j - order), j):
                    sum -= factor[i][i - k] * factor[j][j - k]
                if i == j:
                    if sum <= 0.0:
                        return False
                    factor[i][0] = sqrt(sum)
                else:
                    factor[i][i - j] = sum / factor[j][0]
            sum = found[i]
            for k in range(low, i):
                sum -= factor[i][i - k] * found[k]
            found[i] = sum / factor[i][0]
        for i in range(count - 1, -1, -1):
            sum = found[i]
            for k in range(i + 1, min(count, i + order + 1)):
                sum -= factor[k][k - i] * found[k]
            found[i] = sum / factor[i][0]
        return True

    cdef void clear(self) noexcept nogil:
        self.since = 0
        memset(&self.sound[0, 0], 0, 2 * self.size * sizeof(float))


cdef class DeClick(Repair):
    """Takes clicks and crackle out of old records and draws the music again underneath."""

    SOURCE = "S. J. Godsill and P. J. W. Rayner, Digital Audio Restoration (1998), chapter 5: autoregression"
    NEUTRAL = {"amount": 0.0}
    PARAMETERS = (
        Parameter("threshold", "", 2.0, 30.0, 6.0, "log"),
        Parameter("longest_ms", "ms", 0.1, 4.0, 1.5),
        Parameter("amount", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.open()
        self.scratched = np.zeros(self.size, np.float32)
        self.clear()

    cdef void mend(self, float* sound) noexcept nogil:
        cdef int i, j, _round, first, last, end = 3 * self.hop, begin = 2 * self.hop, count = 0, margin = 3
        cdef int gaps = 0
        cdef int[MOST_GAPS] place
        cdef int[MOST_GAPS] width
        cdef int longest = <int> min(<double> min(MOST_GAP, self.hop - self.order - 2 * margin),
                                     self.end[LONGEST] * 0.001 * self.rate_hz + 2 * margin)
        cdef double mean = 0.0, sum = 0.0, limit
        cdef double[MOST_GAP] found
        cdef float amount = <float> self.end[AMOUNT]
        if amount == 0.0 or not self.predict(sound):
            return
        memcpy(&self.scratched[0], sound, self.size * sizeof(float))
        _errors(sound + begin, &self.weight[0], self.order, &self.error[begin], self.size - begin)
        for j in range(begin, self.size):
            mean += fabs(self.error[j])
        mean /= self.size - begin
        for j in range(begin, self.size):
            if fabs(self.error[j]) < 3.0 * mean:
                sum += fabs(self.error[j])
                count += 1
        # 1.25 mean magnitudes are a standard deviation of normal noise.
        limit = self.end[THRESHOLD] * 1.25 * sum / max(1, count) + 1e-7
        j = begin
        while j < end and gaps < MOST_GAPS:
            if fabs(self.error[j]) <= limit:
                j += 1
                continue
            first = j
            last = j
            # The error rings on behind a click; a pause of eight frames ends it.
            while j < self.size - self.order and j - last < 8 and j - first <= longest:
                if fabs(self.error[j]) > limit:
                    last = j
                j += 1
            first -= margin
            count = last + margin - first
            if count <= longest and first + count + self.order <= self.size:
                place[gaps] = first
                width[gaps] = count
                gaps += 1
        # Twice: clicks spoil the prediction, and what was drawn first makes a better one.
        for _round in range(2):
            if gaps == 0 or (_round and not self.predict(sound)):
                break
            for i in range(gaps):
                if self.fill(sound, place[i], width[i], &found[0]):
                    for j in range(width[i]):
                        sound[place[i] + j] = <float> found[j]
        for i in range(gaps):
            for j in range(place[i], place[i] + width[i]):
                sound[j] = self.scratched[j] + amount * (sound[j] - self.scratched[j])


cdef class DeClip(Repair):
    """Draws the tops of clipped waves again, higher than the limit that cut them off."""

    SOURCE = "A. J. E. M. Janssen, R. N. J. Veldhuis and L. B. Vries, IEEE Trans. ASSP 34 (1986) 317"
    NEUTRAL = {"amount": 0.0}
    PARAMETERS = (
        Parameter("threshold_dbfs", "dBFS", -40.0, 0.0, -3.0),
        Parameter("amount", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.open()
        self.clear()

    cdef void mend(self, float* sound) noexcept nogil:
        # Twice: what was found the first time makes a better prediction for the second.
        cdef int j, i, count, _round, end = 3 * self.hop, begin = 2 * self.hop
        cdef int longest = min(MOST_GAP, self.hop - self.order - 2)
        cdef float limit = <float> (0.9999 * pow(10.0, self.end[LEVEL] / 20.0)), side, value
        cdef float amount = <float> self.end[CLIP_AMOUNT], most = 0.0
        cdef double[MOST_GAP] found
        for j in range(begin, end):
            most = max(most, <float> fabs(sound[j]))
        if amount == 0.0 or most < limit:
            return
        for _round in range(2):
            if not self.predict(sound):
                return
            j = begin
            while j < end:
                if fabs(sound[j]) < limit:
                    j += 1
                    continue
                side = <float> (1.0 if sound[j] > 0.0 else -1.0)
                count = 0
                while (j + count < self.size - self.order and count <= longest
                        and side * sound[j + count] >= limit):
                    count += 1
                if count <= longest and self.fill(sound, j, count, &found[0]):
                    for i in range(count):
                        # The true wave was at least where it was cut, and not endlessly above.
                        value = side * <float> found[i]
                        value = min(<float> 8.0 * limit, value)
                        if value > limit:
                            sound[j + i] += amount * (side * value - sound[j + i])
                j += max(1, count)
