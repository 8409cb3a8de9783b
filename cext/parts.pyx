# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What voices, effects and lanes share: parameters that glide, and time cut into ticks.

A tick is 64 frames, counted from the part's own first frame. At the start of a tick each parameter says
where it is and where it will be at the end; inside it moves evenly from sample to sample. Because ticks are
anchored to the frame count and not to the caller's blocks, one block of 512 gives the same bits as 512
blocks of one.
"""

from cpython.buffer cimport (
    PyBUF_C_CONTIGUOUS, PyBUF_FORMAT, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer,
)
from libc.math cimport pow
from libc.stdint cimport uint64_t
from libc.string cimport memset

from cext._types cimport TICK, flush_denormals, restore_denormals

from cext.parameters import checked, index_of

_OWN_GLIDE_S = 0.02  # long enough not to click, short enough to feel immediate


cdef class Part:
    """One voice, effect or lane, with a table of what can be turned on it."""

    PARAMETERS = ()

    def __init__(self, double rate_hz=48_000.0, **values):
        if not 8_000.0 <= rate_hz <= 192_000.0:
            raise ValueError(f"a rate of {rate_hz:g} Hz is outside 8000 to 192000 Hz")
        cdef int index
        self.rate_hz = rate_hz
        self.parameters = tuple(type(self).PARAMETERS)
        self.count = len(self.parameters)
        if self.count > MOST_PARAMETERS:
            raise ValueError(f"a part has at most {MOST_PARAMETERS} parameters")
        for index, row in enumerate(self.parameters):
            self.is_log[index] = row.curve == "log"
            self.snap(index, row.default)
        for name, value in values.items():
            index = index_of(name, self.parameters)
            self.snap(index, checked(self.parameters[index], value))

    def set(self, str name, double value):
        """Turn one parameter; it glides there in 20 ms. Raises ValueError."""
        cdef int index = index_of(name, self.parameters)
        self.aim(index, checked(self.parameters[index], value), _OWN_GLIDE_S)

    def get(self, str name):
        """Where one parameter is going."""
        cdef int index = index_of(name, self.parameters)
        return self.goal[index]

    def reset(self):
        """Forget everything heard so far; the parameters stay."""
        self.offset = 0
        self.clear()

    cdef void snap(self, int index, double value) noexcept nogil:
        self.begin[index] = self.end[index] = self.goal[index] = value
        self.step[index] = 0.0
        self.ticks_left[index] = 0

    cdef void aim(self, int index, double goal, double glide_s) noexcept nogil:
        cdef double ticks = glide_s * self.rate_hz / TICK + 0.5
        self.is_moving = True
        self.goal[index] = goal
        self.ticks_left[index] = 1 if ticks < 1.0 else <long> ticks

    cdef void next_tick(self) noexcept nogil:
        if self.is_moving:
            self._move()
        self.prepare()

    cdef void _move(self) noexcept nogil:
        cdef int i
        self.is_moving = False
        for i in range(self.count):
            self.begin[i] = self.end[i]
            if self.ticks_left[i] > 1:
                if self.is_log[i]:
                    self.end[i] = self.begin[i] * pow(self.goal[i] / self.begin[i], 1.0 / self.ticks_left[i])
                else:
                    self.end[i] = self.begin[i] + (self.goal[i] - self.begin[i]) / self.ticks_left[i]
                self.ticks_left[i] -= 1
            else:
                self.end[i] = self.goal[i]
                self.ticks_left[i] = 0
            self.step[i] = (self.end[i] - self.begin[i]) / TICK
            if self.step[i] != 0.0 or self.ticks_left[i] > 0:
                self.is_moving = True

    cdef void run(self, float* left, float* right, int frames) noexcept nogil:
        # A voice adds to what is there, an effect changes it in place.
        cdef int done = 0, part
        while done < frames:
            if self.offset == 0:
                self.next_tick()
            part = TICK - self.offset
            if part > frames - done:
                part = frames - done
            self.segment(left + done, right + done, self.offset, part)
            self.offset = (self.offset + part) % TICK
            done += part

    cdef void prepare(self) noexcept nogil:
        # Called once a tick, before its first segment: the place for coefficients.
        pass

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        # Frames first..first+frames of the present tick; never crosses its end.
        pass

    cdef void clear(self) noexcept nogil:
        # What a part remembers besides its parameters, back to the state of its first frame.
        pass


cdef class Voice(Part):
    """Something that sounds by itself."""

    def render(self, block not None):
        """Fill a block of shape (2, frames), float32, with the next frames of this voice."""
        cdef Py_buffer view
        cdef uint64_t mode
        hold(block, &view)
        with nogil:
            memset(view.buf, 0, view.len)
            mode = flush_denormals()
            self.run(<float*> view.buf, <float*> view.buf + view.shape[1], <int> view.shape[1])
            restore_denormals(mode)
        PyBuffer_Release(&view)


cdef class Effect(Part):
    """Something that changes a sound."""

    @property
    def latency_frames(self):
        """How many frames later the sound leaves than it came."""
        return 0

    def process(self, block not None):
        """Change a block of shape (2, frames), float32, in place."""
        cdef Py_buffer view
        cdef uint64_t mode
        hold(block, &view)
        with nogil:
            mode = flush_denormals()
            self.run(<float*> view.buf, <float*> view.buf + view.shape[1], <int> view.shape[1])
            restore_denormals(mode)
        PyBuffer_Release(&view)


cdef int hold(object block, Py_buffer* view) except -1:
    # The caller's two rows. By hand, because a typed memoryview costs as much as a tick of a voice.
    PyObject_GetBuffer(block, view, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | PyBUF_WRITABLE)
    if view.ndim == 2 and view.shape[0] == 2 and view.format[0] == b"f" and view.format[1] == 0:
        return 0
    shape, kind = [view.shape[i] for i in range(view.ndim)], view.format.decode()
    PyBuffer_Release(view)
    raise ValueError(f"a block has 2 rows of float32 ('f'), this one has the shape {shape} of {kind!r}")
