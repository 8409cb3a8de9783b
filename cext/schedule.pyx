# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Plays a schedule of tones and noises: every value glides from frame to frame, and light follows the beat.

A schedule is a table of stretches, several tracks one above the other. Inside a stretch level, carrier and
beat each go in a straight line, taken at every frame; phases are 64-bit, so nothing drifts, and the beat that
the light shows is the very difference between the two ears' phases. Levels never jump: they take 5 ms. Noise
is a function of the frame number (`cext._types.scatter`); pink is white plus nine bands an octave apart, each
gliding from draw to draw (R. Voss's method), all at the level sbagen gives them.
"""

from libc.math cimport fabs, pow, sqrt
from libc.stdint cimport int64_t, uint64_t
from libc.stdlib cimport calloc, free

from cext._schedule cimport RING, SIZE, delayed, gate_of, look_up, pulse_of, white_of
from cext._types cimport TICK, clamp, sine_of, turn_of

cdef enum:  # in the order of COLUMNS
    KIND, BEGIN, END, LEFT, LEFT_END, RIGHT, RIGHT_END, CARRIER, CARRIER_END, BEAT, BEAT_END, LIGHT, LIGHT_END
    TABLE, ENVELOPE, COLUMNS_COUNT

cdef enum:  # in the order of KINDS
    OFF, TONE, PULSE, GATE, GATE_ALTERNATE, PINK, WHITE, BROWN, SOFT, SPIN, WHITE_SPIN, BROWN_SPIN
    BELL, NOISE_PULSE, KINDS_COUNT

KINDS = (
    "off", "tone", "pulse", "gate", "gate_alternate", "pink", "white", "brown", "soft", "spin", "white_spin",
    "brown_spin", "bell", "noise_pulse",
)
COLUMNS = (
    "kind", "begin", "end", "left", "left_end", "right", "right_end", "carrier_hz", "carrier_end_hz",
    "beat_hz", "beat_end_hz", "light", "light_end", "table", "envelope",
)
TABLE_SIZE = 4096

cdef enum:
    BANDS = 9
    COLOURS = 3          # pink, white, brown: one source each, for all tracks

cdef double _LEVEL_S = 0.005
cdef double _LIGHT_S = 0.5
cdef double _EDGE_S = 100.0 / 44_100.0   # of a gate: Gnaural's 100 samples
cdef double _RMS = 0.1527          # of every colour at full level: sbagen's pink

cdef struct Track:
    int64_t row
    int64_t last
    int64_t entered
    int kind
    double left
    double right
    double light
    double ring
    uint64_t left_phase
    uint64_t right_phase
    uint64_t beat_phase
    double soft_left
    double soft_right


cdef class Schedule:
    """All tracks of one schedule from its first frame on.

    rows: float64 (stretches, 15), see COLUMNS; frames, levels 0 to 1, and -1 for no table. first_rows: int64
    (tracks + 1,), where each track's rows begin; they follow one another without a gap. tables: float64
    (tables, 4096), one turn each. Raises ValueError for what does not fit.
    """

    cdef readonly double rate_hz
    cdef readonly int64_t frame
    cdef double[:, ::1] rows
    cdef double[:, ::1] tables
    cdef Track* tracks
    cdef int count
    cdef uint64_t seed
    cdef double[BANDS] band
    cdef double[BANDS] slope
    cdef double brown
    cdef double brown_keep
    cdef double brown_gain
    cdef float* rings
    cdef bint has_noise

    def __cinit__(self):
        self.rings = <float*> calloc(COLOURS * RING, sizeof(float))
        if not self.rings:
            raise MemoryError

    def __dealloc__(self):
        free(self.rings)
        free(self.tracks)

    def __init__(
        self, double[:, ::1] rows not None, int64_t[::1] first_rows not None, double[:, ::1] tables not None,
        double rate_hz=48_000.0, uint64_t seed=1,
    ):
        cdef Py_ssize_t i
        if rows.shape[1] != COLUMNS_COUNT or (tables.shape[0] and tables.shape[1] != SIZE):
            raise ValueError(f"a row has {COLUMNS_COUNT} columns and a table {SIZE} values")
        self.count = <int> first_rows.shape[0] - 1
        if self.count < 0 or first_rows[0] != 0 or first_rows[self.count] != rows.shape[0]:
            raise ValueError("the tracks do not cover the rows")
        if not 8_000.0 <= rate_hz <= 192_000.0:
            raise ValueError("the rate is outside 8 to 192 kHz")
        for i in range(rows.shape[0]):
            if not (0 <= rows[i, KIND] < KINDS_COUNT and rows[i, BEGIN] < rows[i, END]):
                raise ValueError(f"row {i} has no such kind, or no length")
            if not (-1 <= rows[i, TABLE] < tables.shape[0] and -1 <= rows[i, ENVELOPE] < tables.shape[0]):
                raise ValueError(f"row {i} names a table that is not there")
            if not (
                fabs(rows[i, CARRIER]) + fabs(rows[i, BEAT]) < 0.49 * rate_hz
                and fabs(rows[i, CARRIER_END]) + fabs(rows[i, BEAT_END]) < 0.49 * rate_hz
            ) and rows[i, KIND] < PINK:
                raise ValueError(f"row {i} is higher than the sample rate carries")
            self.has_noise |= PINK <= rows[i, KIND] <= BROWN_SPIN or rows[i, KIND] == NOISE_PULSE
        self.rows, self.tables, self.rate_hz, self.seed = rows, tables, rate_hz, seed
        free(self.tracks)
        self.tracks = <Track*> calloc(max(1, self.count), sizeof(Track))
        if not self.tracks:
            raise MemoryError
        for i in range(self.count):
            if first_rows[i] >= first_rows[i + 1]:
                raise ValueError("a track has no rows")
            self.tracks[i].row, self.tracks[i].last = first_rows[i], first_rows[i + 1] - 1
            self.tracks[i].entered = -1
        # Brown falls from 20 Hz on; its gain makes all colours equally loud.
        self.brown_keep = 1.0 - 2.0 * 3.141592653589793 * 20.0 / rate_hz
        self.brown_gain = _RMS * sqrt(1.0 - self.brown_keep * self.brown_keep) * sqrt(3.0)

    def render(self, float[:, ::1] block not None):
        """Fill a block of shape (8, frames), float32: ears, and light on lanes 2 and 3; the rest is still."""
        if block.shape[0] != 8:
            raise ValueError("a block has eight lanes")
        cdef Py_ssize_t done = 0, part, frames = block.shape[1]
        with nogil:
            block[:, :] = 0.0
            while done < frames:
                part = min(<Py_ssize_t> (TICK - self.frame % TICK), frames - done)
                self._tick(&block[0, done], frames, <int> part)
                self.frame += part
                done += part

    cdef void _tick(self, float* out, Py_ssize_t stride, int frames) noexcept nogil:
        cdef int i, j, part
        cdef Track* t
        if self.has_noise:
            self._next_noise(frames)
        for i in range(self.count):
            t = &self.tracks[i]
            j = 0
            while j < frames:
                while t.row < t.last and self.frame + j >= self.rows[t.row, END]:
                    t.row += 1
                part = frames - j
                if t.row < t.last and self.frame + frames > self.rows[t.row, END]:
                    part = <int> (<int64_t> self.rows[t.row, END] - self.frame) - j
                self._stretch(t, out + j, stride, part, j)
                j += part
        for i in range(2, 4):
            for j in range(frames):
                out[i * stride + j] = <float> clamp(out[i * stride + j], 0.0, 1.0)

    cdef void _stretch(self, Track* t, float* out, Py_ssize_t stride, int frames, int offset) noexcept nogil:
        cdef double* r = &self.rows[t.row, 0]
        cdef int j, kind = <int> r[KIND]
        cdef int64_t at = self.frame + offset
        cdef double u, per = 1.0 / (r[END] - r[BEGIN]), most = 1.0 / (_LEVEL_S * self.rate_hz)
        cdef double light_most = 1.0 / (_LIGHT_S * self.rate_hz), is_on = 1.0 if at < r[END] and kind else 0.0
        cdef double left[TICK]
        cdef double right[TICK]
        cdef double light[TICK]
        cdef double ear[TICK]
        cdef double other[TICK]
        cdef double shine[TICK]
        cdef double other_shine[TICK]
        if not is_on and t.left == 0.0 and t.right == 0.0 and t.light == 0.0:
            return
        if is_on and kind == BELL and t.entered != t.row:
            t.ring = 1.0
        if is_on:
            t.kind, t.entered = kind, t.row
        for j in range(frames):
            u = (at + j - r[BEGIN]) * per
            left[j] = is_on * (r[LEFT] + (r[LEFT_END] - r[LEFT]) * u)
            right[j] = is_on * (r[RIGHT] + (r[RIGHT_END] - r[RIGHT]) * u)
            light[j] = is_on * (r[LIGHT] + (r[LIGHT_END] - r[LIGHT]) * u)
        for j in range(frames):
            t.left += clamp(left[j] - t.left, -most, most)
            t.right += clamp(right[j] - t.right, -most, most)
            t.light += clamp(light[j] - t.light, -light_most, light_most)
            left[j], right[j], light[j] = t.left, t.right, t.light
        self._sound(t, r, at, per, frames, offset, ear, other, shine, other_shine)
        for j in range(frames):
            out[j] += <float> (left[j] * ear[j])
            out[stride + j] += <float> (right[j] * other[j])
        if t.light > 0.0 or light[0] > 0.0:
            for j in range(frames):
                out[2 * stride + j] += <float> (light[j] * shine[j])
                out[3 * stride + j] += <float> (light[j] * other_shine[j])

    cdef void _sound(
        self, Track* t, double* r, int64_t at, double per, int frames, int offset, double* ear, double* other,
        double* shine, double* other_shine,
    ) noexcept nogil:
        cdef int j, table = <int> r[TABLE], colour
        cdef double u, beat, carrier, edge, x, keep
        cdef uint64_t p[TICK]
        cdef uint64_t q[TICK]
        cdef uint64_t b[TICK]
        cdef bint is_tone = t.kind == TONE
        cdef double* turns = &self.tables[table, 0] if table >= 0 else NULL
        cdef double* envelope = &self.tables[<int> r[ENVELOPE], 0] if r[ENVELOPE] >= 0.0 else NULL
        for j in range(frames):
            u = clamp((at + j - r[BEGIN]) * per, 0.0, 1.0)
            carrier = r[CARRIER] + (r[CARRIER_END] - r[CARRIER]) * u
            beat = r[BEAT] + (r[BEAT_END] - r[BEAT]) * u
            if is_tone:
                t.left_phase += turn_of((carrier + 0.5 * beat) / self.rate_hz)
                t.right_phase += turn_of((carrier - 0.5 * beat) / self.rate_hz)
                b[j] = t.left_phase - t.right_phase
            else:
                t.left_phase += turn_of(carrier / self.rate_hz) if t.kind < PINK or t.kind == BELL else 0
                t.beat_phase += turn_of(beat / self.rate_hz)
                b[j] = t.beat_phase
            p[j], q[j] = t.left_phase, t.right_phase
            shine[j] = other_shine[j] = 0.5 - 0.5 * sine_of(b[j] + (<uint64_t> 1 << 62))
        if t.kind == TONE:
            for j in range(frames):
                ear[j] = look_up(turns, p[j])
                other[j] = look_up(turns, q[j])
        elif t.kind == PULSE:
            for j in range(frames):
                x = pulse_of(envelope, b[j])
                ear[j] = other[j] = x * look_up(turns, p[j])
                shine[j] = other_shine[j] = x
        elif t.kind == GATE or t.kind == GATE_ALTERNATE:
            edge = max(fabs(r[BEAT]), fabs(r[BEAT_END])) * _EDGE_S
            for j in range(frames):
                x = gate_of(b[j], edge)
                ear[j] = x * look_up(turns, p[j])
                shine[j] = x
                if t.kind == GATE_ALTERNATE and edge > 0.0:
                    x = 1.0 - x
                other[j] = x * look_up(turns, p[j])
                other_shine[j] = x
        elif t.kind == BELL:
            # Eleven twelfths left after each twentieth of a second.
            keep = pow(11.0 / 12.0, 20.0 / self.rate_hz)
            for j in range(frames):
                ear[j] = other[j] = t.ring * look_up(turns, p[j])
                t.ring *= keep
        elif t.kind == SOFT:
            for j in range(frames):
                t.soft_left += (white_of(self.seed + 101, at + j) - t.soft_left) / 32.0
                t.soft_right += (white_of(self.seed + 102, at + j) - t.soft_right) / 32.0
                ear[j], other[j] = t.soft_left, t.soft_right
        elif t.kind >= SPIN and t.kind <= BROWN_SPIN:
            colour = t.kind - SPIN
            for j in range(frames):
                u = clamp((at + j - r[BEGIN]) * per, 0.0, 1.0)
                # The carrier of a spin is its width in microseconds.
                x = (r[CARRIER] + (r[CARRIER_END] - r[CARRIER]) * u) * 1e-6 * self.rate_hz
                x = min(x, 0.003 * self.rate_hz) * sine_of(b[j])
                ear[j] = delayed(self.rings + colour * RING, at + j, 0.003 * self.rate_hz - x)
                other[j] = delayed(self.rings + colour * RING, at + j, 0.003 * self.rate_hz + x)
        else:
            colour = 0 if t.kind == NOISE_PULSE else t.kind - PINK
            for j in range(frames):
                ear[j] = other[j] = self.rings[colour * RING + ((at + j) & (RING - 1))]
                if t.kind == NOISE_PULSE:
                    shine[j] = other_shine[j] = pulse_of(envelope, b[j])
                    ear[j] = other[j] = ear[j] * shine[j]

    cdef void _next_noise(self, int frames) noexcept nogil:
        cdef int j, k
        cdef int64_t at, turn
        cdef double white, pink
        for j in range(frames):
            at = self.frame + j
            white = white_of(self.seed, at)
            pink = 0.1 * white
            for k in range(BANDS):
                if at & ((2 << k) - 1) == 0:
                    turn = at >> (k + 1)
                    self.band[k] = 0.1 * white_of(self.seed + 1 + k, turn)
                    self.slope[k] = (0.1 * white_of(self.seed + 1 + k, turn + 1) - self.band[k]) / (2 << k)
                else:
                    self.band[k] += self.slope[k]
                pink += self.band[k]
            self.brown = self.brown_keep * self.brown + self.brown_gain * white
            self.rings[at & (RING - 1)] = <float> pink
            self.rings[RING + (at & (RING - 1))] = <float> (1.7320508 * _RMS * white)
            self.rings[2 * RING + (at & (RING - 1))] = <float> self.brown
