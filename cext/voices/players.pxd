from libc.stdint cimport uint64_t

from cext.voices.ticked cimport Ticked

cdef enum:
    GRAINS = 48


cdef struct Grain:
    double place                           # in the sound, frames
    double speed
    long age                               # frames, from before its start (negative) to its length
    long length
    float left
    float right


cdef class Player(Ticked):
    cdef float[:, ::1] held                # the sound, one frame before it and three after
    cdef long frames
    cdef double ratio                      # frames of the sound a frame of ours, at speed 1


cdef class Loop(Player):
    cdef double place

    cdef void _read(self, double place, double* left, double* right) noexcept nogil


cdef class Granular(Player):
    cdef Grain grains[GRAINS]
    cdef uint64_t born
    cdef double wait                       # frames until the next grain

    cdef void _sow(self, long at) noexcept nogil
