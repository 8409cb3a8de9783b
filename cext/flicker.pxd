from libc.stdint cimport int64_t

cdef enum:
    LIGHTS = 4
    SUMS = 3                 # weighted sums that an eye may see as one light
    RED = 7                  # how much saturated red there is
    WATCHED = 8
    REMEMBERED = 128         # changes of direction; three flashes are six of them
    # What `look` says.
    FAST = 1                 # more flashes than the limit
    DRIFTS = 2               # the frequency moves by more than it may
    REDDENS = 4              # more flashes of saturated red than are ever free
    FLICKERS = 8             # more flashes than are ever free


cdef class FlickerWatch:
    cdef readonly double rate_hz
    cdef readonly double limit_hz
    cdef double least[WATCHED]
    cdef double weight[SUMS][LIGHTS]
    cdef bint has_red
    cdef int most                          # changes in a second
    cdef double shortest                   # frames for six changes
    cdef int direction[WATCHED]
    cdef double extreme[WATCHED]
    cdef int64_t turned[WATCHED][REMEMBERED]
    cdef int64_t turns[WATCHED]
    cdef double hz[WATCHED]
    cdef int64_t settled[WATCHED]          # frame from which the frequency is judged
    cdef double hz_per_frame
    cdef void allow(self, double limit_hz) noexcept nogil
    cdef int look(self, float* lanes, Py_ssize_t stride, int frames, int64_t frame) noexcept nogil
    cdef int _moves(self, int which, float* values, int frames, int64_t frame) noexcept nogil
    cdef int _turns(self, int which, double value, int64_t frame) noexcept nogil
    cdef int _judged(self, int which, int64_t frame) noexcept nogil
    cdef bint _drifts(self, int which, int64_t frame) noexcept nogil
