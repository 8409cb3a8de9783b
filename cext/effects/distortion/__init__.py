"""Harmonics that were not there: saturation, clipping, folding and wear."""

EFFECTS = {
    "overdrive": "cext.effects.distortion.curves:Overdrive",
    "fuzz": "cext.effects.distortion.curves:Fuzz",
    "wavefolder": "cext.effects.distortion.curves:Wavefolder",
    "chebyshev_shaper": "cext.effects.distortion.curves:ChebyshevShaper",
    "hard_clip": "cext.effects.distortion.clipping:HardClip",
    "bitcrusher": "cext.effects.distortion.crushing:Bitcrusher",
    "sample_rate_reducer": "cext.effects.distortion.crushing:SampleRateReducer",
    "tube": "cext.effects.distortion.circuits:Tube",
    "diode_clipper": "cext.effects.distortion.circuits:DiodeClipper",
    "tape": "cext.effects.distortion.circuits:Tape",
    "transformer": "cext.effects.distortion.iron:Transformer",
    "codec": "cext.effects.distortion.telephony:Codec",
    "vinyl": "cext.effects.distortion.vinyl:Vinyl",
    "amp_cabinet": "cext.effects.distortion.amplifier:AmpCabinet",
}
