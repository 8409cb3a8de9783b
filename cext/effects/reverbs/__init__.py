"""Rooms, plates and springs around the sound."""

EFFECTS = {
    "convolution": "cext.effects.reverbs.convolution:Convolution",
    "freeverb": "cext.effects.reverbs.freeverb:Freeverb",
    "plate": "cext.effects.reverbs.plate:Plate",
    "reverb": "cext.effects.reverbs.hall:Reverb",
}
