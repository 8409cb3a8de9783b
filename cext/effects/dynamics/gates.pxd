from cext.effects.dynamics.levels cimport Dynamics


cdef void gate(
    float* wanted, const float* peak, int* held, double opens_db, double shuts_db, int most, bint is_whole,
) noexcept nogil
cdef void opened(float* gain, double shut_db, double shut_end_db) noexcept nogil


cdef class Expander(Dynamics):
    pass


cdef class NoiseGate(Dynamics):
    cdef int held                          # frames it stays open yet; above 0 it is open


cdef class SidechainGate(NoiseGate):
    pass
