from libc.stdint cimport int64_t, uint32_t

from cext._jack cimport Jack
from cext._types cimport LANES
from cext.sink cimport ThreadSink


cdef class JackSink(ThreadSink):
    cdef readonly str name
    cdef readonly str server
    cdef readonly int lanes
    cdef readonly bint is_connected
    cdef readonly str library
    cdef Jack jack
    cdef void* client
    cdef void* ports[LANES]
    cdef int64_t gone                      # atomic: 1 from the server's end until the next start
    cdef int64_t inside                    # atomic: 1 while the server's thread renders
    cdef int64_t called_ns                 # atomic: when the server last asked for a block

    cdef int serve(self, uint32_t frames) noexcept nogil
    cdef void _pause(self) noexcept nogil
