from cext.loudness cimport Meter
from cext.parts cimport Effect


cdef class LoudnessMeter(Effect):
    cdef Meter meter


cdef class TruePeakMeter(Effect):
    cdef Meter meter
