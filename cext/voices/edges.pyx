# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Waves with edges, without the aliases that edges make.

A saw or a square is drawn plainly, and at each jump the difference between an ideal step and one that holds
nothing above 0.45 of the rate is laid over 32 samples (BLEP); at each corner of a triangle the integral of
that difference (BLAMP). It is tabled at 256 places between two samples. Sound comes 16 samples late.
Sources: E. Brandt, "Hard Sync Without Aliasing", ICMC 2001; F. Esqueda, V. Valimaki and S. Bilbao, IEEE TSP
64 (2016) 5255 for corners. Linear phase, Kaiser window of beta 9.
"""

import numpy as np

cimport cython

from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memmove, memset

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport TICK, turn_of

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_lay(float*, const float*, float, float);
    """

cdef enum:
    PLACES = 256


@cython.wraparound(True)
def edge_tables():
    """What band-limited steps and corners have over ideal ones; shape (2, PLACES + 1, REACH), float32."""
    fine = np.arange(-REACH // 2 * PLACES, REACH // 2 * PLACES + 1) / PLACES
    pulse = 0.9 * np.sinc(0.9 * fine) * np.kaiser(len(fine), 9.0)
    step = np.concatenate(([0.0], np.cumsum((pulse[1:] + pulse[:-1]) / 2)))
    step /= step[-1]
    place = np.arange(REACH)[None, :] * PLACES + np.arange(PLACES + 1)[:, None]
    later = np.arange(REACH)[None, :] >= REACH // 2
    # The integral of the difference, gathered from both ends, so that it is nothing at both.
    past = np.concatenate(([0.0], np.cumsum((step[1:] + step[:-1]) / 2))) / PLACES
    corner = past - np.maximum(fine, 0.0)
    corner -= np.linspace(0.0, corner[-1], len(corner))
    return np.ascontiguousarray([step[place] - later, corner[place]], dtype=np.float32)


cdef float[:, :, ::1] _TABLES = edge_tables()
cdef float* _STEP = &_TABLES[0, 0, 0]
cdef float* _CORNER = &_TABLES[1, 0, 0]


cdef void _lay "echoel_lay"(float* work, const float* row, float share, float height) noexcept nogil:
    cdef int k
    for k in range(REACH):
        work[k] += height * (row[k] + share * (row[k + REACH] - row[k]))


cdef inline void _edge(float* work, const float* table, double ago, double height) noexcept nogil:
    # An edge `ago` samples (0..1) before the sample at work + REACH / 2.
    cdef double place = min(max(ago, 0.0), 0.999999) * PLACES
    cdef int row = <int> place
    _lay(work, table + row * REACH, <float> (place - row), <float> height)


cdef inline double _share(uint64_t phase) noexcept nogil:
    return <double> <int64_t> (phase >> 11) * (1.0 / 9007199254740992.0)


cdef inline uint64_t _step_of(double cycles, double cycles_end) noexcept nogil:
    return <uint64_t> ((<int64_t> (turn_of(cycles_end) - turn_of(cycles))) // TICK)


cdef void saw(Edged* wave, double cycles, double cycles_end) noexcept nogil:
    # A tick that rises from -1 to 1 and falls at each wrap.
    cdef int j
    cdef double place, rate, growth = (cycles_end - cycles) / TICK
    cdef uint64_t turn = turn_of(cycles), step = _step_of(cycles, cycles_end)
    for j in range(TICK):
        place = _share(wave.phase)
        rate = cycles + growth * (j - 1)
        if place < rate:
            _edge(wave.work + j, _STEP, place / rate, -2.0)
        wave.work[j + REACH // 2] += <float> (2.0 * place - 1.0)
        wave.phase += turn
        turn += step


cdef void square(
    Edged* wave, double cycles, double cycles_end, double width, double width_end
) noexcept nogil:
    # A tick of 1 for the share `width` of each cycle and -1 for the rest, without its mean.
    cdef int j
    cdef double place, before, rate, growth = (cycles_end - cycles) / TICK
    cdef double edge, shift = (width_end - width) / TICK
    cdef uint64_t turn = turn_of(cycles), step = _step_of(cycles, cycles_end)
    for j in range(TICK):
        place = _share(wave.phase)
        rate = cycles + growth * (j - 1)
        before = place - rate
        edge = width + shift * j
        if before < edge - shift - 1.0:        # it had not fallen yet in the cycle that just ended
            _edge(wave.work + j, _STEP, (place - edge + 1.0) / (rate - shift), -2.0)
        if before < 0.0:
            _edge(wave.work + j, _STEP, place / rate, 2.0)
        if max(before, 0.0) < edge - shift and place >= edge:
            _edge(wave.work + j, _STEP, (place - edge) / (rate - shift), -2.0)
        wave.work[j + REACH // 2] += <float> ((1.0 if place < edge else -1.0) - (2.0 * edge - 1.0))
        wave.phase += turn
        turn += step


cdef void triangle(Edged* wave, double cycles, double cycles_end) noexcept nogil:
    # A tick that rises from -1 to 1 in half a cycle and falls in the other.
    cdef int j
    cdef double place, rate, growth = (cycles_end - cycles) / TICK
    cdef uint64_t turn = turn_of(cycles), step = _step_of(cycles, cycles_end)
    for j in range(TICK):
        place = _share(wave.phase)
        rate = cycles + growth * (j - 1)
        if place < rate:
            _edge(wave.work + j, _CORNER, place / rate, 8.0 * rate)
        elif place >= 0.5 and place - rate < 0.5:
            _edge(wave.work + j, _CORNER, (place - 0.5) / rate, -8.0 * rate)
        wave.work[j + REACH // 2] += <float> (4.0 * place - 1.0 if place < 0.5 else 3.0 - 4.0 * place)
        wave.phase += turn
        turn += step


cdef void turn_page(Edged* wave) noexcept nogil:
    # After the first TICK samples of `work` were taken: keep what reaches into the next tick.
    memmove(wave.work, wave.work + TICK, REACH * sizeof(float))
    memset(wave.work + REACH, 0, TICK * sizeof(float))


cdef void skip_edges(Edged* wave, double cycles, double cycles_end) noexcept nogil:
    # A silent tick: only the phase goes on.
    wave.phase += turn_of(cycles) * <uint64_t> TICK
    wave.phase += _step_of(cycles, cycles_end) * <uint64_t> (TICK * (TICK - 1) // 2)
    memset(wave.work, 0, WORK * sizeof(float))
