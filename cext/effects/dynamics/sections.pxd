# Sections for what dynamics effects listen to and split: both ears in one register, double state.

cdef struct Section:
    double now[9]                          # next first state from first, second, input; second state; output
    double state[4]
    double step[9]                         # what `now` changes a frame
    bint is_moving
    double goal[9]                         # where it is when the tick ends
    double known[2]

cdef struct Shelf:
    double share
    double state[2]
    double known

cdef void aim_lowpass(Section* at, double cycles, double q) noexcept nogil
cdef void aim_highpass(Section* at, double cycles, double q) noexcept nogil
cdef void aim_bandpass(Section* at, double cycles, double q) noexcept nogil
cdef void clear_section(Section* at) noexcept nogil
cdef void run_section(
    Section* at, const float* left, const float* right, float* out_left, float* out_right, int frames,
) noexcept nogil
cdef void run_pair(
    Section* one, Section* two, const float* left, const float* right,
    float* out_left, float* out_right, int frames,
) noexcept nogil
cdef void aim_shelf(Shelf* at, double cycles) noexcept nogil
cdef void clear_shelf(Shelf* at) noexcept nogil
cdef void run_shelf(Shelf* at, float* left, float* right, const float* gain, int frames) noexcept nogil
