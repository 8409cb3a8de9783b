# A slow wave, looked at once a tick: its sine and cosine where the tick ends, from an exact integer phase.
#
# Between two looks a quantity follows the cubic through its values and slopes at both ends (Hermite). At
# 20 Hz and 48 kHz that is within 2e-6 of the sine, and it carries any other knob's glide along.

from libc.math cimport M_PI
from libc.stdint cimport uint64_t

from cext._types cimport TICK, sine_of, turn_of
from cext.effects.delays._line cimport Course, course_fit


cdef struct Sweep:
    uint64_t phase         # where the tick ends
    double sine
    double cosine
    double past_sine       # where it began
    double past_cosine
    double turn            # radians a tick
    double speed_hz
    uint64_t step


cdef inline void sweep_clear(Sweep* sweep, uint64_t phase) noexcept nogil:
    sweep.phase = phase
    sweep.sine = sine_of(phase)
    sweep.cosine = sine_of(phase + (<uint64_t> 1 << 62))


cdef inline void sweep_tick(Sweep* sweep, double speed_hz, double rate_hz) noexcept nogil:
    # On to the end of the tick that begins now. A negative speed turns the other way.
    cdef double cycles
    sweep.past_sine = sweep.sine
    sweep.past_cosine = sweep.cosine
    if speed_hz != sweep.speed_hz:
        sweep.speed_hz = speed_hz
        cycles = TICK * speed_hz / rate_hz
        sweep.step = turn_of(cycles) if cycles >= 0.0 else <uint64_t> 0 - turn_of(-cycles)
        sweep.turn = 2.0 * M_PI * cycles
    sweep.phase += sweep.step
    sweep.sine = sine_of(sweep.phase)
    sweep.cosine = sine_of(sweep.phase + (<uint64_t> 1 << 62))


cdef struct Head:
    Course way             # of the present tick
    double place           # frames late where it ends, and how that changes a tick
    double slope


cdef inline void head_move(Head* head, double place, double slope) noexcept nogil:
    course_fit(&head.way, head.place, place, head.slope, slope)
    head.place = place
    head.slope = slope


cdef inline void sway(
    Head* head, Sweep* sweep, double cosine, double sine,
    double middle, double glide, double reach, double reach_glide, bint is_fresh,
) noexcept nogil:
    # On to middle + reach * wave frames late, from wherever the head was, so that no knob makes it jump.
    # (cosine, sine) turn the wave's phase; the glides are what middle and reach change a tick.
    cdef double end = sweep.sine * cosine + sweep.cosine * sine
    cdef double turn = reach * sweep.turn
    if is_fresh:
        head.place = middle + reach * (sweep.past_sine * cosine + sweep.past_cosine * sine)
        head.slope = turn * (sweep.past_cosine * cosine - sweep.past_sine * sine)
    head_move(
        head, middle + reach * end,
        glide + reach_glide * end + turn * (sweep.cosine * cosine - sweep.sine * sine),
    )
