# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False, auto_pickle=False
"""An amplifier and the box it speaks through.

Two stages that clip softly, the second after the first has leaned to one side; a tone control; and a
loudspeaker as an impulse response, drawn here for three cabinets or taken from the listener. The box answers
a tick later, because it is convolved a tick at a time.
Sources: J. Pakarinen and D. T. Yeh, Computer Music Journal 33 (2009) 85 (stages and tone); W. G. Gardner,
JAES 43 (1995) 127 (convolution in partitions).
"""

import numpy as np

from libc.string cimport memcmp, memcpy, memset

from cext cimport _simd  # no-cython-lint: its macro is in the prototypes below
from cext._types cimport RAMP, TICK
from cext.effects.distortion cimport _shapes  # no-cython-lint: its curve is in the loop below
from cext.effects.distortion._oversample cimport Over
from cext.effects.distortion._shaped cimport Shaped, padded_to
from cext.effects.filters._section cimport section_aim, section_clear, section_run
from cext.effects.filters._shapes cimport HIGH_SHELF, HIGHPASS, LOW_SHELF, PEAK, shaped, state_space
from cext.effects.reverbs._partitions cimport Partitions

from cext.effects.distortion._cabinets import CABINETS, SECONDS, impulse as drawn
from cext.parameters import Parameter, switch, unknown

cdef extern from *:
    """
    ECHOEL_CLONES static void echoel_amplify(echoel_over *o, const float *restrict drive, int padded) {
        for (int ear = 0; ear < 2; ear++)
            for (int p = 0; p < o->factor; p++) {
                const float *in = o->wide[ear][p];
                float *restrict out = o->back[ear][p];
                /* The first stage rests at 0.25, where tanh is 0.2449187. */
                for (int j = 0; j < padded; j++)
                    out[j] = echoel_tanh(1.5f * (echoel_tanh(drive[j] * in[j] + 0.25f) - 0.2449187f));
            }
    }
    """
    void _amplify "echoel_amplify"(Over* over, const float* drive, int padded) noexcept nogil

cdef enum:
    DRIVE, BASS, MIDDLE, TREBLE, CABINET

cdef int OWN = 3
cdef int NONE = 4
_LONGEST_S = 0.5
cdef double _DRAWN_S = SECONDS


