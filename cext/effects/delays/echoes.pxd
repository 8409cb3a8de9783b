from cext.effects.delays._echo cimport Echo
from cext.effects.dynamics.keyed cimport Keyed
from cext.parts cimport Effect


cdef class Delay(Effect):
    cdef float[:, ::1] memory
    cdef Echo echo


cdef class PingPongDelay(Effect):
    cdef float[:, ::1] memory
    cdef Echo echo


cdef class DuckingDelay(Keyed):
    cdef float[:, ::1] memory
    cdef Echo echo
    cdef double known[2]
    cdef float attack
    cdef float release
    cdef float fall
    cdef float envelope
    cdef float gain

    cdef void _listen(self, float* ducked, float* left, float* right, int first, int frames) noexcept nogil
    cdef void _duck(
        self, float* left, float* right, const float* late_left, const float* late_right,
        const float* ducked, int first, int frames,
    ) noexcept nogil
