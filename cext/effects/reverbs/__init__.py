"""Rooms, plates and springs around the sound."""

EFFECTS = {
    "reverb": "cext.effects.reverbs.hall:Reverb",
}
