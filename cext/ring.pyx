# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""A ring of frames between one writer, which never waits, and one reader, on different threads.

Each side moves its own counter and only reads the other's (Lamport, CACM 20 (1977) 806). When the ring is
full the newest block is dropped whole and counted: what the reader has not yet fetched stays in order and
unbroken.
"""

import numpy as np

from libc.stdint cimport int64_t

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
