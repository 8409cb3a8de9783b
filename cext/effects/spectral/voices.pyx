# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A voice without its pitch: on one note, or on none.

What we understand of speech is in the magnitudes of its spectrum. With phases that all meet at regular
moments it speaks on one note; with phases at random it whispers, and over long windows it dissolves into a
cloud.
"""

from libc.math cimport M_PI, sin, sqrt

from cext._types cimport scatter, sine_of, turn_of
from cext.effects.spectral.stft cimport Spectral

from cext.parameters import Parameter

cdef enum:
    PITCH, ROBOT_MIX

cdef enum:
    AMOUNT, MIX


cdef class Robot(Spectral):
    """Speaks on a single note, as machines did in films."""

    SOURCE = "U. Zölzer (ed.), DAFX (2011), chapter 7.4: phases set to zero at every pulse of the pitch"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("pitch_hz", "Hz", 40.0, 500.0, 110.0, "log"),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        self.open(1024, 8)
        self.clear()

    cdef void change(self, float* lr, float* li, float* rr, float* ri) noexcept nogil:
        # Each pulse is an answer of the window's magnitudes, shifted to its moment. As strong as the sound:
        # one answer a period has to carry the period's energy, and stands alone under its window.
        cdef int k
        cdef double period = self.rate_hz / self.end[PITCH], at = self.next_pulse
        cdef double gain = 0.375 * self.size / self.hop * sqrt(period / (0.375 * self.size))
        cdef double angle_c, angle_s, c, s, keep
        cdef float mix = <float> self.end[ROBOT_MIX], left, right, sum_c, sum_s
        cdef double[16] turn_c
        cdef double[16] turn_s
        cdef double[16] now_c
        cdef double[16] now_s
        cdef int count = 0, i
        while at < self.hop and count < 16:
            # One step of the phase from bin to bin, -at / size of a turn.
            angle_c = sine_of(turn_of(0.25) - turn_of(at / self.size))
            angle_s = -sine_of(turn_of(at / self.size))
            turn_c[count] = angle_c
            turn_s[count] = angle_s
            now_c[count] = gain
            now_s[count] = 0.0
            count += 1
            at += period
        self.next_pulse = at - self.hop
        if mix == 0.0:
            return
        for k in range(self.half + 1):
            sum_c = sum_s = 0.0
            for i in range(count):
                c = now_c[i]
                s = now_s[i]
                sum_c += <float> c
                sum_s += <float> s
                keep = c * turn_c[i] - s * turn_s[i]
                now_s[i] = c * turn_s[i] + s * turn_c[i]
                now_c[i] = keep
            left = <float> sqrt(lr[k] * lr[k] + li[k] * li[k])
            right = <float> sqrt(rr[k] * rr[k] + ri[k] * ri[k])
            lr[k] += mix * (left * sum_c - lr[k])
            li[k] += mix * (left * sum_s - li[k])
            rr[k] += mix * (right * sum_c - rr[k])
            ri[k] += mix * (right * sum_s - ri[k])

    cdef void clear(self) noexcept nogil:
        self.wipe()
        self.next_pulse = 0.0


cdef class Scrambled(Spectral):
    """Windows whose phases are turned at random; what that sounds like is a matter of their length.

    WINDOW: frames of a window at 48 kHz, and how many overlap.
    """

    WINDOW = (512, 4)

    def __init__(self, double rate_hz=48_000.0, **values):
        super().__init__(rate_hz, **values)
        size, overlap = type(self).WINDOW
        self.open(size, overlap)
        self.clear()

    cdef void change(self, float* lr, float* li, float* rr, float* ri) noexcept nogil:
        self.windows += 1
        scramble(
            lr, li, rr, ri, self.half + 1, self.size // self.hop, self.windows * 65_537, self.end[AMOUNT],
            <float> self.end[MIX],
        )

    cdef void clear(self) noexcept nogil:
        self.wipe()
        self.windows = 0


cdef class Whisper(Scrambled):
    """Takes the note out of a voice and leaves the breath."""

    SOURCE = "U. Zölzer (ed.), DAFX (2011), chapter 7.4: phases at random in short windows"
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("amount", "", 0.0, 1.0, 1.0),
        Parameter("mix", "", 0.0, 1.0, 1.0),
    )


cdef class Smear(Scrambled):
    """Dissolves sound into a cloud that hangs for a third of a second: notes stay, moments go."""

    SOURCE = "P. N. Octavian, Paulstretch (2006): long windows with phases at random, here unstretched"
    WINDOW = (16_384, 8)
    NEUTRAL = {"mix": 0.0}
    PARAMETERS = (
        Parameter("amount", "", 0.0, 1.0, 1.0),
        Parameter("mix", "", 0.0, 1.0, 0.8),
    )


cdef void scramble(
    float* lr, float* li, float* rr, float* ri, int bins, int overlap, unsigned long seed, double share,
    float mix,
) noexcept nogil:
    # Turns each bin by a random angle, up to this share of a whole turn; both ears alike: a sound keeps
    # its place. Overlapping windows no longer agree: the part that is at random adds up in power only.
    cdef int k
    cdef double turn, agreed = sin(M_PI * share) / (M_PI * share) if share > 0.0 else 1.0
    cdef float c, s, x, wet = mix / <float> sqrt(agreed * agreed + (1.0 - agreed * agreed) / overlap)
    for k in range(bins):
        turn = share * ((scatter(seed + k) >> 11) * (1.0 / 9007199254740992.0) - 0.5)
        s = wet * <float> sine_of(turn_of(0.5 * turn) << 1)
        c = 1 - mix + wet * <float> sine_of((turn_of(0.5 * turn) << 1) + turn_of(0.25))
        x = lr[k] * c - li[k] * s
        li[k] = lr[k] * s + li[k] * c
        lr[k] = x
        x = rr[k] * c - ri[k] * s
        ri[k] = rr[k] * s + ri[k] * c
        rr[k] = x
