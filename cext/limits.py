"""The safety numbers, as data: read once from `safety_limits.json` beside this file.

They are enforced in `cext.guard` and by the guard process, below every panel, protocol and file.
"""

from __future__ import annotations

import json
import math
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

# What the guard may have had to do to a frame, and why, in the words its report uses.
# Invariant: the order of `Reason` in `cext/guards/ledger.pxd`.
REASONS_TO_LIMIT: tuple[tuple[str, str], ...] = (
    ("sound_not_finite", "a sound sample was NaN or infinite and became silence"),
    ("sound_ceiling", "sound peaked above the true-peak ceiling, on or between samples, and was turned down"),
    ("sound_loudness", "the programme stayed louder than the limit and was turned down"),
    ("sound_dose", "the ears had their week's dose of sound, so everything became 10 dB quieter"),
    ("light_not_finite", "a light value was NaN or infinite and became dark"),
    ("light_range", "a light value was below 0 or above 1"),
    ("light_flicker", "light flickered faster than the consent allows and was held steady"),
    ("light_red", "saturated red flickered without its consent and was held, then mixed with other colours"),
    ("light_drift", "the flicker changed its frequency by more than 1 Hz in a second and was held steady"),
    ("light_ripple", "light rippled faintly but faster than the consent allows and was smoothed"),
    ("light_edge", "an edge of light was steeper than the consent allows and was made softer"),
    ("light_ramp", "light asked to be brighter faster than the eye should be led"),
    ("light_luminance", "the light would have been too bright for the eye and was dimmed"),
    ("light_session", "the eyes had their time of light for now and were given a rest"),
    ("vibration_not_finite", "a vibration sample was NaN or infinite and became still"),
    ("vibration_range", "a vibration sample was above full strength"),
    ("vibration_consent", "vibration was asked for without consent and stayed still"),
    ("vibration_ramp", "vibration asked to be stronger faster than it may rise"),
    ("vibration_strength", "vibration was stronger than is comfortable and was turned down"),
    ("vibration_dose", "the body had its day's dose of vibration and was given a rest"),
    ("vibration_session", "the body had its time of vibration for now and was given a rest"),
    ("stopped", "an emergency stop was asked for"),
    ("starved", "the control side stopped feeding, so everything faded out by itself"),
)

# What a person may agree to, from nothing to everything: flicker up to this many hertz, vibration or not.
CONSENT_LEVELS: dict[str, tuple[float, bool]] = {
    "L0": (3.0, False),
    "L1": (3.0, True),
    "L2": (15.0, True),
    "L3": (60.0, True),
}
LIGHT_MAPS = ("eyes", "rgbw")  # lanes 2..5 are left, right, blue, white, or red, green, blue, white


class Calibration(NamedTuple):
    """What full drive is in the world, measured once for one set of outputs; None is not measured.

    sound_full_dba: level at the ear of a full-scale 1 kHz sine. light_full_*: all four lights at 1.
    vibration_full_m_s2: peak acceleration of a full-scale tone. Whoever has not measured is held to the
    uncalibrated programme level, and to a transducer of `UNMEASURED_VIBRATION_M_S2`.
    """

    sound_full_dba: float | None = None
    light_full_cd_m2: float | None = None
    light_full_lx: float | None = None
    light_full_blue_w_m2_sr: float | None = None
    vibration_full_m_s2: float | None = None
    has_sensitive_ears: bool = False


# At 40 Hz this is just the comfort limit: 2.0 m/s2 r.m.s. unweighted, 0.63 weighted (ISO 2631-1).
UNMEASURED_VIBRATION_M_S2 = 2.8


class Carried(NamedTuple):
    """What the person already had today and this week, before this guard was built.

    The report's `carry` has the same names, so that one evening's end is the next morning's start.
    light_session_s, vibration_session_s: 0 once the rest of 30 minutes is over.
    """

    light_session_s: float = 0.0
    light_day_s: float = 0.0
    vibration_session_s: float = 0.0
    vibration_day_s: float = 0.0
    vibration_day_m2_s3: float = 0.0
    vibration_day_m4_s7: float = 0.0
    sound_week_pa2h: float = 0.0
    is_first_session: bool = False


def measured(name: str, values: Calibration | Carried) -> None:
    """Refuse NaN, infinite and negative figures: a dose that is not a number would never be reached."""
    for field, value in values._asdict().items():
        if value is not None and not (math.isfinite(value) and value >= 0.0):
            raise ValueError(f"{name} {field} = {value}; give a number of 0 or more")


@cache
def load() -> dict[str, Any]:
    """The whole table, by group: light, vibration, audio, stop."""
    table: dict[str, Any] = json.loads(
        files("cext").joinpath("safety_limits.json").read_text(encoding="utf-8")
    )
    return table
