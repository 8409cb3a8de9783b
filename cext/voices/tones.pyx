# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The sine every tone is made of.

The phase is a 64-bit integer that wraps by itself, so a tone keeps its frequency for hours without drift. In
a tick of steady frequency only the first sixteen samples are worked out, by the angle sums; each later one
follows from two earlier ones, s[n] = 2 r^8 cos(8 a) s[n-8] - r^16 s[n-16], eight chains abreast in float64.
Restarted every tick from the integer phase, the recurrence has no time to gather error (below 1e-10).
A gliding frequency is a polynomial sine of a quadratic phase.
Source: the second-order resonator, J. O. Smith, Physical Audio Signal Processing, "Digital Sinusoid
Generators"; the eight chains are our own arrangement.
"""

from libc.math cimport M_PI, cos, pow, sin
from libc.stdint cimport int64_t, uint64_t

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport TICK, sine_of, turn_of

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_ring(
        const double*, const double*, double, double, double, double, double*);
    ECHOEL_CLONES static void echoel_steady(const double*, const double*, double, uint64_t, double*);
    ECHOEL_CLONES static void echoel_turned(const float*, const float*, float, float, float*);
    ECHOEL_CLONES static void echoel_narrow(const double*, float*);
    ECHOEL_CLONES static void echoel_sweep(uint64_t, uint64_t, uint64_t, double*);
    """


cdef inline uint64_t _later(uint64_t phase) noexcept nogil:
    # A quarter of a turn later: the sine of it is the cosine.
    return phase + (<uint64_t> 1 << 62)


cdef void tune(Tone* tone, double cycles, double keep) noexcept nogil:
    # Only when the frequency has changed: 32 library sines.
    cdef int j
    cdef double angle = 2.0 * M_PI * cycles, decay
    if tone.cycles == cycles and tone.keep == keep:
        return
    for j in range(LEAD):
        decay = pow(keep, j - ABREAST) if keep != 1.0 else 1.0
        tone.cosine[j] = decay * cos(angle * (j - ABREAST))
        tone.sine[j] = decay * sin(angle * (j - ABREAST))
    tone.back = pow(keep, 2 * ABREAST)
    tone.forward = 2.0 * pow(keep, ABREAST) * cos(angle * ABREAST)
    tone.cycles = cycles
    tone.keep = keep


cdef inline void _fill(
    const double* cosines, const double* sines, double forward, double back, double sine, double cosine,
    double* samples
) noexcept nogil:
    cdef int j
    cdef double lead[LEAD]
    cdef double* later = samples + ABREAST
    for j in range(LEAD):
        lead[j] = sine * cosines[j] + cosine * sines[j]
    for j in range(ABREAST):
        samples[j] = lead[j + ABREAST]
        later[j] = forward * lead[j + ABREAST] - back * lead[j]
    for j in range(LEAD, TICK):
        samples[j] = forward * samples[j - ABREAST] - back * samples[j - 2 * ABREAST]


cdef void _ring "echoel_ring"(
    const double* cosines, const double* sines, double forward, double back, double sine, double cosine,
    double* samples
) noexcept nogil:
    _fill(cosines, sines, forward, back, sine, cosine, samples)


cdef void _steady "echoel_steady"(
    const double* cosines, const double* sines, double forward, uint64_t phase, double* samples
) noexcept nogil:
    _fill(cosines, sines, forward, 1.0, sine_of(phase), sine_of(_later(phase)), samples)


cdef void _turned "echoel_turned"(
    const float* cosines, const float* sines, float sine, float cosine, float* ear
) noexcept nogil:
    cdef int j
    for j in range(TICK):
        ear[j] = sine * cosines[j] + cosine * sines[j]


