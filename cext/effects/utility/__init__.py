"""Trims, fades and meters: what every desk has beside its effects."""

EFFECTS = {
    "gain": "cext.effects.utility.gain:Gain",
    "volume": "cext.effects.utility.gain:Volume",
    "fade": "cext.effects.utility.fade:Fade",
    "dither": "cext.effects.utility.dither:Dither",
    "level_meter": "cext.effects.utility.meters:LevelMeter",
    "correlation_meter": "cext.effects.utility.meters:CorrelationMeter",
    "loudness_meter": "cext.effects.utility.loudness:LoudnessMeter",
    "true_peak_meter": "cext.effects.utility.loudness:TruePeakMeter",
    "spectrum_analyser": "cext.effects.utility.analysers:SpectrumAnalyser",
    "tuner": "cext.effects.utility.analysers:Tuner",
}
