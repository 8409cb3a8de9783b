# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""Where sounds stand, by four numbers: how much of each ear goes to each ear.

Panning, middle and side, swapped wires and a turned sound field are all the same small matrix; it glides in
straight lines from tick to tick.
Sources: J. Eargle, The Microphone Book (pan laws of -3, -4.5 and -6 dB); A. D. Blumlein, British patent
394325 (1931), middle and side; J. Daniel, Representation de champs acoustiques (2000), and the AmbiX
convention (Nachbar et al., 2011) for first-order fields, their rotation, and cardioids that listen to them.
"""

from libc.math cimport M_PI, M_SQRT2, cos, pow, sin
from libc.stdint cimport uint64_t

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport RAMP, TICK, turn_of
from cext.parts cimport Effect

from cext.parameters import Parameter, switch

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_place(
            float *restrict left, float *restrict right, const float *restrict ramp,
            const float *from, const float *step, int moves, int frames) {
        float a = from[0], b = from[1], c = from[2], d = from[3];
        if (!moves && b == 0.0f && c == 0.0f) {
            for (int j = 0; j < frames; j++) { left[j] *= a; right[j] *= d; }
            return;
        }
        if (!moves) {
            for (int j = 0; j < frames; j++) {
                float l = left[j], r = right[j];
                left[j] = a * l + b * r;
                right[j] = d * r + c * l;
            }
            return;
        }
        for (int j = 0; j < frames; j++) {
            float l = left[j], r = right[j], at = ramp[j];
            left[j] = (a + step[0] * at) * l + (b + step[1] * at) * r;
            right[j] = (d + step[3] * at) * r + (c + step[2] * at) * l;
        }
    }
    """
    void _place "echoel_place"(
        float* left, float* right, const float* ramp, const float* begin, const float* step, bint moves,
        int frames
    ) noexcept nogil


cdef class Placing(Effect):
    """An effect that is four numbers."""

    cdef void place(self, const double* value, double* out) noexcept nogil:
        # From the values of the parameters to the matrix, row by row.
        pass

    cdef void prepare(self) noexcept nogil:
        cdef int i
        if self.has_begun and not self.is_moving and not self.moves:
            return
        for i in range(4):
            self.before[i] = self.after[i]
        self.place(self.end, self.after)
        if not self.has_begun:
            self.has_begun = True
            self.place(self.begin, self.before)
        self.moves = False
        for i in range(4):
            self.now[i] = <float> self.before[i]
            self.change[i] = <float> ((self.after[i] - self.before[i]) / TICK)
            self.moves = self.moves or self.change[i] != 0.0

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        _place(left, right, RAMP + first, self.now, self.change, self.moves, frames)

    cdef void clear(self) noexcept nogil:
        self.has_begun = False


cdef class Pan(Placing):
    """Left or right: as a balance of both ears, or as one sound put in its place."""

    SOURCE = "J. Eargle, The Microphone Book (pan laws)"
    SPREADS = True
    NEUTRAL = {"pan": 0.0}
    PARAMETERS = (
        Parameter("pan", "", -1.0, 1.0, 0.4),
        switch("law", "-3 dB", "-4.5 dB", "-6 dB"),
        switch("mode", "balance", "place"),
    )

    cdef void place(self, const double* value, double* out) noexcept nogil:
        # Against the middle, where both are 1: the law says how far one ear alone would be above it.
        cdef double turn = 0.25 * M_PI * (value[0] + 1.0), power = 1.0 + 0.5 * value[1]
        cdef double left = pow(M_SQRT2 * max(cos(turn), 0.0), power)
        cdef double right = pow(M_SQRT2 * max(sin(turn), 0.0), power)
        cdef bint is_one = value[2] > 0.5
        out[0] = 0.5 * left if is_one else left
        out[1] = 0.5 * left if is_one else 0.0
        out[2] = 0.5 * right if is_one else 0.0
        out[3] = 0.5 * right if is_one else right


