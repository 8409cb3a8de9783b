"""A hunt that keeps its head in noise: see `storm.pyx`."""

from cext.beats._jury cimport Habit, Jury
from cext.beats.hunter cimport BeatHunter


cdef class StormHunter(BeatHunter):
    cdef Jury jury
    cdef Habit habit
    cdef bint is_stormy
    # How like a known beat the last candidate and the last two beats are, -1..1; 0 when nobody looked
    cdef double like, beat_like, like_before
    cdef double alike    # the running mean of beats' likenesses
    # What is usual for this heart: the height of a beat, and how far intervals depart from the usual one
    cdef double usual_height, unrest
    # The middle of the energy, and how far it may move in a sample
    cdef double hum, hum_step
    cdef int calm_fall_span, storm_fall_span
    cdef double calm_fall_share

    cdef double _likeness(self, long long at) noexcept nogil
    cdef void _know(self, long long at) noexcept nogil
    cdef void _tune(self, double level) noexcept nogil
    cdef void _weigh(self) noexcept nogil
    cdef void _judge(self, double height, long long at) noexcept nogil
    cdef void _decide(self, long long until) noexcept nogil
    cdef void _remember(self, double height) noexcept nogil
    cdef void _calm(self) noexcept nogil
