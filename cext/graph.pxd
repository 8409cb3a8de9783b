from libc.stdint cimport int64_t

from cext._types cimport LANES, TICK
from cext.guard cimport Guard
from cext.lanes.lane cimport Lane

cdef struct Step:
    # A part and the bus it works on.
    void* part
    float* left
    float* right


cdef struct Knob:
    # Which parameter of which part; the stamp of the target it took last.
    void* part
    int place
    int64_t seen


cdef struct Target:
    double goal
    double glide_s
    int64_t stamp


cdef class Graph:
    cdef readonly double rate_hz
    cdef readonly Guard guard
    cdef readonly tuple parameters
    cdef dict index
    cdef list lanes
    cdef void** makers                     # the lanes, for whoever renders
    cdef int maker_count
    cdef float fresh[4 * TICK]
    cdef list parts                        # keep alive what the pointers below lead to
    cdef list turned
    cdef object writing
    cdef float[:, :, ::1] buses
    cdef Step* steps
    cdef int step_count
    cdef Step out
    cdef Knob* knobs
    cdef int target_count

    # Written by the control side between an odd and an even sequence, read by whoever renders.
    cdef int64_t sequence
    cdef Target* written
    cdef Target* taken

    cdef int64_t seen_sequence
    cdef int64_t handed_out                # frames that have left
    cdef int64_t made                      # frames rendered, a multiple of TICK
    cdef int64_t is_taken                  # a sink renders this graph; nobody else may
    cdef int64_t late_frames
    cdef float ready[LANES * TICK]
    cdef float[:, :, ::1] later            # light and touch wait here as long as the sound is on its way

    cdef void fill(self, float* out, Py_ssize_t stride, Py_ssize_t frames) noexcept nogil
    cdef void _tick(self, float* out, Py_ssize_t stride) noexcept nogil
    cdef void _lanes(self, float* out, Py_ssize_t stride) noexcept nogil
    cdef void _take_targets(self) noexcept nogil
