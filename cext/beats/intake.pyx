# cython: boundscheck=False, wraparound=False, cdivision=True
"""How samples come in: any chunk, any rate; gaps and flat lines are minded here, events are handed out.

The signal is kept at the fine rate for timing and thinned to the work rate for everything else, by means over
neighbours. A subclass sees one work-rate sample at a time and never a chunk.

Invariant: nothing depends on how the samples were cut into chunks; all state is per sample.
"""

from cpython.buffer cimport (
    PyBUF_FORMAT, PyBUF_STRIDES, PyBuffer_Release, PyObject_CheckBuffer, PyObject_GetBuffer)
from libc.math cimport isfinite
from libc.string cimport memset

import numpy as np

from cext.beats.events import KINDS, Event


# Other threads may run while more samples than this are worked on; letting go costs as much as ten samples.
cdef Py_ssize_t LONG = 1024


cdef inline void work(Intake self, double x, bint is_good) noexcept nogil:
    """One sample at the work rate: mind the gaps, then follow it."""
    if not is_good:
        self.bad_run += 1
        x = self.last_value
    elif x == self.last_value or self.bad_run or self.flat_run or self.n == 0:
        if (self.n == 0 or self.bad_run > 0.2 * self.work_rate_hz
                or (self.flat_run > self.second and x != self.last_value)):
            # After a gap or a flat line the first sample is a step, not a beat.
            self._settle(x)
            self.blank_until = self.n + (self.settle_span if self.n else 0)
            if self.bad_run > 4 * self.second or self.flat_run > 4 * self.second:
                self._lose()
        self.bad_run = 0
        self.flat_run = self.flat_run + 1 if x == self.last_value else 0
    self.last_value = x
    self._follow(x, self.n >= self.blank_until and self.bad_run == 0)
    self.n += 1


cdef inline void take(Intake self, double x) noexcept nogil:
    """One sample in: thin it to the fine rate, then to the work rate."""
    self.given += 1
    if not isfinite(x):
        self.is_held_bad = True
    elif self.decimation == 1:
        self.last_fine = x
    else:
        self.held_sum += x
    if self.decimation > 1:
        self.held += 1
        if self.held < self.decimation:
            return
        if not self.is_held_bad:
            self.last_fine = self.held_sum / self.decimation
        self.held = 0
        self.held_sum = 0.0
    self.raw[self.fine_n & (FINE - 1)] = self.last_fine
    self.fine_n += 1
    self.paired_sum += self.last_fine
    self.paired += 1
    if self.paired < self.pairing:
        return
    work(self, self.paired_sum if self.pairing == 1 else 0.5 * self.paired_sum, not self.is_held_bad)
    self.paired = 0
    self.paired_sum = 0.0
    self.is_held_bad = False


cdef inline Py_ssize_t pour(Intake self, const double* x, Py_ssize_t i, Py_ssize_t count) noexcept nogil:
    """Take samples from the i-th on until the queue is half full: learning may fill the rest at once."""
    while i < count and self.found_count < PENDING // 2:
        take(self, x[i])
        i += 1
    return i


cdef class Intake:
    """One channel's samples in, its events out."""

    def reset(self):
        """Forget everything; the next sample is at 0 s again."""
        memset(self.raw, 0, sizeof(self.raw))
        self.given = self.n = self.fine_n = 0
        self.held = self.paired = 0
        self.held_sum = self.paired_sum = 0.0
        self.is_held_bad = False
        self.last_value = self.last_fine = 0.0
        self.bad_run = self.flat_run = self.blank_until = 0
        self.found_count = 0
        self.pairing = 1
        self._design()
        self.second = <int>self.work_rate_hz
        self._begin()

    @property
    def latency_s(self):
        """Typical time from the peak of a beat to its confirmed event."""
        return self.latency

    def feed(self, values):
        """Take the next samples (any number, NaN for a lost one) and return what was found in them."""
        cdef Py_buffer view
        cdef list events = []
        cdef Py_ssize_t i = 0, count
        cdef const double* x
        if not PyObject_CheckBuffer(values):
            values = np.ascontiguousarray(values, dtype=np.float64).reshape(-1)
        PyObject_GetBuffer(values, &view, PyBUF_FORMAT | PyBUF_STRIDES)
        if view.ndim != 1 or view.format[0] != c"d" or view.strides[0] != sizeof(double):
            PyBuffer_Release(&view)
            values = np.ascontiguousarray(values, dtype=np.float64).reshape(-1)
            PyObject_GetBuffer(values, &view, PyBUF_FORMAT | PyBUF_STRIDES)
        count = view.shape[0]
        x = <const double*>view.buf
        while i < count:
            if count > LONG:
                with nogil:
                    i = pour(self, x, i, count)
            else:
                i = pour(self, x, i, count)
            if self.found_count:
                self._hand_out(events)
        PyBuffer_Release(&view)
        return events

    cdef void _hand_out(self, list events):
        cdef int i
        cdef Found* one
        for i in range(self.found_count):
            one = &self.found[i]
            events.append(Event(one.time_s, one.found_s, KINDS[one.kind], one.quality, one.amplitude))
        self.found_count = 0

    cdef void _design(self) noexcept nogil:
        """Set rates, spans and filters."""

    cdef void _begin(self) noexcept nogil:
        """Know nothing of any heart."""

    cdef void _settle(self, double x) noexcept nogil:
        """Pretend that the signal has been `x` forever."""

    cdef void _lose(self) noexcept nogil:
        """The signal was away so long that what comes may be another heart."""

    cdef void _follow(self, double x, bint is_usable) noexcept nogil:
        """One sample at the work rate; `is_usable` is false in a gap and just after one."""
