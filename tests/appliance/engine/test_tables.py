from __future__ import annotations

import json

from click.testing import CliRunner

from appliance.engine.tables import command
from cext import effects, lanes, voices
from cext.graph import PARAMETERS


def test_the_tables_shown_are_the_kernels_own() -> None:
    shown = json.loads(CliRunner().invoke(command, ["--json"]).output)
    assert set(shown["voices"]) == set(voices.catalogue())
    assert set(shown["effects"]) == set(effects.EFFECTS)
    assert set(shown["lanes"]) == set(lanes.catalogue())
    assert [row["name"] for row in shown["graph"]["protocols"]] == [row.name for row in PARAMETERS]
    assert shown["lanes"]["pulses"][1]["unit"] == "Hz"


def test_one_family_is_shown_to_a_person_with_its_spans() -> None:
    said = CliRunner().invoke(command, ["lanes"]).output
    assert "duty" in said
    assert "0.2 to 0.85" in said
    assert "voices" not in said