cdef class MidSide(Placing):
    """What is in the middle and what is at the sides, each with its own level, or each in its own ear."""

    SOURCE = "A. D. Blumlein, British patent 394325 (1931)"
    NEUTRAL = {"mid_db": 0.0, "side_db": 0.0}
    PARAMETERS = (
        Parameter("mid_db", "dB", -60.0, 12.0, 0.0),
        Parameter("side_db", "dB", -60.0, 12.0, 3.0),
        switch("mode", "levels", "encode", "decode"),
    )

    cdef void place(self, const double* value, double* out) noexcept nogil:
        cdef double mid = pow(10.0, value[0] / 20.0), side = pow(10.0, value[1] / 20.0)
        if value[2] < 0.5:
            out[0] = out[3] = 0.5 * (mid + side)
            out[1] = out[2] = 0.5 * (mid - side)
        elif value[2] < 1.5:
            out[0] = out[1] = 0.5 * mid
            out[2] = 0.5 * side
            out[3] = -0.5 * side
        else:
            out[0] = out[2] = mid
            out[1] = side
            out[3] = -side


cdef class ChannelTools(Placing):
    """Wires: swapped, summed, one for both, turned upside down."""

    SOURCE = "a matrix of ones and noughts"
    NEUTRAL = {"route": "stereo"}
    PARAMETERS = (
        switch("route", "swap", "stereo", "mono", "left", "right"),
        switch("left_polarity", "normal", "inverted"),
        switch("right_polarity", "normal", "inverted"),
        Parameter("left_db", "dB", -60.0, 12.0, 0.0),
        Parameter("right_db", "dB", -60.0, 12.0, 0.0),
    )

    cdef void place(self, const double* value, double* out) noexcept nogil:
        cdef int route = <int> value[0]
        cdef double left = pow(10.0, value[3] / 20.0) * (1.0 - 2.0 * value[1])
        cdef double right = pow(10.0, value[4] / 20.0) * (1.0 - 2.0 * value[2])
        cdef double[5] straight = [0.0, 1.0, 0.5, 1.0, 0.0]      # swap, stereo, mono, left, right
        cdef double[5] across = [1.0, 0.0, 0.5, 0.0, 1.0]
        out[0] = left * straight[route]
        out[1] = left * across[route]
        out[2] = right * (across[route] if route < 3 else straight[route])
        out[3] = right * (straight[route] if route < 3 else across[route])


cdef class AmbisonicRotate(Placing):
    """The whole sound field turned around the listener, or spinning."""

    SOURCE = "J. Daniel, Representation de champs acoustiques (2000); AmbiX (2011), first order"
    SPREADS = True
    NEUTRAL = {"yaw_deg": 0.0, "spread_deg": 90.0}
    PARAMETERS = (
        Parameter("yaw_deg", "deg", -180.0, 180.0, 40.0),
        Parameter("pitch_deg", "deg", -90.0, 90.0, 0.0),
        Parameter("roll_deg", "deg", -180.0, 180.0, 0.0),
        Parameter("spread_deg", "deg", 0.0, 90.0, 60.0),
        Parameter("spin_hz", "Hz", -2.0, 2.0, 0.0),
    )

    cdef void prepare(self) noexcept nogil:
        cdef double cycles = TICK * self.end[4] / self.rate_hz
        if cycles != 0.0:
            self.turned += turn_of(cycles) if cycles > 0.0 else <uint64_t> 0 - turn_of(-cycles)
            self.moves = True
        Placing.prepare(self)

    cdef void place(self, const double* value, double* out) noexcept nogil:
        # The ears' sounds stand `spread` left and right of the front. Of the turned field only W and Y reach
        # two cardioids that look to the sides; Y comes from the row y of Rz(yaw) Ry(pitch) Rx(roll).
        cdef double turn = M_PI / 180.0
        cdef double yaw = turn * value[0] + 2.0 * M_PI * (self.turned / 18446744073709551616.0)
        cdef double pitch = turn * value[1], roll = turn * value[2], spread = turn * value[3]
        cdef double ahead = sin(yaw) * cos(pitch) * cos(spread)
        cdef double aside = (sin(yaw) * sin(pitch) * sin(roll) + cos(yaw) * cos(roll)) * sin(spread)
        out[0] = 0.5 * (1.0 + ahead + aside)
        out[1] = 0.5 * (1.0 + ahead - aside)
        out[2] = 0.5 * (1.0 - ahead - aside)
        out[3] = 0.5 * (1.0 - ahead + aside)

    cdef void clear(self) noexcept nogil:
        Placing.clear(self)
        self.turned = 0
