"""Movement: what sways, swirls and pulses."""

EFFECTS: dict[str, str] = {
    "chorus": "cext.effects.modulation.chorus:Chorus",
    "ensemble": "cext.effects.modulation.chorus:Ensemble",
    "flanger": "cext.effects.modulation.chorus:Flanger",
    "phaser": "cext.effects.modulation.phaser:Phaser",
    "uni_vibe": "cext.effects.modulation.phaser:UniVibe",
    "through_zero_flanger": "cext.effects.modulation.slides:ThroughZeroFlanger",
    "vibrato": "cext.effects.modulation.slides:Vibrato",
    "tremolo": "cext.effects.modulation.tremolo:Tremolo",
    "harmonic_tremolo": "cext.effects.modulation.tremolo:HarmonicTremolo",
    "auto_pan": "cext.effects.modulation.tremolo:AutoPan",
    "frequency_shifter": "cext.effects.modulation.shifter:FrequencyShifter",
    "barber_pole": "cext.effects.modulation.shifter:BarberPole",
    "ring_modulator": "cext.effects.modulation.ring:RingModulator",
    "rotary_speaker": "cext.effects.modulation.rotary:RotarySpeaker",
    "trance_gate": "cext.effects.modulation.gates:TranceGate",
    "isochronic_gate": "cext.effects.modulation.gates:IsochronicGate",
}
