"""Which of many doubtful peaks are the heart: the row that fits their looks and the rhythm best.

In noise a single peak proves little, but a heart keeps time. Every candidate has a score, every step from one
to the next a price that grows as it departs from the usual interval; the best row is found by dynamic
programming (Viterbi, IEEE Trans Inf Theory 13 (1967) 260). The bench begins with the last certain beat.
"""

from libc.math cimport fabs, log

cdef enum:
    BENCH = 48

cdef struct Juror:
    double height
    double score
    double total
    long long at
    int before

cdef struct Jury:
    Juror[BENCH] bench
    int count

cdef struct Habit:
    double interval    # the usual interval, samples
    double width       # how far (as a logarithm) a step may depart from it before it costs all it can
    double price       # what such a step costs
    long long nearest  # two beats are never closer


cdef inline void swear(Jury* jury, long long at) noexcept nogil:
    """Begin anew with a beat that is certain."""
    jury.count = 1
    jury.bench[0].at = at
    jury.bench[0].height = jury.bench[0].total = 0.0
    jury.bench[0].before = -1


cdef inline void hear(Jury* jury, double height, double score, long long at,
                      const Habit* habit) noexcept nogil:
    """Take one more candidate and find its best way back; one too near to any beat is not heard."""
    cdef int i, best = -1
    cdef double total, most = 0.0
    cdef Juror* one
    if jury.count >= BENCH:
        return
    for i in range(jury.count):
        if at - jury.bench[i].at < habit.nearest:
            break
        total = fabs(log((at - jury.bench[i].at) / habit.interval)) / habit.width
        total = jury.bench[i].total - habit.price * min(1.0, total)
        if best < 0 or total > most:
            most = total
            best = i
    if best < 0:
        return
    one = &jury.bench[jury.count]
    one.height = height
    one.score = score
    one.at = at
    one.before = best
    one.total = most + score
    jury.count += 1


cdef inline int verdict(const Jury* jury) noexcept nogil:
    """The first beat after the certain one on the best row; 0 while there is none."""
    cdef int i, best = 0
    for i in range(1, jury.count):
        if jury.bench[i].total > jury.bench[best].total:
            best = i
    while best > 0 and jury.bench[best].before > 0:
        best = jury.bench[best].before
    return best


cdef inline void dismiss(Jury* jury, int chosen, const Habit* habit) noexcept nogil:
    """Make the chosen one the certain beat, forget what came before it and hear the rest again."""
    cdef int i, count = jury.count
    swear(jury, jury.bench[chosen].at)
    for i in range(chosen + 1, count):
        hear(jury, jury.bench[i].height, jury.bench[i].score, jury.bench[i].at, habit)
