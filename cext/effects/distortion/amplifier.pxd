from cext._types cimport TICK
from cext.effects.distortion._oversample cimport Over
from cext.effects.distortion._shaped cimport Shaped
from cext.effects.filters._section cimport section_t
from cext.effects.reverbs._partitions cimport Partitions


cdef class AmpCabinet(Shaped):
    cdef section_t coupling
    cdef section_t[3] tone
    cdef float[:, :, ::1] impulses         # (cabinets, 2, taps): the last one is the listener's own
    cdef long own_frames
    cdef Partitions box
    cdef int known_box
    cdef long alike                        # frames for which both ears have been the same
    cdef bint is_own_mono
    cdef bint is_mono                      # one impulse for both ears
    cdef float[2][TICK] coming
    cdef float[2][TICK] ready
