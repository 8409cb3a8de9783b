"""Things that sound by themselves: parameters flow in, stereo float32 flows out.

A voice is one `cdef class` with a parameter table in a family file, and one row here.
"""

from __future__ import annotations

from cext.parameters import Parameter, unknown
from cext.parts import Voice
from cext.voices.colours import Blue, Brown, Grey, Violet
from cext.voices.drums import Hat, Kick, Snare
from cext.voices.entrainment import Binaural, Isochronic, Monaural
from cext.voices.harmonics import Additive, Fm
from cext.voices.modal import Bell, Bowl
from cext.voices.noises import Pink, White
from cext.voices.oscillators import Saw, Sine, Square, Triangle
from cext.voices.pads import Pad, Swell
from cext.voices.players import Granular, Loop
from cext.voices.risset import Risset
from cext.voices.strings import Pluck
from cext.voices.synths import Supersaw, Wavetable
from cext.voices.textures import Ocean, Rain, Wind

VOICES: dict[str, type[Voice]] = {
    "sine": Sine,
    "saw": Saw,
    "square": Square,
    "triangle": Triangle,
    "binaural": Binaural,
    "monaural": Monaural,
    "isochronic": Isochronic,
    "white": White,
    "pink": Pink,
    "brown": Brown,
    "blue": Blue,
    "violet": Violet,
    "grey": Grey,
    "pad": Pad,
    "swell": Swell,
    "supersaw": Supersaw,
    "wavetable": Wavetable,
    "additive": Additive,
    "fm": Fm,
    "pluck": Pluck,
    "bowl": Bowl,
    "bell": Bell,
    "kick": Kick,
    "snare": Snare,
    "hat": Hat,
    "risset": Risset,
    "rain": Rain,
    "ocean": Ocean,
    "wind": Wind,
    "loop": Loop,
    "granular": Granular,
}


def catalogue() -> dict[str, tuple[Parameter, ...]]:
    """Every voice there is, with what can be turned on it."""
    return {name: tuple(voice.PARAMETERS) for name, voice in VOICES.items()}


def make(name: str, rate_hz: float = 48_000.0, **parameters: float) -> Voice:
    """Build one voice; `seed` chooses its noise and its starting places. Raises ValueError."""
    if name not in VOICES:
        raise unknown("voice", name, list(VOICES))
    return VOICES[name](rate_hz, **parameters)


__all__ = ["VOICES", "Voice", "catalogue", "make"]
