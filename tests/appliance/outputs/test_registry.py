import json

from click.testing import CliRunner

from appliance.contracts.settings import Settings
from appliance.outputs.command import command
from appliance.outputs.registry import OUTPUTS, look


def test_every_row_is_there_or_says_what_would_bring_it(tmp_path):
    found = look(Settings(data=tmp_path, sound_device="echoel_there_is_no_such_device"))
    assert [row.name for row in found] == [row.name for row in OUTPUTS]
    for row in found:
        assert row.is_there == (row.reason == "")
        assert row.is_there or row.remedy
    by_name = {row.name: row for row in found}
    assert by_name["timer"].is_there
    assert not by_name["sound card"].is_there


def test_the_verb_prints_the_same_rows_as_json(tmp_path):
    printed = CliRunner().invoke(command, ["--data", str(tmp_path), "--json"])
    assert printed.exit_code == 0
    assert [row["name"] for row in json.loads(printed.stdout)] == [row.name for row in OUTPUTS]


def test_the_verb_without_json_is_for_people(tmp_path):
    printed = CliRunner().invoke(command, ["--data", str(tmp_path)])
    assert "ready    timer" in printed.stdout
