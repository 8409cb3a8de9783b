"""Work on the spectrum: noise out, voices in robots, moments frozen."""

EFFECTS: dict[str, str] = {}
