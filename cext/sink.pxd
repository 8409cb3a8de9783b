from libc.stdint cimport int64_t

from cext.graph cimport Graph
from cext.ring cimport Ring, RowRing

cdef enum:
    PRIORITY = 70            # above everything of ours, below the kernel's own interrupt threads
    LEAD_BLOCKS = 3          # what is rendered may wait so long until it is heard
    MOST_WAITING = 256       # commands that may wait for their frame
    COMMAND_WIDTH = 5        # frame, verb, parameter, value, glide in seconds
    METER_WIDTH = 9          # as METERS in sink.pyx


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
    cdef int64_t memory_kept
    cdef int64_t broken

    cdef object writing                    # one thread at a time may be the ring's one writer
    cdef RowRing commands
    cdef RowRing meters
    cdef double waiting[MOST_WAITING][COMMAND_WIDTH]    # by frame, then by arrival
    cdef int waiting_count

    cdef void loop(self) noexcept nogil
    cdef void settle_in(self) noexcept nogil
    cdef void make(self, int frames) noexcept nogil
    cdef void _take_commands(self) noexcept nogil
    cdef int _obey(self, int frames) noexcept nogil
    cdef void _meter(self, int frames, int64_t begun_ns) noexcept nogil
