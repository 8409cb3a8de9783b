# Waves with edges, without the aliases that edges make.

from libc.stdint cimport uint64_t

cdef enum:
    REACH = 32                             # samples an edge touches
    WORK = 96                              # TICK + REACH


cdef struct Edged:
    uint64_t phase
    float work[WORK]                       # the present tick and what its edges leave for the next


cdef void saw(Edged* wave, double cycles, double cycles_end) noexcept nogil
cdef void square(
    Edged* wave, double cycles, double cycles_end, double width, double width_end
) noexcept nogil
cdef void triangle(Edged* wave, double cycles, double cycles_end) noexcept nogil
cdef void turn_page(Edged* wave) noexcept nogil
cdef void skip_edges(Edged* wave, double cycles, double cycles_end) noexcept nogil
