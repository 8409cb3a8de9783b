from libc.stdint cimport int64_t, uint64_t

from cext.effects.delays._line cimport Course
from cext.parts cimport Effect

cdef enum:
    GRAINS = 48


cdef struct Grain:
    int ticks_left             # 0: free
    double late                # frames, where the present tick begins and what a tick adds
    double drift
    double gain[2]
    uint64_t phase             # of its window
    uint64_t turn              # a frame


cdef class ReverseDelay(Effect):
    cdef float[:, ::1] memory
    cdef int64_t mask
    cdef int64_t clock
    cdef int64_t born          # where the grain that rises began to read, and the one that falls
    cdef int64_t born_before
    cdef int length            # frames of the present rise
    cdef int gone              # of it


cdef class GranularDelay(Effect):
    cdef float[:, ::1] memory
    cdef int64_t mask
    cdef int64_t clock
    cdef Grain grain[GRAINS]
    cdef Course way[GRAINS]
    cdef double wait           # ticks to the next grain
    cdef uint64_t count

    cdef double _chance(self) noexcept nogil
    cdef void _begin(self, Grain* grain) noexcept nogil