cdef class AmpCabinet(Shaped):
    """A guitar amplifier turned up, and a loudspeaker in front of it."""

    SOURCE = "J. Pakarinen and D. T. Yeh, Computer Music Journal 33 (2009) 85"
    TAKES = {"impulse": "impulse response of a cabinet at the effect's rate, up to half a second"}
    PARAMETERS = (
        Parameter("drive_db", "dB", 0.0, 60.0, 24.0),
        Parameter("bass_db", "dB", -15.0, 15.0, 0.0),
        Parameter("middle_db", "dB", -15.0, 15.0, 0.0),
        Parameter("treble_db", "dB", -15.0, 15.0, 0.0),
        switch("cabinet", *CABINETS, "own", "none"),
        Parameter("level_db", "dB", -40.0, 12.0, -6.0),
    )

    def __init__(self, double rate_hz=48_000.0, impulse=None, **values):
        super().__init__(rate_hz, **values)
        frames = int(_LONGEST_S * rate_hz)
        self.impulses = np.zeros((len(CABINETS) + 1, 2, frames), dtype=np.float32)
        for row, name in enumerate(CABINETS):
            taps = drawn(name, rate_hz)
            np.asarray(self.impulses)[row, :, : len(taps)] = taps
        self.impulses[OWN, 0, 0] = self.impulses[OWN, 1, 0] = 1.0
        self.own_frames = 1
        self.is_own_mono = True
        self.box = Partitions(frames)
        self.blocks_dc = True
        self.raise_rate(8)
        self.delays(self.raised.latency_frames + TICK)
        if impulse is not None:
            self.take("impulse", impulse)

    def take(self, str name, sound not None):
        """Speak through this cabinet: float32, shape (2, frames), and turn `cabinet` to `own`.

        Raises ValueError for another name or shape. Not for the audio thread.
        """
        if name not in self.TAKES:
            raise unknown("file to take called", name, list(self.TAKES))
        rows = np.asarray(sound, dtype=np.float32)
        longest = self.impulses.shape[2]
        if rows.ndim != 2 or rows.shape[0] != 2 or not 0 < rows.shape[1] <= longest:
            raise ValueError(f"an impulse has 2 rows and 1 to {longest} frames, not the shape {rows.shape}")
        if not np.isfinite(rows).all():
            raise ValueError("an impulse has only finite samples")
        own = np.asarray(self.impulses)[OWN]
        own[:] = 0.0
        own[:, : rows.shape[1]] = rows
        self.own_frames = rows.shape[1]
        self.is_own_mono = np.array_equal(rows[0], rows[1])
        self.known_box = -1
        self.set("cabinet", "own")

    cdef void prepare(self) noexcept nogil:
        cdef double[9] goal
        cdef long frames
        cdef int box = <int> self.end[CABINET]
        Shaped.prepare(self)
        state_space(shaped(HIGHPASS, 70.0, 0.0, 0.7071067811865476, self.rate_hz), goal)
        section_aim(&self.coupling, goal)
        state_space(shaped(LOW_SHELF, 150.0, self.end[BASS], 0.7071067811865476, self.rate_hz), goal)
        section_aim(&self.tone[0], goal)
        state_space(shaped(PEAK, 650.0, self.end[MIDDLE], 0.7, self.rate_hz), goal)
        section_aim(&self.tone[1], goal)
        state_space(shaped(HIGH_SHELF, 2_500.0, self.end[TREBLE], 0.7071067811865476, self.rate_hz), goal)
        section_aim(&self.tone[2], goal)
        if box != self.known_box:
            self.known_box = box
            self.is_mono = self.is_own_mono or box != OWN
            if box != NONE:
                frames = self.own_frames if box == OWN else <long> (_DRAWN_S * self.rate_hz)
                self.box.load(&self.impulses[box, 0, 0], &self.impulses[box, 1, 0], frames)

    cdef void bend(self, Over* over, int first, int frames) noexcept nogil:
        cdef float drive[80]
        self.ramp_db(drive, DRIVE, first, frames)
        _amplify(over, drive, padded_to(frames))

    cdef void finish(self, float* left, float* right, int first, int frames) noexcept nogil:
        cdef int i
        section_run(&self.coupling, left, right, left, right, RAMP, first, frames)
        for i in range(3):
            section_run(&self.tone[i], left, right, left, right, RAMP, first, frames)
        memcpy(&self.coming[0][first], left, frames * sizeof(float))
        memcpy(&self.coming[1][first], right, frames * sizeof(float))
        memcpy(left, &self.ready[0][first], frames * sizeof(float))
        memcpy(right, &self.ready[1][first], frames * sizeof(float))
        if first + frames < TICK:
            return
        if self.known_box == NONE:
            memcpy(self.ready, self.coming, sizeof(self.ready))
            return
        memset(self.ready, 0, sizeof(self.ready))
        self.box.push(self.coming[0], self.coming[1], self.ready[0], self.ready[1])
        # One transform serves both ears and rounds them differently: what is the same stays the same.
        self.alike += TICK
        if memcmp(self.coming[0], self.coming[1], sizeof(self.coming[0])) != 0:
            self.alike = 0
        if self.is_mono and self.alike > self.impulses.shape[2] + TICK:
            memcpy(self.ready[1], self.ready[0], sizeof(self.ready[0]))

    cdef void clear(self) noexcept nogil:
        cdef int i
        Shaped.clear(self)
        section_clear(&self.coupling)
        for i in range(3):
            section_clear(&self.tone[i])
        self.box.clear()
        self.known_box = -1
        self.alike = 2 * self.impulses.shape[2]      # silence is the same
        memset(self.coming, 0, sizeof(self.coming))
        memset(self.ready, 0, sizeof(self.ready))
