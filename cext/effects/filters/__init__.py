"""Tone: filters that take away, equalisers that shape, resonators that sing."""

EFFECTS = {
    "lowpass": "cext.effects.filters.sections:LowPass",
    "highpass": "cext.effects.filters.sections:HighPass",
    "bandpass": "cext.effects.filters.sections:BandPass",
    "notch": "cext.effects.filters.sections:Notch",
    "allpass": "cext.effects.filters.sections:AllPass",
    "peak": "cext.effects.filters.sections:Peak",
    "low_shelf": "cext.effects.filters.sections:LowShelf",
    "high_shelf": "cext.effects.filters.sections:HighShelf",
    "parametric_eq": "cext.effects.filters.parametric:ParametricEq",
    "graphic_eq": "cext.effects.filters.graphic:GraphicEq",
    "loudness_contour": "cext.effects.filters.graphic:LoudnessContour",
    "butterworth": "cext.effects.filters.orders:Butterworth",
    "chebyshev": "cext.effects.filters.orders:Chebyshev",
    "riaa": "cext.effects.filters.orders:Riaa",
    "tilt_eq": "cext.effects.filters.sections:TiltEq",
    "state_variable": "cext.effects.filters.sections:StateVariable",
    "ladder": "cext.effects.filters.ladders:Ladder",
    "diode_ladder": "cext.effects.filters.ladders:DiodeLadder",
    "korg35": "cext.effects.filters.ladders:Korg35",
    "dc_blocker": "cext.effects.filters.sections:DcBlocker",
}
