# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""What a recording lacks, made of what it has: overtones above, an octave below, bass for small speakers.

Overtones come from polynomials, and a polynomial of third degree reaches three times as high as its sound.
So the sound is cut at a sixth of the rate first: nothing can fold back, and nothing need be oversampled.
Sources: U. Zölzer (ed.), DAFX (2011), 4.4 for exciters; E. Larsen and R. Aarts, Audio Bandwidth Extension
(2004), chapters 2 and 3, for the missing fundamental and the octave below.
"""

from libc.math cimport exp, fabs, pow

from cext._types cimport RAMP, TICK
from cext.effects.filters._section cimport section_aim, section_clear, section_run, section_t
from cext.effects.filters._shapes cimport HIGHPASS, LOWPASS, shaped, state_space
from cext.parts cimport Effect

from cext.parameters import Parameter


cdef void _aim(section_t* section, int kind, double frequency_hz, double q, double rate_hz) noexcept nogil:
    cdef double[9] goal
    state_space(shaped(kind, min(frequency_hz, 0.45 * rate_hz), 0.0, q, rate_hz), goal)
    section_aim(section, goal)


cdef class Exciter(Effect):
    """Adds overtones to the top of a sound: breath to a voice, silk to strings.

    even: 0 adds the third harmonic (edge), 1 the second (warmth).
    """

    SOURCE = "U. Zölzer (ed.), DAFX (2011), 4.4.1: high-passed sound through a polynomial, added back"
    NEUTRAL = {"amount": 0.0}
    PARAMETERS = (
        Parameter("frequency_hz", "Hz", 500.0, 6_000.0, 2_500.0, "log"),
        Parameter("drive_db", "dB", -12.0, 36.0, 12.0),
        Parameter("even", "", 0.0, 1.0, 0.5),
        Parameter("amount", "", 0.0, 1.0, 0.4),
    )

    cdef void prepare(self) noexcept nogil:
        cdef double top = min(8_000.0, self.rate_hz / 6.5)
        cdef double corner = min(self.end[0], 0.7 * top)
        if self.is_moving or not self.band.is_still:
            self.begin_drive = pow(10.0, self.begin[1] / 20.0)
            self.end_drive = pow(10.0, self.end[1] / 20.0)
            _aim(&self.band, HIGHPASS, corner, 0.7071067811865476, self.rate_hz)
            _aim(&self.below, LOWPASS, top, 0.5411961, self.rate_hz)
            _aim(&self.below_again, LOWPASS, top, 1.3065630, self.rate_hz)
            _aim(&self.above, HIGHPASS, corner, 0.5411961, self.rate_hz)
            _aim(&self.above_again, HIGHPASS, corner, 1.3065630, self.rate_hz)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef float[2 * TICK] made
        cdef float drive, even, amount, v, cubic
        cdef int j, k, ear
        section_run(&self.band, left, right, made, made + TICK, RAMP, first, frames)
        section_run(&self.below, made, made + TICK, made, made + TICK, RAMP, first, frames)
        section_run(&self.below_again, made, made + TICK, made, made + TICK, RAMP, first, frames)
        for j in range(frames):
            drive = <float> (self.begin_drive + (self.end_drive - self.begin_drive) / TICK * RAMP[first + j])
            even = <float> (self.begin[2] + self.step[2] * RAMP[first + j])
            for ear in range(2):
                k = ear * TICK + j
                v = made[k] * drive
                v = <float> 1.5 if v > <float> 1.5 else (<float> -1.5 if v < <float> -1.5 else v)
                # The cubic's third harmonic alone, and the square's second.
                cubic = -v * v * v * <float> (4.0 / 27.0)
                made[k] = cubic + even * (v * v * <float> 0.5 - cubic)
        section_run(&self.above, made, made + TICK, made, made + TICK, RAMP, first, frames)
        section_run(&self.above_again, made, made + TICK, made, made + TICK, RAMP, first, frames)
        for j in range(frames):
            amount = <float> (self.begin[3] + self.step[3] * RAMP[first + j])
            left[j] += amount * made[j]
            right[j] += amount * made[TICK + j]

    cdef void clear(self) noexcept nogil:
        section_clear(&self.band)
        section_clear(&self.below)
        section_clear(&self.below_again)
        section_clear(&self.above)
        section_clear(&self.above_again)


cdef class SubBass(Effect):
    """Puts an octave under the bass, and over it the overtones that let small speakers hint at it.

    Both are made from the middle of the bass, so that low notes stay in the centre.
    """

    SOURCE = "E. Larsen and R. Aarts, Audio Bandwidth Extension (2004): halved frequency, missing fundamental"
    NEUTRAL = {"sub": 0.0, "overtones": 0.0}
    PARAMETERS = (
        Parameter("frequency_hz", "Hz", 40.0, 250.0, 110.0, "log"),
        Parameter("sub", "", 0.0, 1.0, 0.5),
        Parameter("overtones", "", 0.0, 1.0, 0.3),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.clear()

    cdef void prepare(self) noexcept nogil:
        if self.is_moving or not self.low.is_still:
            self.fall = <float> exp(-1.0 / (0.06 * self.rate_hz))
            _aim(&self.low, LOWPASS, self.end[0], 0.5411961, self.rate_hz)
            _aim(&self.low_again, LOWPASS, self.end[0], 1.3065630, self.rate_hz)
            _aim(&self.tone, LOWPASS, 0.6 * self.end[0], 0.7071067811865476, self.rate_hz)
            _aim(&self.tone_again, HIGHPASS, 18.0, 0.7071067811865476, self.rate_hz)
            _aim(&self.upper, HIGHPASS, 1.1 * self.end[0], 0.5411961, self.rate_hz)
            _aim(&self.upper_again, HIGHPASS, 1.1 * self.end[0], 1.3065630, self.rate_hz)
            _aim(&self.smooth, LOWPASS, 6.0 * self.end[0], 0.7071067811865476, self.rate_hz)

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef float[2 * TICK] bass              # the two rows: the octave below, and the overtones
        cdef float* over = bass + TICK
        cdef float x, level, before = self.before, sign = self.sign, low, high
        cdef int j
        for j in range(frames):
            bass[j] = bass[TICK + j] = <float> 0.5 * (left[j] + right[j])
        section_run(&self.low, bass, bass + TICK, bass, bass + TICK, RAMP, first, frames)
        section_run(&self.low_again, bass, bass + TICK, bass, bass + TICK, RAMP, first, frames)
        level = self.level
        for j in range(frames):
            x = bass[j]
            level *= self.fall
            if fabs(x) > level:
                level = <float> fabs(x)
            if before <= 0.0 < x:
                sign = -sign
            before = x
            # Every other period turned over is half the pitch; the level keeps the square from clicking.
            bass[j] = x * sign
            # x |x| over the level has the third, fifth .. harmonic, the rectified bass the even ones.
            bass[TICK + j] = <float> fabs(x) + x * <float> fabs(x) / (level + <float> 1e-6)
        self.level = level
        self.before = before
        self.sign = sign
        section_run(&self.tone, bass, bass, bass, bass, RAMP, first, frames)
        section_run(&self.tone_again, bass, bass, bass, bass, RAMP, first, frames)
        section_run(&self.upper, over, over, over, over, RAMP, first, frames)
        section_run(&self.upper_again, over, over, over, over, RAMP, first, frames)
        section_run(&self.smooth, over, over, over, over, RAMP, first, frames)
        for j in range(frames):
            low = <float> (2.0 * (self.begin[1] + self.step[1] * RAMP[first + j])) * bass[j]
            high = <float> (2.0 * (self.begin[2] + self.step[2] * RAMP[first + j])) * over[j]
            left[j] += low + high
            right[j] += low + high

    cdef void clear(self) noexcept nogil:
        section_clear(&self.low)
        section_clear(&self.low_again)
        section_clear(&self.tone)
        section_clear(&self.tone_again)
        section_clear(&self.upper)
        section_clear(&self.upper_again)
        section_clear(&self.smooth)
        self.before = self.level = 0.0
        self.sign = 1.0
