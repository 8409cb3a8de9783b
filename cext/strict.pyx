# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Sixteen voices in whole numbers, sample for sample as sbagen 1.4.4 plays them: 16 bit, stereo.

Everything is as that program has it, its steps and its wrap-around included: a sine of 16,384 entries, phases
of 30 bits, all parameters set once a block (4,096 frames at 44.1 kHz) and sums of 32 bits that wrap. Noise is
one white source and nine bands, each an octave slower, gliding from draw to draw (R. Voss's method). Written
from a description of its arithmetic. Its better sister, without steps and wraps, is `cext.schedule`.
"""

from libc.math cimport M_PI, fabs, sin
from libc.stdint cimport int16_t, int32_t, int64_t, uint32_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memset

from cext._strict cimport (
    BELL, BINAURAL, DRAWS, LONGEST, OFF, PINK, RING, SINE, SPIN, VOICES, WAVE, Noise, Voice, add_bell,
    add_noise, add_pair, add_spin, leave, next_noise,
)

KINDS = ("off", "binaural", "pink", "bell", "spin", "wave", "mix")

cdef double _LOUD = 524287.0
cdef int64_t _DAY_MS = 86_400_000

cdef class Strict:
    """Plays compiled periods from a time of day on.

    begin_ms, length_ms: int64 (periods,), one day as a circle, in order. kinds, tables: int32 (periods, 16).
    values: float64 (periods, 16, 6): level in percent, carrier, beat at the beginning, then at the end.
    waves: float64 (waves, 16384) in +-524287. gains: (n, 2) of Hz and gain, the ears' compensation. head: the
    period the file begins with. speed: how much faster than the clock. Raises ValueError for bad shapes.
    """

    cdef readonly double rate_hz
    cdef readonly int block_frames
    cdef int64_t[::1] begin_ms
    cdef int64_t[::1] length_ms
    cdef int32_t[:, ::1] kinds
    cdef int32_t[:, ::1] tables
    cdef double[:, :, ::1] values
    cdef double[:, ::1] gains
    cdef int32_t* sine
    cdef int32_t* waves
    cdef int32_t* draws
    cdef int32_t* noise
    cdef uint32_t* left
    cdef uint32_t* right
    cdef int wave_count
    cdef Voice[VOICES] voices
    cdef Noise noises
    cdef uint32_t dither
    cdef int64_t clock
    cdef int64_t clock_step
    cdef int period
    cdef int in_block

    def __cinit__(self):
        self.sine = <int32_t*> malloc(SINE * sizeof(int32_t))
        self.draws = <int32_t*> malloc(DRAWS * sizeof(int32_t))
        self.noise = <int32_t*> calloc(RING + LONGEST, sizeof(int32_t))
        self.left = <uint32_t*> malloc(LONGEST * sizeof(uint32_t))
        self.right = <uint32_t*> malloc(LONGEST * sizeof(uint32_t))
        if not (self.sine and self.draws and self.noise and self.left and self.right):
            raise MemoryError

    def __dealloc__(self):
        free(self.sine)
        free(self.draws)
        free(self.noise)
        free(self.left)
        free(self.right)
        free(self.waves)

    def __init__(
        self, int64_t[::1] begin_ms not None, int64_t[::1] length_ms not None, int32_t[:, ::1] kinds not None,
        int32_t[:, ::1] tables not None, double[:, :, ::1] values not None, double[:, ::1] waves not None,
        double[:, ::1] gains not None, int head, int64_t start_ms, double rate_hz=44_100.0,
        double updates_hz=10.0, double speed=1.0,
    ):
        cdef Py_ssize_t count = begin_ms.shape[0], i, j
        if not (
            count == length_ms.shape[0] == kinds.shape[0] == tables.shape[0] == values.shape[0] > 0
            and kinds.shape[1] == tables.shape[1] == values.shape[1] == VOICES and values.shape[2] == 6
        ):
            raise ValueError("the periods do not have one shape")
        if (waves.shape[0] and waves.shape[1] != SINE) or (gains.shape[0] and gains.shape[1] != 2):
            raise ValueError("a wave has 16384 values and a gain two")
        if not (8_000.0 <= rate_hz <= 192_000.0 and 0.1 <= updates_hz <= 1_000.0 and 0.0 < speed <= 1e6):
            raise ValueError("the rate, the updates a second or the speed is not possible")
        for i in range(count):
            for j in range(VOICES):
                if kinds[i, j] == WAVE and not 0 <= tables[i, j] < waves.shape[0]:
                    raise ValueError("a voice uses a wave that is not there")
        self.begin_ms, self.length_ms, self.kinds, self.tables = begin_ms, length_ms, kinds, tables
        self.values, self.gains, self.rate_hz = values, gains, rate_hz
        self.block_frames = 2
        while self.block_frames * 2 <= rate_hz * 2.0 / updates_hz and self.block_frames < LONGEST:
            self.block_frames *= 2
        self.block_frames //= 2
        self._fill_tables(waves)
        # Milliseconds with 16 bits behind the point.
        self.clock = start_ms << 16
        self.clock_step = <int64_t> (65536.0 * 1000.0 * self.block_frames / rate_hz * speed)
        # A bell is struck when its period is reached from another; the head of the file is just there.
        if not 0 <= head < count:
            raise ValueError("the head is not one of the periods")
        self.period = head

    def _fill_tables(self, double[:, ::1] waves):
        cdef int i, j, seed = 2
        for i in range(SINE):
            self.sine[i] = <int32_t> (_LOUD * sin(i * 2.0 * M_PI / SINE))
        for i in range(DRAWS):
            # The generator comes round after 65,536 draws, so it is a table.
            seed = seed * 75 % 131074
            self.draws[i] = (seed - 65535) * ((524287 << 12) // 65535 // 10)
        self.wave_count = <int> waves.shape[0]
        if self.wave_count:
            free(self.waves)
            self.waves = <int32_t*> malloc(self.wave_count * SINE * sizeof(int32_t))
            if not self.waves:
                raise MemoryError
            for i in range(self.wave_count):
                for j in range(SINE):
                    self.waves[i * SINE + j] = <int32_t> waves[i, j]

    @property
    def clock_ms(self):
        """The time of day of the next block."""
        return self.clock >> 16

    def render(self, int16_t[:, ::1] block not None):
        """Fill a block of shape (frames, 2), int16; any number of frames."""
        if block.shape[1] != 2:
            raise ValueError("a block has two channels")
        cdef Py_ssize_t done = 0, part, frames = block.shape[0]
        with nogil:
            while done < frames:
                if self.in_block == 0:
                    self._set_voices()
                    self._fill()
                part = min(<Py_ssize_t> (self.block_frames - self.in_block), frames - done)
                self.dither = leave(
                    self.left + self.in_block, self.right + self.in_block, &block[done, 0], <int> part,
                    self.dither,
                )
                self.in_block = (self.in_block + <int> part) % self.block_frames
                done += part

    cdef void _fill(self) noexcept nogil:
        cdef int i, frames = self.block_frames
        cdef Voice* voice
        next_noise(&self.noises, self.draws, self.noise, frames)
        memset(self.left, 0, frames * sizeof(uint32_t))
        memset(self.right, 0, frames * sizeof(uint32_t))
        for i in range(VOICES):
            voice = &self.voices[i]
            if voice.kind == BINAURAL:
                add_pair(voice, self.sine, self.left, self.right, frames)
            elif voice.kind == WAVE:
                add_pair(voice, self.waves + voice.table * SINE, self.left, self.right, frames)
            elif voice.kind == PINK:
                add_noise(voice, self.noise, self.left, self.right, frames)
            elif voice.kind == BELL:
                add_bell(voice, self.sine, self.left, self.right, frames)
            elif voice.kind == SPIN:
                add_spin(voice, self.sine, self.noise, self.left, self.right, frames)

    cdef bint _is_inside(self, int period, int64_t now_ms) noexcept nogil:
        cdef int64_t since = (now_ms - self.begin_ms[period]) % _DAY_MS
        return (since + _DAY_MS if since < 0 else since) < self.length_ms[period]

    cdef void _set_voices(self) noexcept nogil:
        cdef int64_t now_ms = self.clock >> 16
        cdef bint entered = False
        cdef int i, _i
        cdef double share
        cdef int64_t since
        cdef double* v
        now_ms %= _DAY_MS
        for _i in range(<int> self.begin_ms.shape[0]):
            if self._is_inside(self.period, now_ms):
                break
            self.period = (self.period + 1) % <int> self.begin_ms.shape[0]
            entered = True
        since = (now_ms - self.begin_ms[self.period]) % _DAY_MS
        share = (since + _DAY_MS if since < 0 else since) / <double> self.length_ms[self.period]
        for i in range(VOICES):
            v = &self.values[self.period, i, 0]
            self._set_voice(i, v, share, entered)
        if self.gains.shape[0]:
            self._compensate()
        self.clock += self.clock_step

    cdef void _set_voice(self, int i, double* v, double share, bint entered) noexcept nogil:
        cdef Voice* voice = &self.voices[i]
        cdef int kind = self.kinds[self.period, i], table = self.tables[self.period, i]
        cdef double rest = 1.0 - share
        cdef double level = rest * (40.96 * v[0]) + share * (40.96 * v[3])
        cdef double carrier = rest * v[1] + share * v[4], beat = rest * v[2] + share * v[5]
        cdef double width
        if voice.kind != kind or voice.table != table:
            voice.kind, voice.table = kind, table
            voice.phase = voice.other_phase = 0
            voice.level = voice.right_level = 0
            voice.step = voice.other_step = 0
        if kind == BELL:
            if entered:
                voice.level = voice.right_level = <int32_t> (40.96 * v[0])
                voice.step = self._step_of(v[1])
                voice.wait = voice.pause = <int> (self.rate_hz / 20)
            return
        voice.level = voice.right_level = <int32_t> level
        if kind == BINAURAL or kind == WAVE:
            voice.step = self._step_of(carrier + beat / 2.0)
            voice.other_step = self._step_of(carrier - beat / 2.0)
            if kind == WAVE:
                # The slower ear hears its wave backwards.
                if voice.step > voice.other_step:
                    voice.other_step = -voice.other_step
                else:
                    voice.step = -voice.step
        elif kind == SPIN:
            width = carrier * 1e-6
            if width > 127.0 / self.rate_hz:
                width = 127.0 / self.rate_hz
            voice.step = self._step_of(beat)
            voice.other_step = <int32_t> (width * self.rate_hz * 16777216.0 / _LOUD)

    cdef int32_t _step_of(self, double frequency_hz) noexcept nogil:
        return <int32_t> (frequency_hz / self.rate_hz * 1073741824.0)

    cdef void _compensate(self) noexcept nogil:
        # Louder where the headphones are weak. When that passes 100 %, what is no tone gives way first.
        cdef int i
        cdef double tones = 0.0, others = 0.0, tone_gain = 1.0, other_gain = 1.0
        cdef Voice* voice
        for i in range(VOICES):
            voice = &self.voices[i]
            if voice.kind == BINAURAL or voice.kind == WAVE:
                voice.level = <int32_t> (voice.level * self._gain(voice.step))
                voice.right_level = <int32_t> (voice.right_level * self._gain(voice.other_step))
                tones += max(voice.level, voice.right_level)
            elif voice.kind != BELL and voice.kind != OFF:
                others += voice.level
        if tones + others <= 4096.0:
            return
        other_gain = max(0.0, 4096.0 - tones) / others if others > 0.0 else 1.0
        tone_gain = 4096.0 / tones if tones > 4096.0 else 1.0
        for i in range(VOICES):
            voice = &self.voices[i]
            if voice.kind == BINAURAL or voice.kind == WAVE:
                voice.level = <int32_t> (voice.level * tone_gain)
                voice.right_level = <int32_t> (voice.right_level * tone_gain)
            elif voice.kind != BELL:
                voice.level = voice.right_level = <int32_t> (voice.level * other_gain)

    cdef double _gain(self, int32_t step) noexcept nogil:
        cdef double at_hz = fabs(<double> step) * self.rate_hz / 1073741824.0
        cdef Py_ssize_t i, last = self.gains.shape[0] - 1
        if at_hz <= self.gains[0, 0]:
            return self.gains[0, 1]
        for i in range(last):
            if at_hz <= self.gains[i + 1, 0]:
                return self.gains[i, 1] + (self.gains[i + 1, 1] - self.gains[i, 1]) * (
                    at_hz - self.gains[i, 0]
                ) / (self.gains[i + 1, 0] - self.gains[i, 0])
        return self.gains[last, 1]
