from libc.stdint cimport int64_t

from cext._alsa cimport Alsa
from cext.graph cimport Graph
from cext.ring cimport Ring


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


cdef class AlsaSink(ThreadSink):
    cdef readonly str device
    cdef Alsa alsa
    cdef void* pcm
    cdef float[:, ::1] woven
