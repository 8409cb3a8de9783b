"""What this wearer's beats look like: shapes learnt from beats, and how like them a stretch of signal is.

A shape has mean 0 and length 1, so its product with a stretch of signal that is treated alike is their
correlation. A stretch is looked at with a little slack to either side, all lags in one pass.
"""

from libc.math cimport sqrt

cdef enum:
    SHAPES = 3
    SHAPE_SPAN = 48
    LAGS = 32

cdef struct Shape:
    double[SHAPE_SPAN] values
    double weight

cdef struct Shapes:
    Shape[SHAPES] shape
    int span
    int slack

cdef struct Likeness:
    double best       # correlation, -1..1
    int which         # shape that fits best; -1 when none is known
    int lag           # samples from where it was expected to where it fits


cdef inline Likeness likeness(const Shapes* shapes, const double* ring, int mask,
                              long long first) noexcept nogil:
    """The best correlation with a known shape near `first`."""
    cdef double[SHAPE_SPAN + LAGS] part
    cdef double[LAGS] dot, norm
    cdef double total = 0.0, square = 0.0, v
    cdef int s, i, j, span = shapes.span, lags = 2 * shapes.slack + 1
    cdef Likeness found
    found.best = -1.0
    found.which = -1
    found.lag = 0
    for i in range(span + lags - 1):
        part[i] = ring[(first - shapes.slack + i) & mask]
    for i in range(span):
        total += part[i]
        square += part[i] * part[i]
    for j in range(lags):
        v = square - total * total / span
        norm[j] = 1.0 / sqrt(v) if v > 1e-9 * square else 0.0
        if j + 1 < lags:
            total += part[j + span] - part[j]
            square += part[j + span] * part[j + span] - part[j] * part[j]
    for s in range(SHAPES):
        if shapes.shape[s].weight <= 0.0:
            continue
        for j in range(lags):
            dot[j] = 0.0
        for i in range(span):
            v = shapes.shape[s].values[i]
            for j in range(lags):
                dot[j] += v * part[i + j]
        for j in range(lags):
            if dot[j] * norm[j] > found.best:
                found.best = dot[j] * norm[j]
                found.which = s
                found.lag = j - shapes.slack
    return found


cdef inline void learn_shape(Shape* shape, int span, const double* ring, int mask, long long first,
                             double share) noexcept nogil:
    """Blend a stretch of signal into a shape."""
    cdef double[SHAPE_SPAN] fresh
    cdef double total = 0.0, square = 0.0, scale
    cdef int i
    for i in range(span):
        fresh[i] = ring[(first + i) & mask]
        total += fresh[i]
    total /= span
    for i in range(span):
        fresh[i] -= total
        square += fresh[i] * fresh[i]
    if square <= 0.0:
        return
    scale = share / sqrt(square)
    square = 0.0
    for i in range(span):
        shape.values[i] = (1.0 - share) * shape.values[i] + scale * fresh[i]
        square += shape.values[i] * shape.values[i]
    scale = 1.0 / sqrt(square) if square > 0.0 else 0.0
    for i in range(span):
        shape.values[i] *= scale
