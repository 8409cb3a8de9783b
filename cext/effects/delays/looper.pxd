from cext.parts cimport Effect


cdef class Looper(Effect):
    cdef float[:, ::1] memory
    cdef int length            # frames of the loop; 0: none yet
    cdef int place
    cdef int used              # frames that may hold sound
    cdef int asked             # by the switch, and what is done
    cdef int mode
    cdef bint is_recorded      # its length was played in, not set
    cdef float into            # how much of the sound goes in, where the tick begins and ends
    cdef float into_end
    cdef float out
    cdef float out_end
    cdef float stays
    cdef float stays_end

    cdef void _close(self) noexcept nogil
    cdef void _turn(self, float* left, float* right, int first, int frames) noexcept nogil
