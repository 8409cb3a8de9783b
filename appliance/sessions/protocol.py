"""A protocol: what is played and what the body moves, as data.

Files live in `library/`, one protocol each; a path to an own file works as well as a name.
"""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from appliance.errors import BadProtocol
from appliance.mapping.curves import CURVES
from appliance.mapping.rules import FEATURES, Rule

LIBRARY = Path(__file__).parent / "library"
Seconds = Annotated[float, Field(gt=0, le=24 * 3600, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PacerTimes(_Data):
    """How long the guide breathes in and out."""

    inhale_s: Annotated[float, Field(ge=1, le=20)]
    exhale_s: Annotated[float, Field(ge=1, le=20)]


class RuleRow(_Data):
    """A `mapping.Rule` as people write it; `from` defaults to the feature's usual range."""

    feature: str
    target: str
    to: tuple[Finite, Finite]
    span: Annotated[tuple[Finite, Finite] | None, Field(alias="from")] = None
    curve: str = "linear"
    slew_per_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None

    @field_validator("feature")
    @classmethod
    def _is_a_feature(cls, value: str) -> str:
        return _known("feature", value, list(FEATURES))

    @field_validator("curve")
    @classmethod
    def _is_a_curve(cls, value: str) -> str:
        return _known("curve", value, list(CURVES))

    @model_validator(mode="after")
    def _has_a_span(self) -> RuleRow:
        if self.span is not None and self.span[0] >= self.span[1]:
            raise ValueError("`from` must rise: [low, high]")
        return self

    def rule(self) -> Rule:
        """Return the row as the mapper reads it."""
        feature = FEATURES[self.feature]
        low, high = self.span or (feature.low, feature.high)
        return Rule(self.feature, self.target, low, high, *self.to, self.curve, self.slew_per_s)


class Protocol(_Data):
    """One thing to do with the box."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
    title: Annotated[str, Field(min_length=1, max_length=80)]
    goal: str
    evidence_grade: Literal["A", "B", "C", "D"]
    evidence: str
    consent_level: Literal["L0", "L1", "L2", "L3"]
    length_s: Seconds
    fade_in_s: Annotated[float, Field(ge=0, le=120)] = 6.0
    fade_out_s: Annotated[float, Field(ge=0, le=60)] = 8.0
    pacer: PacerTimes
    scene: dict[str, Finite]
    rule: list[RuleRow] = Field(default_factory=list, max_length=64)

    def rules(self) -> list[Rule]:
        """Return all rows as the mapper reads them."""
        return [row.rule() for row in self.rule]

    def check_targets(self, parameters: dict[str, tuple[float, float]]) -> None:
        """Refuse targets the engine does not have or values outside their limits. Raises BadProtocol.

        parameters: name -> (minimum, maximum), from the engine's table.
        """
        wanted = [(name, value) for name, value in self.scene.items()]
        wanted += [(row.target, value) for row in self.rule for value in row.to]
        for name, value in wanted:
            if name not in parameters:
                raise BadProtocol(
                    f"protocol {self.id}: {_unknown('target', name, list(parameters))}", "rename it"
                )
            low, high = parameters[name]
            if not low <= value <= high:
                raise BadProtocol(
                    f"protocol {self.id}: {name} = {value:g} is out of reach",
                    f"choose a value from {low:g} to {high:g}",
                )


def names() -> list[str]:
    """Return the protocols of the library."""
    return sorted(file.stem for file in LIBRARY.glob("*.toml"))


def load(name: str) -> Protocol:
    """Read a protocol by library name or path. Raises BadProtocol."""
    file = Path(name) if name.endswith(".toml") else LIBRARY / f"{name}.toml"
    if not file.is_file():
        raise BadProtocol(_unknown("protocol", name, names()), "give a name of the library or a .toml file")
    try:
        return parse(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadProtocol(f"{file.name} is not valid TOML: {error}", "correct the line named") from error


def parse(values: dict[str, Any]) -> Protocol:
    """Check one protocol's data. Raises BadProtocol that names the key."""
    try:
        return Protocol.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "protocol"
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            message = _unknown("key", str(first["loc"][-1]), list(Protocol.model_fields))
        raise BadProtocol(f"{place}: {message}", "correct this key of the protocol") from error


def _known(kind: str, value: str, known: list[str]) -> str:
    if value not in known:
        raise ValueError(_unknown(kind, value, known))
    return value


def _unknown(kind: str, given: str, known: list[str]) -> str:
    near = get_close_matches(given, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}"
    return f"there is no {kind} {given!r}; {hint}"
