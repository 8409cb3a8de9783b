from cext.effects.dynamics.limiting cimport Brake
from cext.parts cimport Effect


cdef class Limiter(Effect):
    cdef Brake brake
    cdef double known[2]
    cdef double ceiling
    cdef float drive
    cdef float drive_end
