from cext.parts cimport Effect


cdef class SilenceGate(Effect):
    cdef float[:, ::1] held                # the sound on its way: the gate opens before the word
    cdef int place
    cdef double low, high                  # two one-pole filters that leave the band of voices
    cdef double keep_low, keep_high
    cdef double energy                     # of the tick so far
    cdef double level_db, floor_db         # of the last tick; of the silence between words
    cdef double gain, gain_end
    cdef long quiet                        # ticks since the last word
