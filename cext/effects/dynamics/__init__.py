"""Loudness that follows the sound itself: compressors, gates, limiters, what ducks and what lifts."""

EFFECTS = {
    "limiter": "cext.effects.dynamics.limiter:Limiter",
    "ducker": "cext.effects.dynamics.keyed:Ducker",
}
