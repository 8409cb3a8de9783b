"""A hunt that keeps its head in noise: see `storm.pyx`."""

from cext.beats._jury cimport Habit, Jury
from cext.beats._shapes cimport Likeness, Shapes
from cext.beats.hunter cimport RING, BeatHunter


cdef class StormHunter(BeatHunter):
    # The signal whose shapes are compared (the subclass writes it, at any rate it likes), and the shapes
    cdef double[RING] wave
    cdef Shapes shapes
    cdef Likeness looked
    cdef long long looked_at
    cdef Jury jury
    cdef Habit habit
    cdef bint is_stormy
    cdef double storm_level   # of the hum, in beats' heights; set in `_design`
    # How like a known beat the last candidate and the last two beats are, -1..1; 0 when nobody looked
    cdef double like, beat_like, like_before
    # Running means over beats: of their likeness, and of how often a second energy saw them
    cdef double alike, agreement
    # What is usual for this heart: the height of a beat, and how far intervals depart from the usual one
    cdef double usual_height, unrest
    # The middle of the energy, and how far it may move in a sample
    cdef double hum, hum_step, own_hum
    cdef int calm_fall_span, storm_fall_span
    cdef double calm_fall_share

    cdef long long _first(self, long long at) noexcept nogil
    cdef double _likeness(self, long long at) noexcept nogil
    cdef void _know(self, long long at) noexcept nogil
    cdef bint _is_agreed(self, long long at) noexcept nogil
    cdef void _tune(self, double level) noexcept nogil
    cdef void _weigh(self) noexcept nogil
    cdef void _judge(self, double height, long long at) noexcept nogil
    cdef void _decide(self, long long until) noexcept nogil
    cdef void _remember(self, double height) noexcept nogil
    cdef void _calm(self) noexcept nogil
