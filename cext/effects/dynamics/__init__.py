"""Loudness that follows the sound itself: compressors, gates, limiters, what ducks and what lifts."""

EFFECTS = {
    "compressor": "cext.effects.dynamics.compressor:Compressor",
    "upward_compressor": "cext.effects.dynamics.compressor:UpwardCompressor",
    "limiter": "cext.effects.dynamics.limiter:Limiter",
    "true_peak_limiter": "cext.effects.dynamics.truepeak_limiter:TruePeakLimiter",
    "ducker": "cext.effects.dynamics.keyed:Ducker",
}
