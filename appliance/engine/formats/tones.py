"""One voice of a tone set, as the text of an .sbg file writes it: `200+10/15`, `pink/40`, `300@12/20`.

The grammar is a table of forms, tried from top to bottom; the first that fits the whole word wins. Numbers
are as C's strtod reads them. Source: the manuals of sbagen 1.4.4 (J. Peters), sbagen+ 1.5 (R. Klein),
SBaGenX.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import NamedTuple

from appliance.engine.formats.errors import BadSchedule


@dataclass(frozen=True)
class Tone:
    """One voice at one moment. amplitude in percent; for spins the carrier is a width in microseconds.

    `number` is a waveNN, customNN, spinNN or noiseNN table, `shape` a waveform of the dialects.
    """

    kind: str = "off"
    carrier_hz: float = 0.0
    beat_hz: float = 0.0
    amplitude: float = 0.0
    number: int = -1
    shape: str = "sine"
    dialect: str = "sbagen"

    @property
    def is_off(self) -> bool:
        """Whether nothing sounds here."""
        return self.kind == "off"

    @property
    def timbre(self) -> tuple[str, int, str]:
        """What must be equal for one tone to slide into another."""
        return (self.kind, self.number, self.shape)


OFF = Tone()

_NUMBER = r"(?:0[xX][0-9a-fA-F]*\.?[0-9a-fA-F]*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|(?i:inf(?:inity)?|nan))"
# F a frequency, S a signed beat, B a beat of any sign, A an amplitude, NN two digits of a table.
_PARTS = {
    "F": rf"(?P<carrier>[+-]?{_NUMBER})",
    "S": rf"(?P<beat>[+-]{_NUMBER})",
    "B": rf"(?P<beat>[+-]?{_NUMBER})",
    "A": rf"(?P<amplitude>[+-]?{_NUMBER})",
    "NN": r"(?P<number>\d\d)",
}


class Form(NamedTuple):
    """How one kind of voice is read (F, S, B, A, NN as above) and printed in a period table."""

    kind: str
    grammar: str
    text: str
    dialect: str = "sbagen"

    def read(self, word: str) -> re.Match[str] | None:
        """Fit the whole word or nothing."""
        return _pattern(self.grammar).fullmatch(word)


_TONE = "{carrier:.2f}{beat:+.2f}/{amplitude:.2f}"
_LEVEL = "/{amplitude:.2f}"
FORMS: tuple[Form, ...] = (
    Form("pink", "pink/A", "pink" + _LEVEL),
    Form("bell", "bellF/A", "bell{carrier:+.2f}" + _LEVEL),
    Form("mix", "mix/A", "mix" + _LEVEL),
    Form("wave", "waveNN:FS/A", "wave{number:02d}:" + _TONE),
    Form("binaural", "FS/A", _TONE),
    Form("binaural", "F/A", _TONE),
    Form("spin", "spin:FS/A", "spin:" + _TONE),
    Form("white", "white/A", "white" + _LEVEL, "sbagen+"),
    Form("brown", "brown/A", "brown" + _LEVEL, "sbagen+"),
    Form("isochronic", "F@B/A", "{carrier:.2f}@{beat:.2f}" + _LEVEL, "sbagen+"),
    Form("white_spin", "wspin:FS/A", "wspin:" + _TONE, "sbagen+"),
    Form("brown_spin", "bspin:FS/A", "bspin:" + _TONE, "sbagen+"),
    Form("mix_spin", "mixspin:FS/A", "mixspin:" + _TONE, "sbagen+"),
    Form("mix_pulse", "mixpulse:B/A", "mixpulse:{beat:.2f}" + _LEVEL, "sbagen+"),
    Form("noise_table", "noiseNN/A", "noise{number:02d}" + _LEVEL, "sbagenx"),
    Form("noise_pulse", "noisepulse:B/A", "noisepulse:{beat:.2f}" + _LEVEL, "sbagenx"),
    Form("noise_beat", "noisebeat:B/A", "noisebeat:{beat:.2f}" + _LEVEL, "sbagenx"),
    Form("mix_beat", "mixbeat:B/A", "mixbeat:{beat:.2f}" + _LEVEL, "sbagenx"),
    Form("orbit_beat", "orbitbeat:FB(?:[+-][0-9.]+)?/A(?::.*)?", "orbitbeat:" + _TONE, "sbagenx"),
    Form("orbit_beat", "orbitbeat:F@B(?:[+-][0-9.]+)?/A(?::.*)?", "orbitbeat:" + _TONE, "sbagenx"),
    Form("mix_swell", "mixam:B(?::[a-z]=[^:]+)*", "mixam:{beat:.2f}", "sbagenx"),
)
TEXTS = {form.kind: form.text for form in FORMS}
_PREFIX = re.compile(r"(sine|square|triangle|sawtooth|custom\d\d|spin\d\d|noise\d\d):(?=.)")
# Which kinds move through silence when a fade of the "-" kind changes their pitch.
PITCHED = ("binaural", "wave", "isochronic")
MAXIMUM_HZ = 20_000.0

_patterns: dict[str, re.Pattern[str]] = {}


def _pattern(grammar: str) -> re.Pattern[str]:
    if grammar not in _patterns:
        # A part is a lone capital; the class names inside (?...) of two rows hold none.
        source = re.sub(r"NN|(?<![A-Za-z\\])[FSBA](?![a-z])|(?<=[a-z])F|(?<=F)[SB]|(?<=@)B", _part, grammar)
        _patterns[grammar] = re.compile(source)
    return _patterns[grammar]


def _part(found: re.Match[str]) -> str:
    return _PARTS[found[0]]


def read_tone(word: str) -> Tone:
    """Read one word of a tone set. Raises BadSchedule, which does not know its line yet."""
    if word == "-":
        return OFF
    for form in FORMS:
        if found := form.read(word):
            return _checked(word, form, found.groupdict(), "sine", form.dialect)
    shape, number, rest = "sine", -1, word
    while prefix := _PREFIX.match(rest):
        if prefix[1][-1].isdigit():
            number = int(prefix[1][-2:])
            shape = prefix[1][:-2] if prefix[1].startswith(("custom", "spin")) else shape
        else:
            shape = prefix[1]
        rest = rest[prefix.end() :]
    if rest != word:
        for form in FORMS:
            if (found := form.read(rest)) and form.kind not in ("wave", "pink", "mix"):
                dialect = "sbagenx" if number >= 0 else "sbagen+"
                return _checked(word, form, {"number": str(number), **found.groupdict()}, shape, dialect)
    raise BadSchedule(
        f"{word!r} is not a voice",
        "write for instance 200+10/15, 440/20, pink/40, bell+480/20, spin:300+4/20 or 300@12/20",
    )


def _checked(word: str, form: Form, parts: dict[str, str], shape: str, dialect: str) -> Tone:
    values = {name: _number(parts.get(name, "0")) for name in ("carrier", "beat", "amplitude")}
    for name, value in values.items():
        if not math.isfinite(value):
            raise BadSchedule(f"the {name} in {word!r} is not a finite number", "write a plain number")
        if value < 0.0 and name != "beat" and (form.kind, name) != ("bell", "carrier"):
            raise BadSchedule(f"the {name} in {word!r} is negative", "write a number of 0 or more")
        if abs(value) > MAXIMUM_HZ * (50.0 if "spin" in form.kind or name == "amplitude" else 1.0):
            raise BadSchedule(f"the {name} in {word!r} is out of reach", f"stay at {MAXIMUM_HZ:g} or less")
    if form.kind == "mix_swell":
        values["amplitude"] = 100.0
    return Tone(
        form.kind,
        values["carrier"],
        values["beat"],
        values["amplitude"],
        int(parts.get("number", -1)),
        shape,
        dialect,
    )


def _number(text: str) -> float:
    return float.fromhex(text) if text.lower().lstrip("+-").startswith("0x") else float(text)
