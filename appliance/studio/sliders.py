"""What can be turned in a mix: one row a slider, and where they all stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from appliance.studio.presets import MIX
from appliance.studio.through import asked
from cext.parameters import Parameter, checked, index_of, unknown

ROWS = (
    Parameter("eq_low", "dB", -6.0, 6.0, 0.0),
    Parameter("eq_mid", "dB", -6.0, 6.0, 0.0),
    Parameter("eq_high", "dB", -6.0, 6.0, 0.0),
    Parameter("compression", "", 0.0, 1.0, 0.0),
    Parameter("reverb", "", 0.0, 1.0, 0.0),
    Parameter("limiter", "", 0.0, 1.0, 0.0),
    Parameter("mix_strength", "", 0.0, 1.0, 1.0),
    Parameter("master_strength", "", 0.0, 1.0, 1.0),
    Parameter("beat_gain", "dB", -24.0, 12.0, 0.0),
    Parameter("vocal_gain", "dB", -24.0, 12.0, 0.0),
    Parameter("hpf_hz", "Hz", 0.0, 400.0, 0.0),
    Parameter("deess_amount", "", 0.0, 1.0, 0.0),
)


@dataclass(frozen=True)
class Sliders:
    """Where every slider of a mix stands; 0 is out of the way.

    eq_*: dB. compression: 0 off, else the threshold from -10 to -20 dBFS at 4:1. reverb: 0 off, else an echo
    of 20 to 60 ms. limiter: the ceiling from 0.95 down to 0.5. mix_strength: how much of all this.
    beat_gain, vocal_gain: dB. hpf_hz: where the voice's high-pass begins, 0 off. deess_amount: 0 off.
    """

    eq_low: float = 0.0
    eq_mid: float = 0.0
    eq_high: float = 0.0
    compression: float = 0.0
    reverb: float = 0.0
    limiter: float = 0.0
    mix_strength: float = 1.0
    master_strength: float = 1.0
    beat_gain: float = 0.0
    vocal_gain: float = 0.0
    hpf_hz: float = 0.0
    deess_amount: float = 0.0

    @classmethod
    def of(cls, values: Mapping[str, Any], preset: str | None = None) -> Sliders:
        """Sliders as a person set them; a preset overrides its six. Raises Misused."""
        with asked():
            turned = {name: checked(ROWS[index_of(name, ROWS)], value) for name, value in values.items()}
            if preset is not None and preset not in MIX:
                raise unknown("preset", preset, list(MIX))
        sliders = cls(**turned)
        if preset is None:
            return sliders
        row = MIX[preset]
        return replace(
            sliders,
            eq_low=row.tone.low_db,
            eq_mid=row.tone.middle_db,
            eq_high=row.tone.high_db,
            compression=row.compression,
            reverb=row.reverb,
            limiter=row.limiter,
        )

    def at_strength(self) -> Sliders:
        """The six of the chain, as far as mix_strength goes."""
        six = ("eq_low", "eq_mid", "eq_high", "compression", "reverb", "limiter")
        return replace(self, **{name: getattr(self, name) * self.mix_strength for name in six})

    def data(self) -> dict[str, float]:
        """The same for JSON."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


assert tuple(row.name for row in ROWS) == tuple(field.name for field in fields(Sliders))
