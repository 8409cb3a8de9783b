# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What light and touch have in common: rows filled a tick at a time, on the frames of the sound."""

from libc.string cimport memset

from cext._types cimport TICK
from cext.parts cimport Part


cdef class Lane(Part):
    """Four rows of light or two of vibration, of one moment with the sound."""

    def render(self, float[:, ::1] block not None):
        """Fill a block of shape (rows, frames), float32, whole ticks of 64, with the next frames."""
        cdef Py_ssize_t stride = block.shape[1], done = 0
        if block.shape[0] != self.rows or stride % TICK:
            raise ValueError(f"this lane fills {self.rows} rows of whole ticks of {TICK} frames")
        with nogil:
            while done < stride:
                self.fill(&block[0, done], stride)
                done += TICK

    cdef void rest(self, float* lanes, Py_ssize_t stride) noexcept nogil:
        # One tick of nothing.
        cdef int i
        for i in range(self.rows):
            memset(lanes + i * stride, 0, TICK * sizeof(float))

    cdef void fill(self, float* lanes, Py_ssize_t stride) noexcept nogil:
        # One tick into rows that lie `stride` floats apart.
        self.next_tick()
