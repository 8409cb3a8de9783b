from cext._types cimport TICK
from cext.effects.dynamics.levels cimport Ballistics
from cext.effects.dynamics.sections cimport Section
from cext.parts cimport Effect


cdef class DynamicEq(Effect):
    cdef Section bands[4]
    cdef Ballistics ballistics[4]
    cdef float heard[4][2][TICK]           # what each band hears of the present tick
    cdef float level[TICK]
    cdef float gain[TICK]
