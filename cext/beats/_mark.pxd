"""Where exactly a beat is marked: the same summit of every beat, between samples.

A lead may show R upwards, or S downwards, or twin summits alike. Marking now one and now the other would
look like variability. So a portrait of the usual beat is kept; laid over a beat it says where the mark
belongs, and the nearest summit there is taken. A beat unlike the portrait (an ectopic one, or a first one) is
marked at its largest departure instead, in the way and at the place beats of this lead usually have it.
"""

from libc.math cimport fabs

from cext.beats._shapes cimport Likeness, Shapes, learn_shape, likeness
from cext.beats.intake cimport FINE

# How beats usually point, and how far behind the middle of their energy the summit lies.
cdef struct Way:
    double usual_up
    double usual_down
    double lag_up
    double lag_down
    bint points_down
    bint has_up
    bint has_down

cdef struct Portrait:
    Shapes shapes
    bint is_drawn
    bint is_placed
    bint points_down
    double place        # from its first sample to the mark, fine samples
    long long first     # where it lies on the beat at hand
    int strangers


cdef inline double nearness(double lag, double usual, bint is_known, int around) noexcept nogil:
    """Favour the place where R usually lies."""
    return 1.0 - 0.3 * min(1.0, fabs(lag - usual) / around * 2.0) if is_known else 1.0


cdef inline bint is_downward(Way* way, double up, double down, bint is_final) noexcept nogil:
    """Whether this beat is marked at its lowest point."""
    # How much larger one way must be to be the usual one, and the other way to be this beat's after all.
    cdef double turned = 1.3, unlike = 1.6
    if is_final:
        if way.usual_up == 0.0 and way.usual_down == 0.0:
            way.usual_up = up
            way.usual_down = down
        way.usual_up += 0.1 * (up - way.usual_up)
        way.usual_down += 0.1 * (down - way.usual_down)
        if way.points_down:
            way.points_down = way.usual_up <= turned * way.usual_down
        else:
            way.points_down = way.usual_down > turned * way.usual_up
    if way.points_down:
        return not (up > down and up * way.usual_down > unlike * down * way.usual_up)
    return down > up and down * way.usual_up > unlike * up * way.usual_down


cdef inline void remember_lag(Way* way, bint is_down, double lag) noexcept nogil:
    """Bring up to date where the summit lies."""
    if is_down:
        way.lag_down += (0.1 if way.has_down else 1.0) * (lag - way.lag_down)
        way.has_down = True
    else:
        way.lag_up += (0.1 if way.has_up else 1.0) * (lag - way.lag_up)
        way.has_up = True


cdef inline bint foresee(Portrait* portrait, const double* wave, int mask, long long first,
                         int pairing) noexcept nogil:
    """Lay the portrait of the usual beat over this one; if they are alike, it says where the mark is.

    first: where the portrait is expected to begin in `wave`, whose samples are `pairing` fine ones each.
    """
    # From which likeness it says so and it learns; after how many unlike beats in a row it is drawn anew.
    cdef double known = 0.6, learnt = 0.8
    cdef int strangers = 8
    cdef Likeness found
    if portrait.is_drawn:
        found = likeness(&portrait.shapes, wave, mask, first)
        if found.best > known:
            portrait.strangers = 0
            first += found.lag
            if found.best > learnt:
                learn_shape(&portrait.shapes.shape[0], portrait.shapes.span, wave, mask, first, 0.05)
            portrait.first = first * pairing
            return portrait.is_placed
        portrait.strangers += 1
        if portrait.strangers < strangers:
            return False
    learn_shape(&portrait.shapes.shape[0], portrait.shapes.span, wave, mask, first, 1.0)
    portrait.shapes.shape[0].weight = 1.0
    portrait.first = first * pairing
    portrait.is_drawn = True
    portrait.is_placed = False
    portrait.strangers = 0
    return False


cdef inline double smooth(const double* raw, long long i) noexcept nogil:
    """The signal with its neighbours' help."""
    return 0.25 * (raw[(i - 1) & (FINE - 1)] + 2.0 * raw[i & (FINE - 1)] + raw[(i + 1) & (FINE - 1)])


cdef inline long long climb(const double* raw, long long best, double sign, long long first,
                            long long last) noexcept nogil:
    """Up to the summit, or down to the dale, that this slope leads to."""
    while best < last and sign * smooth(raw, best + 1) > sign * smooth(raw, best):
        best += 1
    while best > first and sign * smooth(raw, best - 1) > sign * smooth(raw, best):
        best -= 1
    return best


cdef inline double summit(const double* raw, long long best) noexcept nogil:
    """The top of the parabola through a summit and its neighbours."""
    cdef double before = smooth(raw, best - 1), after = smooth(raw, best + 1)
    cdef double bend = before - 2.0 * smooth(raw, best) + after
    if bend == 0.0 or fabs(before - after) > 2.0 * fabs(bend):
        return best
    return best + 0.5 * (before - after) / bend
