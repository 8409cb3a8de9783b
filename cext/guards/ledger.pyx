# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What was limited, how often, when and why."""

from libc.stdint cimport int64_t

from cext.limits import REASONS_TO_LIMIT


cdef class Ledger:
    """Counts each reason to limit, with the first and the last frame it happened."""

    def __init__(self):
        cdef int i
        if len(REASONS_TO_LIMIT) != REASONS:
            raise RuntimeError("the reasons of cext/limits.py and cext/guards/ledger.pxd differ; rebuild")
        for i in range(REASONS):
            self.first[i] = self.last[i] = -1

    def entries(self):
        """Every reason that was needed; frames of the one clock."""
        return {
            name: {
                "count": self.count[i],
                "first_frame": self.first[i],
                "last_frame": self.last[i],
                "why": why,
            }
            for i, (name, why) in enumerate(REASONS_TO_LIMIT)
            if self.count[i]
        }

    cdef void note(self, int reason, int64_t frame) noexcept nogil:
        if self.count[reason] == 0:
            self.first[reason] = frame
        self.count[reason] += 1
        self.last[reason] = frame
