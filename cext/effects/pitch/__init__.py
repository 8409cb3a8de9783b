"""Pitch and time, one without the other."""

EFFECTS: dict[str, str] = {
    "pitch_shift": "cext.effects.pitch.shift:PitchShift",
}
