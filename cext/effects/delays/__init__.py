"""The sound again, later: echoes, taps, tapes and loops."""

EFFECTS: dict[str, str] = {}
