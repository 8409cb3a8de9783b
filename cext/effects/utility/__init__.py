"""Trims, fades and meters: what every desk has beside its effects."""

EFFECTS = {
    "gain": "cext.effects.utility.gain:Gain",
    "volume": "cext.effects.utility.gain:Volume",
}
