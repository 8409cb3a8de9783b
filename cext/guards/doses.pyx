# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Doses: sums over the last day or week, and the time of light or vibration a person may have."""

from libc.stdint cimport int64_t

from cext._types cimport TICK


cdef class Rolling:
    """A sum over the last hours, forgotten one forty-eighth at a time."""

    def __init__(self, double window_s, double rate_hz, double carried=0.0):
        self.slot_frames = window_s * rate_hz / SLOTS
        self.slot[0] = self.total = carried

    cdef void add(self, double amount, int64_t frame) noexcept nogil:
        cdef int64_t now = <int64_t> (frame / self.slot_frames)
        cdef int i
        while self.newest < now:
            self.newest += 1
            self.slot[self.newest % SLOTS] = 0.0
            self.total = 0.0
            for i in range(SLOTS):
                self.total += self.slot[i]
        self.slot[self.newest % SLOTS] += amount
        self.total += amount


cdef class Allowance:
    """Minutes a session and a day, and the rest that has to follow.

    A session ends with a rest of that length, or when its time is used up and the rest begins.
    """

    def __init__(
        self, double session_s, double day_s, double rest_s, double rate_hz,
        double carried_session_s, double carried_day_s,
    ):
        self.session_limit = session_s * rate_hz
        self.day_limit = day_s * rate_hz
        self.rest_needed = rest_s * rate_hz
        self.session = carried_session_s * rate_hz
        self.day = Rolling(86_400.0, rate_hz, carried_day_s * rate_hz)
        self.is_spent = self.session >= self.session_limit or self.day.total >= self.day_limit

    cdef bint step(self, bint is_on, int64_t frame) noexcept nogil:
        # One tick more. False when there is nothing left.
        if is_on:
            self.session += TICK
            self.rest = 0.0
            self.day.add(TICK, frame)
            if self.session >= self.session_limit or self.day.total >= self.day_limit:
                self.is_spent = True
        else:
            self.rest += TICK
            if self.rest >= self.rest_needed:
                self.session = 0.0
                self.day.add(0.0, frame)
                self.is_spent = self.day.total >= self.day_limit
        return not self.is_spent
