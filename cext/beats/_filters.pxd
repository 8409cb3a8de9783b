"""Inline filters shared by the beat detectors: second-order sections and a running mean.

Sections are Butterworth, by the bilinear transform with prewarping (Oppenheim and Schafer, ch. 7), in
transposed direct form II. All state lives in plain structs, so a detector owns it without the interpreter.
"""

from libc.math cimport M_PI, sqrt, tan


cdef struct Section:
    double b0
    double b1
    double b2
    double a1
    double a2
    double z1
    double z2


cdef inline void lowpass(Section* s, double cutoff_hz, double rate_hz) noexcept nogil:
    """Second-order Butterworth low-pass; a cut-off near Nyquist is pulled below it."""
    cdef double k = tan(M_PI * min(cutoff_hz, 0.45 * rate_hz) / rate_hz)
    cdef double norm = 1.0 / (1.0 + sqrt(2.0) * k + k * k)
    s.b0 = k * k * norm
    s.b1 = 2.0 * s.b0
    s.b2 = s.b0
    s.a1 = 2.0 * (k * k - 1.0) * norm
    s.a2 = (1.0 - sqrt(2.0) * k + k * k) * norm
    s.z1 = 0.0
    s.z2 = 0.0


cdef inline void highpass(Section* s, double cutoff_hz, double rate_hz) noexcept nogil:
    """Second-order Butterworth high-pass."""
    cdef double k = tan(M_PI * min(cutoff_hz, 0.45 * rate_hz) / rate_hz)
    cdef double norm = 1.0 / (1.0 + sqrt(2.0) * k + k * k)
    s.b0 = norm
    s.b1 = -2.0 * norm
    s.b2 = norm
    s.a1 = 2.0 * (k * k - 1.0) * norm
    s.a2 = (1.0 - sqrt(2.0) * k + k * k) * norm
    s.z1 = 0.0
    s.z2 = 0.0


cdef inline double step(Section* s, double x) noexcept nogil:
    """One sample in, one sample out."""
    cdef double y = s.b0 * x + s.z1
    s.z1 = s.b1 * x - s.a1 * y + s.z2
    s.z2 = s.b2 * x - s.a2 * y
    return y


cdef inline double settle(Section* s, double x) noexcept nogil:
    """Pretend that the input has been `x` forever, so that a start makes no step; returns the output."""
    cdef double y = x * (s.b0 + s.b1 + s.b2) / (1.0 + s.a1 + s.a2)
    s.z2 = s.b2 * x - s.a2 * y
    s.z1 = s.b1 * x - s.a1 * y + s.z2
    return y
