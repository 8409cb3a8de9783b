from libc.stdint cimport int64_t

from cext.flicker cimport FlickerWatch

cdef enum:
    LIGHTS = 4
    REASONS = 12


cdef class Guard:
    cdef readonly double rate_hz
    cdef int64_t stop_asked                # atomic: 1 from stop_now until release
    cdef int64_t hush_asked                # atomic: 1 while nobody feeds the clock
    cdef bint was_stopped
    cdef int64_t count[REASONS]
    cdef int64_t first[REASONS]
    cdef int64_t last[REASONS]

    cdef double peak
    cdef double programme_limit
    cdef double programme_keep
    cdef double loudness
    cdef double turned_down
    cdef double turned_down_step

    cdef double rise                       # brightness a frame
    cdef double reached[LIGHTS]            # the brightest this lane may be now
    cdef int64_t untouched[LIGHTS]
    cdef double shown[LIGHTS]              # after the first smoothing
    cdef double smooth[LIGHTS]
    cdef double smoothing
    cdef double smoothing_rate
    cdef double slew
    cdef FlickerWatch flicker
    cdef int64_t held_until
    cdef double follow                     # 0 held steady, 1 follows the scene
    cdef double held[LIGHTS]

    cdef double high[5]
    cdef double low[5]
    cdef double band[2][4]
    cdef double felt[2]
    cdef int64_t still[2]
    cdef double felt_rise
    cdef double envelope[2]
    cdef double envelope_keep

    cdef double sound_gate
    cdef double light_gate
    cdef double touch_gate

    cdef void run(self, float* lanes, Py_ssize_t stride, int frames, int64_t frame) noexcept nogil
    cdef void stop(self) noexcept nogil
    cdef void hush(self, bint is_starved) noexcept nogil
    cdef void _note(self, int reason, int64_t frame) noexcept nogil
    cdef void _sound(self, float* left, float* right, int frames, int64_t frame, bint dark) noexcept nogil
    cdef void _light(
        self, float* lanes, Py_ssize_t stride, int frames, int64_t frame, bint dark
    ) noexcept nogil
    cdef void _light_lane(self, int i, float* lane, int frames, int64_t frame, double* gate) noexcept nogil
    cdef void _touch(
        self, float* lanes, Py_ssize_t stride, int frames, int64_t frame, bint dark
    ) noexcept nogil
    cdef void _touch_lane(self, int i, float* lane, int frames, int64_t frame, double* gates) noexcept nogil