cdef inline void _steady_ear(Partial* partial, double cycles, float* ear) noexcept nogil:
    # The angle sum with a table of the whole tick in float32: noise at -145 dB, a third of the work.
    cdef double sine
    if partial.table_cycles != cycles:
        _table(partial, cycles)
    sine = partial.start_sine
    if partial.ticks_left == 0 or partial.expected != partial.phase:
        partial.start_sine = sine_of(partial.phase)
        partial.start_cosine = sine_of(_later(partial.phase))
        partial.ticks_left = 32
    else:
        # From tick to tick by a rotation; anew from the integer phase before rounding could gather.
        partial.start_sine = sine * partial.turn_cosine + partial.start_cosine * partial.turn_sine
        partial.start_cosine = partial.start_cosine * partial.turn_cosine - sine * partial.turn_sine
    partial.ticks_left -= 1
    _turned(partial.cosine, partial.sine, <float> partial.start_sine, <float> partial.start_cosine, ear)
    partial.phase += turn_of(cycles) * <uint64_t> TICK
    partial.expected = partial.phase


cdef void _table(Partial* partial, double cycles) noexcept nogil:
    cdef int j
    for j in range(TICK):
        partial.cosine[j] = <float> cos(2.0 * M_PI * cycles * j)
        partial.sine[j] = <float> sin(2.0 * M_PI * cycles * j)
    partial.turn_cosine = cos(2.0 * M_PI * cycles * TICK)
    partial.turn_sine = sin(2.0 * M_PI * cycles * TICK)
    partial.table_cycles = cycles
    partial.ticks_left = 0


cdef void _narrow "echoel_narrow"(const double* samples, float* ear) noexcept nogil:
    cdef int j
    for j in range(TICK):
        ear[j] = <float> samples[j]


cdef void narrow(const double* samples, float* ear) noexcept nogil:
    # A tick as it leaves, rounded to float32.
    _narrow(samples, ear)


cdef void ring(const Tone* tone, double sine, double cosine, double* samples) noexcept nogil:
    # A tick of a tone, steady or dying away, from the sine and cosine of its first sample.
    _ring(tone.cosine, tone.sine, tone.forward, tone.back, sine, cosine, samples)


cdef void sweep(uint64_t phase, uint64_t turn, uint64_t turn_step, double* samples) noexcept nogil:
    # A tick of a tone whose phase step itself grows by turn_step a sample.
    _sweep(phase, turn, turn_step, samples)


cdef void _sweep "echoel_sweep"(
    uint64_t phase, uint64_t turn, uint64_t turn_step, double* samples
) noexcept nogil:
    cdef int j
    cdef uint64_t place
    for j in range(TICK):
        place = <uint64_t> j
        samples[j] = sine_of(phase + turn * place + turn_step * ((place * (place - 1)) >> 1))


cdef inline uint64_t _step_of(double cycles, double cycles_end) noexcept nogil:
    return <uint64_t> ((<int64_t> (turn_of(cycles_end) - turn_of(cycles))) // TICK)


cdef void play(Partial* partial, double cycles, double cycles_end, double* samples) noexcept nogil:
    # A tick of a tone that goes evenly from one frequency to another, both as cycles a sample.
    if cycles == cycles_end:
        tune(&partial.tone, cycles, 1.0)
        _steady(partial.tone.cosine, partial.tone.sine, partial.tone.forward, partial.phase, samples)
    else:
        sweep(partial.phase, turn_of(cycles), _step_of(cycles, cycles_end), samples)
    skip(partial, cycles, cycles_end)


cdef void play_two(
    Partial* one, double cycles, double cycles_end, float* ear,
    Partial* other, double other_cycles, double other_cycles_end, float* other_ear
) noexcept nogil:
    # Two tones for two ears; faster than `play` where nothing glides.
    cdef double samples[TICK]
    if cycles == cycles_end and other_cycles == other_cycles_end:
        _steady_ear(one, cycles, ear)
        _steady_ear(other, other_cycles, other_ear)
        return
    play(one, cycles, cycles_end, samples)
    _narrow(samples, ear)
    play(other, other_cycles, other_cycles_end, samples)
    _narrow(samples, other_ear)


cdef void skip(Partial* partial, double cycles, double cycles_end) noexcept nogil:
    # Move on by a tick without a sound.
    partial.phase += turn_of(cycles) * <uint64_t> TICK
    if cycles != cycles_end:
        partial.phase += _step_of(cycles, cycles_end) * <uint64_t> (TICK * (TICK - 1) // 2)
