"""Where a sound is: left, right, wide, around the head."""

EFFECTS = {
    "pan": "cext.effects.spatial.placing:Pan",
    "mid_side": "cext.effects.spatial.placing:MidSide",
    "channel_tools": "cext.effects.spatial.placing:ChannelTools",
    "ambisonic_rotate": "cext.effects.spatial.placing:AmbisonicRotate",
    "widener": "cext.effects.spatial.width:Widener",
    "haas": "cext.effects.spatial.width:Haas",
    "decorrelator": "cext.effects.spatial.width:Decorrelator",
    "bass_mono": "cext.effects.spatial.width:BassMono",
    "crossfeed": "cext.effects.spatial.head:Crossfeed",
    "binaural_pan": "cext.effects.spatial.head:BinauralPan",
    "orbit": "cext.effects.spatial.head:Orbit",
    "doppler": "cext.effects.spatial.head:Doppler",
}
