# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Rings between one writer, which never waits, and one reader, on different threads: of frames, and of rows.

Each side moves its own counter and only reads the other's (Lamport, CACM 20 (1977) 806). When the ring is
full the newest block is dropped whole and counted: what the reader has not yet fetched stays in order and
unbroken.
"""

import numpy as np

from libc.stdint cimport int64_t
from libc.string cimport memcpy

from cext._types cimport LANES, atomic_load, atomic_store


cdef class Ring:
    """Room for at least `frames` frames of eight lanes."""

    def __init__(self, Py_ssize_t frames):
        size = 1
        while size < frames:
            size *= 2
        self.memory = np.zeros((size, LANES), dtype=np.float32)

    @property
    def capacity_frames(self):
        """How many frames may wait."""
        return self.memory.shape[0]

    @property
    def lost_frames(self):
        """How many frames found the ring full."""
        return atomic_load(&self.dropped)

    def write(self, float[:, ::1] block not None):
        """Append a block of shape (8, frames), float32, or drop it whole when there is no room."""
        if block.shape[0] != LANES:
            raise ValueError(f"the ring takes {LANES} lanes, this block has {block.shape[0]}")
        if block.shape[1]:
            self.push(&block[0, 0], block.shape[1], block.shape[1])

    def pop(self):
        """Everything new, float32, shape (8, frames); possibly no frames."""
        cdef int64_t at = self.read, until = atomic_load(&self.written), size = self.memory.shape[0]
        memory = np.asarray(self.memory)
        first, frames = at & (size - 1), until - at
        fresh = np.empty((LANES, frames), dtype=np.float32)
        before_edge = min(frames, size - first)
        fresh[:, :before_edge] = memory[first:first + before_edge].T
        fresh[:, before_edge:] = memory[:frames - before_edge].T
        atomic_store(&self.read, until)
        return fresh

    cdef void push(self, float* block, Py_ssize_t stride, Py_ssize_t frames) noexcept nogil:
        cdef int64_t at = self.written, size = self.memory.shape[0]
        cdef Py_ssize_t j, lane
        if at + frames - atomic_load(&self.read) > size:
            atomic_store(&self.dropped, self.dropped + frames)
            return
        for j in range(frames):
            for lane in range(LANES):
                self.memory[(at + j) & (size - 1), lane] = block[lane * stride + j]
        atomic_store(&self.written, at + frames)


cdef class RowRing:
    """Room for at least `rows` rows of `width` numbers: commands on the way in, meters on the way out."""

    def __init__(self, Py_ssize_t rows, Py_ssize_t width):
        if rows < 1 or width < 1:
            raise ValueError(f"a ring of {rows} rows of {width} numbers holds nothing")
        size = 1
        while size < rows:
            size *= 2
        self.memory = np.zeros((size, width), dtype=np.float64)

    @property
    def lost_rows(self):
        """How many rows found the ring full."""
        return atomic_load(&self.dropped)

    def write(self, double[:, ::1] rows not None):
        """Append rows, float64, shape (rows, width), all at once or none; says whether there was room."""
        cdef int64_t at = self.written, size = self.memory.shape[0]
        cdef Py_ssize_t i
        if rows.shape[1] != self.memory.shape[1]:
            raise ValueError(f"a row here has {self.memory.shape[1]} numbers, these have {rows.shape[1]}")
        if at + rows.shape[0] - atomic_load(&self.read) > size:
            atomic_store(&self.dropped, self.dropped + rows.shape[0])
            return False
        for i in range(rows.shape[0]):
            self.memory[(at + i) & (size - 1), :] = rows[i, :]
        # Invariant: the reader sees all of them from one moment on.
        atomic_store(&self.written, at + rows.shape[0])
        return True

    def pop(self):
        """Every new row, float64, shape (rows, width); possibly no rows."""
        cdef int64_t at = self.read, until = atomic_load(&self.written)
        fresh = np.asarray(self.memory)[np.arange(at, until) & (self.memory.shape[0] - 1)]
        atomic_store(&self.read, until)
        return fresh

    cdef bint push(self, const double* row) noexcept nogil:
        cdef int64_t at = self.written, size = self.memory.shape[0]
        if at - atomic_load(&self.read) >= size:
            atomic_store(&self.dropped, self.dropped + 1)
            return False
        memcpy(&self.memory[at & (size - 1), 0], row, self.memory.shape[1] * sizeof(double))
        atomic_store(&self.written, at + 1)
        return True

    cdef bint pull(self, double* row) noexcept nogil:
        cdef int64_t at = self.read, size = self.memory.shape[0]
        if at == atomic_load(&self.written):
            return False
        memcpy(row, &self.memory[at & (size - 1), 0], self.memory.shape[1] * sizeof(double))
        atomic_store(&self.read, at + 1)
        return True
