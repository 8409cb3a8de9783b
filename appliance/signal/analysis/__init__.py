"""A recording from end to end: the streams of a file flow in; figures, beats or a picture flow out.

`run` sends them through the same chain as live, a second at a time, so that a day needs no more memory than
an hour. `figures` is what `--json` prints, `comparison` holds the beats against marked ones, `picture` draws.
"""

from appliance.signal.analysis.comparing import Comparison, compare
from appliance.signal.analysis.figures import figures, in_words
from appliance.signal.analysis.running import Analysis, run

__all__ = ["Analysis", "Comparison", "compare", "figures", "in_words", "run"]
