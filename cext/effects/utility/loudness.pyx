# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The meters of cext.loudness as effects: in a chain they read what passes and leave it as it is."""

from cext.loudness cimport Meter
from cext.parts cimport Effect


cdef class LoudnessMeter(Effect):
    """Shows how loud a sound is to the ear: now, over three seconds, and on the whole."""

    SOURCE = "ITU-R BS.1770-4, EBU Tech 3341 and 3342"
    NEUTRAL: dict = {}
    PARAMETERS = ()

    def __init__(self, double rate_hz=48_000.0, **values):
        self.meter = Meter(rate_hz, 2, has_peaks=False)
        super().__init__(rate_hz, **values)

    def readings(self):
        """Loudness over 0.4 s, over 3 s, on the whole (gated), its highest values and its range."""
        return {
            "momentary_lufs": self.meter.momentary_lufs,
            "short_lufs": self.meter.short_lufs,
            "integrated_lufs": self.meter.integrated_lufs,
            "momentary_max_lufs": self.meter.momentary_max,
            "short_max_lufs": self.meter.short_max,
            "range_lu": self.meter.range_lu,
        }

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        self.meter.run(<const char*> left, <const char*> right - <const char*> left, sizeof(float), frames)

    cdef void clear(self) noexcept nogil:
        self.meter.clear()


cdef class TruePeakMeter(Effect):
    """Shows how high the wave rises, also between its samples, where a converter will draw it."""

    SOURCE = "ITU-R BS.1770-4, annex 2"
    NEUTRAL: dict = {}
    PARAMETERS = ()

    def __init__(self, double rate_hz=48_000.0, **values):
        self.meter = Meter(rate_hz, 2)
        super().__init__(rate_hz, **values)

    def readings(self):
        """The highest so far: true_peak_dbtp, and peak_dbfs of the samples alone."""
        return {"true_peak_dbtp": self.meter.true_peak_dbtp, "peak_dbfs": self.meter.peak_dbfs}

    cdef void segment(self, float* left, float* right, int first, int frames) noexcept nogil:
        self.meter.run(<const char*> left, <const char*> right - <const char*> left, sizeof(float), frames)

    cdef void clear(self) noexcept nogil:
        self.meter.clear()
