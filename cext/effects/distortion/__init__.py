"""Harmonics that were not there: saturation, clipping, folding and wear."""

EFFECTS: dict[str, str] = {}
