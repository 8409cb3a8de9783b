"""Frames to features: raw samples of the sensors flow in, beats, intervals and their figures flow out.

`SignalChain` is the one way through, live and for a recording: detection (`cext.beats`), correction of
intervals, variability, coherence, breath from all there is, and what stands `beside` the heart: skin,
movement, temperature, brain; a quality 0..1 goes with all of it. Each file names its paper.
"""

from appliance.signal.chain import SignalChain

__all__ = ["SignalChain"]
