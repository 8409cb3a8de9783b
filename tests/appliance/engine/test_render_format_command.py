"""`echoel render` and `echoel sbg` on files of other programs, from the command line's side."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from appliance.engine.command import command as render
from appliance.engine.formats.command import command as sbg
from appliance.errors import EchoelError, Misused

SCRIPT = "-SE\na: pink/10 200+4/20\no: -\n0:00 a ->\n0:00:02 o\n"


def run(words: list[str]) -> str:
    result = CliRunner().invoke(render, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "evening.sbg"
    path.write_text(SCRIPT, encoding="utf-8")
    return path


def test_an_sbg_file_becomes_sound_and_light_on_eight_lanes(script: Path, tmp_path: Path) -> None:
    out = tmp_path / "x.wav"
    report = json.loads(run([str(script), "--out", str(out), "--lanes", "--json"]))
    samples, rate_hz = soundfile.read(out, dtype="float32")
    assert samples.shape == (96_000, 8)
    assert rate_hz == 48_000
    assert report["seconds"] == 2.0
    assert samples[:, 0].any()
    assert samples[:, 2].any()


def test_strict_writes_sixteen_bits_at_44100_and_reports_what_the_guard_would_do(
    script: Path, tmp_path: Path
) -> None:
    out = tmp_path / "x.wav"
    script.write_text("a: 200/100 300/100\n0:00 a\n", encoding="utf-8")
    report = json.loads(run([str(script), "--out", str(out), "--strict", "--seconds", "5", "--json"]))
    assert soundfile.info(out).subtype == "PCM_16"
    assert (soundfile.info(out).samplerate, soundfile.info(out).frames) == (44_100, 220_500)
    assert "sound_loudness" in report["guard"]["limits"]
    assert np.abs(soundfile.read(out, dtype="int16")[0]).max() > 30_000


def test_minutes_and_an_endless_file(script: Path, tmp_path: Path) -> None:
    script.write_text("a: 200+4/20\n0:00 a\n", encoding="utf-8")
    report = json.loads(run([str(script), "--out", str(tmp_path / "x.wav"), "--minutes", "0.02", "--json"]))
    assert report["seconds"] == pytest.approx(1.2)


@pytest.mark.parametrize("words", [["--strict", "--lanes"], ["--strict"]])
def test_strict_is_for_the_ears_of_an_sbg_file(words: list[str], tmp_path: Path) -> None:
    source = "x.sbg" if "--lanes" in words else "x.gnaural"
    with pytest.raises(Misused, match="--strict"):
        CliRunner().invoke(render, [source, "--out", str(tmp_path / "x.wav"), *words], catch_exceptions=False)


@pytest.mark.parametrize("name", ["bad.sbg", "bad.gnaural", "bad.xml", "absent.sbg"])
@pytest.mark.parametrize("strict", [False, True])
def test_a_bad_file_leaves_nothing_behind(name: str, strict: bool, tmp_path: Path) -> None:
    if not name.startswith("absent"):
        (tmp_path / name).write_text("a: 200+nan/10\n0:00 a\n", encoding="utf-8")
    words = [str(tmp_path / name), "--out", str(tmp_path / "x.wav"), *(["--strict"] if strict else [])]
    with pytest.raises(EchoelError) as caught:
        CliRunner().invoke(render, words, catch_exceptions=False)
    assert caught.value.exit_code == 2
    assert caught.value.remedy
    assert not list(tmp_path.glob("x.wav*"))


def test_a_folder_that_does_not_exist_is_told_before_rendering(script: Path, tmp_path: Path) -> None:
    with pytest.raises(Misused, match="cannot write"):
        CliRunner().invoke(
            render, [str(script), "--out", str(tmp_path / "no" / "x.wav")], catch_exceptions=False
        )


def test_the_table_is_printed(script: Path) -> None:
    result = CliRunner().invoke(sbg, ["table", str(script)], catch_exceptions=False)
    assert result.stdout.startswith("* 00:00:00 pink/10.00 200.00+4.00/20.00\n  00:00:02 pink/0.00")
