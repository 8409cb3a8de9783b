"""Pitch and time, one without the other."""

EFFECTS: dict[str, str] = {
    "pitch_shift": "cext.effects.pitch.shift:PitchShift",
    "harmoniser": "cext.effects.pitch.harmony:Harmoniser",
    "retune_432": "cext.effects.pitch.harmony:Retune",
    "formant_shifter": "cext.effects.pitch.formants:FormantShifter",
    "octaver": "cext.effects.pitch.octaver:Octaver",
    "tape_stop": "cext.effects.pitch.tape:TapeStop",
    "psola": "cext.effects.pitch.psola:Psola",
    "pitch_correction": "cext.effects.pitch.psola:PitchCorrection",
}
