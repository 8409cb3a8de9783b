"""Movement: what sways, swirls and pulses."""

EFFECTS: dict[str, str] = {
    "chorus": "cext.effects.modulation.chorus:Chorus",
    "ensemble": "cext.effects.modulation.chorus:Ensemble",
    "flanger": "cext.effects.modulation.chorus:Flanger",
    "phaser": "cext.effects.modulation.phaser:Phaser",
    "uni_vibe": "cext.effects.modulation.phaser:UniVibe",
}
