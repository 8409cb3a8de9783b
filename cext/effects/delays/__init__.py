"""The sound again, later: echoes, taps, tapes and loops."""

EFFECTS: dict[str, str] = {
    "delay": "cext.effects.delays.echoes:Delay",
    "ping_pong_delay": "cext.effects.delays.echoes:PingPongDelay",
    "ducking_delay": "cext.effects.delays.echoes:DuckingDelay",
    "doubler": "cext.effects.modulation.chorus:Doubler",
    "multi_tap_delay": "cext.effects.delays.taps:MultiTapDelay",
    "align_delay": "cext.effects.delays.taps:AlignDelay",
    "tape_delay": "cext.effects.delays.tape:TapeDelay",
    "bbd_delay": "cext.effects.delays.bucket:BbdDelay",
    "reverse_delay": "cext.effects.delays.grains:ReverseDelay",
    "granular_delay": "cext.effects.delays.grains:GranularDelay",
    "looper": "cext.effects.delays.looper:Looper",
}
