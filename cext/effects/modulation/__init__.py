"""Movement: what sways, swirls and pulses."""

EFFECTS: dict[str, str] = {}
