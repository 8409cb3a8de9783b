# One repeating echo: a delay line whose time slides, and a loop that dulls.
#
# At rest the time is a whole number of frames, so an echo that goes round a hundred times is as clear as the
# first. A new time is reached as on tape, by at most half a frame a frame: the pitch bends, nothing clicks.

from libc.math cimport M_PI, exp, floor
from libc.stdint cimport int64_t
from libc.string cimport memset

from cext._types cimport TICK, clamp
from cext.effects.delays._line cimport Course, course_fit, line_keep, line_read

cdef extern from *:
    """
    typedef double echoel_ears __attribute__((vector_size(16)));
    /* A one-pole low-pass on both ears; the sound may be dulled where it stands. */
    static inline void echoel_dull(
            float *left, float *right, const float *from_left, const float *from_right,
            double *state, double share, double step, int frames) {
        echoel_ears s = {state[0], state[1]};
        for (int j = 0; j < frames; j++) {
            echoel_ears in = {from_left[j], from_right[j]};
            double now = share + step * j;
            s = (1.0 - now) * s + now * in;              /* the state waits for one product and one sum */
            left[j] = (float)s[0];
            right[j] = (float)s[1];
        }
        state[0] = s[0]; state[1] = s[1];
    }
    """
    void dull "echoel_dull"(
        float* left, float* right, const float* from_left, const float* from_right,
        double* state, double share, double step, int frames
    ) noexcept nogil


cdef struct Echo:
    float* row[2]
    int64_t mask
    int64_t clock
    double begin           # frames late at the first frame of the tick
    double end
    Course way
    double dulled[2]
    double share           # of the one-pole: 1 lets everything through
    double share_end
    double cut_hz
    bint is_fresh


cdef inline void echo_clear(Echo* echo) noexcept nogil:
    memset(echo.row[0], 0, (echo.row[1] - echo.row[0]) * 2 * sizeof(float))
    echo.clock = 0
    echo.dulled[0] = echo.dulled[1] = 0.0
    echo.is_fresh = True


cdef inline void echo_aim(Echo* echo, double goal, bint is_gliding) noexcept nogil:
    # Once a tick: slide towards this many frames, whole ones as soon as nobody turns the knob any more.
    cdef double target = goal if is_gliding else floor(goal + 0.5)
    cdef double slide
    if echo.is_fresh:
        echo.end = target
    echo.begin = echo.end
    slide = clamp(target - echo.end, -0.5 * TICK, 0.5 * TICK)
    echo.end += slide
    course_fit(&echo.way, echo.begin, echo.end, slide, slide)


cdef inline void echo_cut(Echo* echo, double cut_hz, double rate_hz) noexcept nogil:
    # Once a tick, after echo_aim: how dull the loop is. From 20 kHz upwards it is not.
    cdef int ear
    for ear in range(2):
        # What fades for ever ends here, 400 dB down.
        if -1e-20 < echo.dulled[ear] < 1e-20:
            echo.dulled[ear] = 0.0
    echo.share = echo.share_end
    if cut_hz != echo.cut_hz or echo.is_fresh:
        echo.cut_hz = cut_hz
        echo.share_end = 1.0 if cut_hz >= 20_000.0 else 1.0 - exp(-2.0 * M_PI * cut_hz / rate_hz)
    if echo.is_fresh:
        echo.share = echo.share_end
    echo.is_fresh = False


cdef inline int echo_stretch(Echo* echo, int frames) noexcept nogil:
    # How many frames can be heard before the first of them must have been kept.
    cdef int most = <int> echo.begin if echo.begin == echo.end else echo.way.least - 2
    return min(frames, max(most, 1))


cdef inline void echo_hear(
    Echo* echo, const float** heard, float* left, float* right, int first, int frames
) noexcept nogil:
    # Where the two ears' echoes stand: in the line itself, or in the caller's rooms (of a tick and eight).
    cdef int ear
    cdef double share_step = (echo.share_end - echo.share) / TICK
    cdef float* room
    for ear in range(2):
        if echo.begin == echo.end:
            heard[ear] = echo.row[ear] + ((echo.clock - <int64_t> echo.begin) & echo.mask)
        else:
            room = right if ear else left
            memset(room, 0, (TICK + 8) * sizeof(float))
            line_read(room, echo.row[ear], echo.mask, echo.clock, &echo.way, 1.0, 0.0, first, frames)
            heard[ear] = room
    if echo.share != 1.0 or echo.share_end != 1.0:
        dull(
            left, right, heard[0], heard[1], echo.dulled, echo.share + share_step * first, share_step, frames
        )
        heard[0] = left
        heard[1] = right


cdef inline void echo_keep(Echo* echo, const float* left, const float* right, int frames) noexcept nogil:
    line_keep(echo.row[0], echo.mask, echo.clock, left, frames)
    line_keep(echo.row[1], echo.mask, echo.clock, right, frames)
    echo.clock += frames
