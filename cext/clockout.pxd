from libc.stdint cimport int64_t

from cext._types cimport LANES
from cext.graph cimport Graph


cdef class Ring:
    cdef float[:, ::1] memory              # (frames, lanes), a power of two of frames
    cdef int64_t written                   # atomic, only ever grows; moved by the one writer
    cdef int64_t read                      # atomic, only ever grows; moved by the one reader
    cdef int64_t lost
    cdef void push(self, float* block, Py_ssize_t stride, Py_ssize_t frames) noexcept nogil


cdef class ThreadSink:
    cdef readonly Graph graph
    cdef readonly int block_frames
    cdef Ring tap
    cdef float[:, ::1] block
    cdef unsigned long thread
    cdef bint has_thread
    cdef int64_t is_wanted
    cdef int64_t fed_ns
    cdef int64_t late
    cdef int64_t xrun
    cdef int64_t realtime
    cdef int64_t broken

    cdef void loop(self) noexcept nogil
    cdef void one_block(self) noexcept nogil


cdef class TimerSink(ThreadSink):
    pass
