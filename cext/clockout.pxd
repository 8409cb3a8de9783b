from cext._alsa cimport Alsa
from cext.sink cimport ThreadSink


cdef class TimerSink(ThreadSink):
    pass


cdef class AlsaSink(ThreadSink):
    cdef readonly str device
    cdef Alsa alsa
    cdef void* pcm
    cdef float[:, ::1] woven
