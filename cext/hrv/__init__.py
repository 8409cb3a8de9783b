"""Heart-rate variability: intervals between beats flow in, named figures flow out.

`figures` takes a series of any length, `Sliding` follows a heart beat by beat; both give the same names, each
with its unit at the end, and None where too little is known. Single figures stand beside them.
"""

from cext.hrv.complexity import dfa, sample_entropy
from cext.hrv.geometry import geometric
from cext.hrv.sliding import Sliding
from cext.hrv.times import mean_hr, pnn50, rmssd, sdnn, sort_out, time_domain
from cext.hrv.waves import frequency_domain, lomb, welch
from cext.hrv.whole import figures

__all__ = [
    "Sliding",
    "dfa",
    "figures",
    "frequency_domain",
    "geometric",
    "lomb",
    "mean_hr",
    "pnn50",
    "rmssd",
    "sample_entropy",
    "sdnn",
    "sort_out",
    "time_domain",
    "welch",
]
