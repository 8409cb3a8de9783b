from cext._types cimport TICK
from cext.parts cimport Effect, Part, Voice

cdef enum:
    MOST_TOGETHER = 256


cdef class Align(Effect):
    cdef float[:, ::1] held
    cdef int frames
    cdef int place


cdef class Send(Part):
    cdef float[:, ::1] source
    cdef Align align


cdef class MidSide(Effect):
    cdef readonly Effect effect
    cdef readonly str channels
    cdef int kind
    cdef Align align


cdef class Chain(Effect):
    cdef readonly tuple effects
    cdef void* each[MOST_TOGETHER]
    cdef int together


cdef class Mix(Voice):
    cdef readonly tuple voices
    cdef void* each[MOST_TOGETHER]
    cdef int together
