"""Where a sound is: left, right, wide, around the head."""

EFFECTS: dict[str, str] = {}
