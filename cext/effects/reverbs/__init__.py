"""Rooms, plates and springs around the sound."""

EFFECTS = {
    "convolution": "cext.effects.reverbs.convolution:Convolution",
    "early_reflections": "cext.effects.reverbs.early:EarlyReflections",
    "freeverb": "cext.effects.reverbs.freeverb:Freeverb",
    "freeze_reverb": "cext.effects.reverbs.endless:Freeze",
    "gated_reverb": "cext.effects.reverbs.shaped:Gated",
    "plate": "cext.effects.reverbs.plate:Plate",
    "reverb": "cext.effects.reverbs.hall:Reverb",
    "reverse_reverb": "cext.effects.reverbs.shaped:Reverse",
    "schroeder": "cext.effects.reverbs.schroeder:Schroeder",
    "shimmer": "cext.effects.reverbs.endless:Shimmer",
    "spring": "cext.effects.reverbs.spring:Spring",
    "velvet_reverb": "cext.effects.reverbs.velvet:Velvet",
}
