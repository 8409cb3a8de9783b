from cext.effects.dynamics.levels cimport Dynamics
from cext.effects.dynamics.sections cimport Section, Shelf


cdef class DeEsser(Dynamics):
    cdef Section hiss
    cdef Shelf shelf
