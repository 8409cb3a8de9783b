"""Rooms, plates and springs around the sound."""

EFFECTS = {
    "freeverb": "cext.effects.reverbs.freeverb:Freeverb",
    "reverb": "cext.effects.reverbs.hall:Reverb",
}
