"""Tone: filters that take away, equalisers that shape, resonators that sing."""

EFFECTS = {
    "lowpass": "cext.effects.filters.swept:LowPass",
}
