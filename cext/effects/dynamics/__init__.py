"""Loudness that follows the sound itself: compressors, gates, limiters, what ducks and what lifts."""

EFFECTS = {
    "compressor": "cext.effects.dynamics.compressor:Compressor",
    "sidechain_compressor": "cext.effects.dynamics.compressor:SidechainCompressor",
    "opto_compressor": "cext.effects.dynamics.opto:OptoCompressor",
    "upward_compressor": "cext.effects.dynamics.compressor:UpwardCompressor",
    "expander": "cext.effects.dynamics.gates:Expander",
    "noise_gate": "cext.effects.dynamics.gates:NoiseGate",
    "sidechain_gate": "cext.effects.dynamics.gates:SidechainGate",
    "transient_shaper": "cext.effects.dynamics.transients:TransientShaper",
    "auto_swell": "cext.effects.dynamics.transients:AutoSwell",
    "dynamics_curve": "cext.effects.dynamics.curve:DynamicsCurve",
    "multiband_compressor": "cext.effects.dynamics.multiband:MultibandCompressor",
    "multiband_gate": "cext.effects.dynamics.multiband:MultibandGate",
    "multiband_limiter": "cext.effects.dynamics.multiband:MultibandLimiter",
    "dynamic_eq": "cext.effects.dynamics.dynamic_eq:DynamicEq",
    "de_esser": "cext.effects.dynamics.deesser:DeEsser",
    "leveller": "cext.effects.dynamics.leveller:Leveller",
    "compander": "cext.effects.dynamics.compander:Compander",
    "limiter": "cext.effects.dynamics.limiter:Limiter",
    "true_peak_limiter": "cext.effects.dynamics.truepeak_limiter:TruePeakLimiter",
    "ducker": "cext.effects.dynamics.keyed:Ducker",
}
