from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from appliance.errors import BadProtocol
from appliance.sessions import protocol as protocols
from cext.graph import PARAMETERS

TEXT = (protocols.LIBRARY / "resonance_breathing.toml").read_text(encoding="utf-8")
LIMITS = {row.name: (row.minimum, row.maximum) for row in PARAMETERS}


@pytest.mark.parametrize("name", protocols.names())
def test_every_protocol_of_the_library_asks_only_for_what_the_engine_has(name: str) -> None:
    protocols.load(name).check_targets(LIMITS)


def test_resonance_breathing_is_six_a_minute_four_in_six_out() -> None:
    protocol = protocols.load("resonance_breathing")
    assert (protocol.pacer.inhale_s, protocol.pacer.exhale_s) == (4, 6)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("length_s = 1200", "length_s = -1", "length_s"),
        ("length_s = 1200", "length_s = nan", "length_s"),
        ("length_s = 1200", "lenght_s = 1200", "length_s"),
        ('feature = "inhale"', 'feature = "inhail"', "'inhale'"),
        ('curve = "smooth"', 'curve = "smoth"', "'smooth'"),
        ("inhale_s = 4.0", "inhale_s = 0.1", "inhale_s"),
        ('evidence_grade = "A"', 'evidence_grade = "Z"', "evidence_grade"),
        ("[scene]", "[scene", "TOML"),
    ],
)
def test_a_mistake_is_named_with_its_key_and_nothing_is_played(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadProtocol, match=told.replace("'", ".")):
        protocols.load(str(file))


def test_a_target_the_engine_does_not_have_is_named_with_the_nearest() -> None:
    values = tomllib.loads(TEXT)
    values["scene"]["reverb.mixx"] = 0.1
    with pytest.raises(BadProtocol, match=r"reverb\.mix"):
        protocols.parse(values).check_targets(LIMITS)


def test_a_value_beyond_the_limit_of_its_parameter_is_refused() -> None:
    values = tomllib.loads(TEXT)
    values["scene"]["master.level"] = 7.0
    with pytest.raises(BadProtocol, match="out of reach"):
        protocols.parse(values).check_targets(LIMITS)


def test_an_unknown_name_offers_the_nearest() -> None:
    with pytest.raises(BadProtocol, match="resonance_breathing"):
        protocols.load("resonance_breating")
