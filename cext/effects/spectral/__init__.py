"""Work on the spectrum: noise out, voices in robots, moments frozen."""

EFFECTS: dict[str, str] = {
    "noise_reduction": "cext.effects.spectral.denoise:NoiseReduction",
    "de_reverb": "cext.effects.spectral.rooms:DeReverb",
    "centre_remover": "cext.effects.spectral.rooms:CentreRemover",
    "spectral_gate": "cext.effects.spectral.gates:SpectralGate",
    "spectral_blur": "cext.effects.spectral.gates:SpectralBlur",
    "spectral_freeze": "cext.effects.spectral.gates:SpectralFreeze",
    "robot": "cext.effects.spectral.voices:Robot",
    "whisper": "cext.effects.spectral.voices:Whisper",
    "smear": "cext.effects.spectral.voices:Smear",
    "de_click": "cext.effects.spectral.repair:DeClick",
    "de_clip": "cext.effects.spectral.repair:DeClip",
    "de_hum": "cext.effects.spectral.hum:DeHum",
    "silence_gate": "cext.effects.spectral.silence:SilenceGate",
    "vocoder": "cext.effects.spectral.vocoder:Vocoder",
    "match_eq": "cext.effects.spectral.match:MatchEq",
    "nlm_denoise": "cext.effects.spectral.nlm:NlmDenoise",
}
