"""Effects over files: length and place are kept, and wrong words are named."""

from __future__ import annotations

import json
from pathlib import Path

import click
import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from appliance.errors import Misused
from appliance.studio.errors import BadSound
from appliance.studio.verbs import effects as verbs
from appliance.studio.verbs.loudness import command as loudness
from cext import effects
from tests.appliance.studio.sounds import RATE_HZ, loaded, music, saved, tone


def run(verb: click.Command, *words: object) -> str:
    finished = CliRunner().invoke(verb, [str(word) for word in words], catch_exceptions=False)
    assert finished.exit_code == 0, finished.output
    return finished.stdout


def test_an_effect_on_a_file_is_the_effect_itself(tmp_path: Path) -> None:
    sound = music(2.0)
    source, out = saved(tmp_path / "in.wav", sound), tmp_path / "out.wav"
    run(verbs.one, "lowpass", source, out, "--set", "cutoff_hz=900", "--set", "resonance=0.3")
    effects.make("lowpass", cutoff_hz=900, resonance=0.3).process(sound)
    assert np.abs(loaded(out) - sound).max() < 2**-22


@pytest.mark.parametrize("name", ["limiter", "true_peak_limiter"])
def test_a_file_keeps_its_length_and_its_place_in_time(tmp_path: Path, name: str) -> None:
    sound = 0.1 * music(1.0)
    out = tmp_path / "out.wav"
    run(verbs.one, name, saved(tmp_path / "in.wav", sound), out)
    assert effects.make(name).latency_frames > 0
    assert np.abs(loaded(out) - sound).max() < 2**-22


def test_a_sound_shorter_than_the_look_ahead_comes_out_too(tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    run(verbs.one, "true_peak_limiter", saved(tmp_path / "in.wav", tone(1 / RATE_HZ, 0.0)), out)
    assert loaded(out).shape == (2, 1)


def test_a_tail_keeps_what_rings_on(tmp_path: Path) -> None:
    source, out = saved(tmp_path / "in.wav", music(0.5)), tmp_path / "out.wav"
    run(verbs.one, "reverb", source, out, "--tail", "1.5")
    rung = loaded(out)
    assert rung.shape[1] == 2 * RATE_HZ
    assert np.abs(rung[:, RATE_HZ // 2 :]).max() > 0.001


def test_a_chain_file_is_its_effects_in_order(tmp_path: Path) -> None:
    sound = music(1.0)
    plan = tmp_path / "warm.toml"
    plan.write_text(
        '[[effect]]\nname = "gain"\ngain_db = 12\n\n[[effect]]\nname = "limiter"\nceiling_dbfs = -6.0\n'
    )
    out = tmp_path / "out.wav"
    run(verbs.chain, plan, saved(tmp_path / "in.wav", sound), out)
    effects.make("gain", gain_db=12).process(sound)
    limiter = effects.make("limiter", ceiling_dbfs=-6.0)
    late = np.pad(sound, ((0, 0), (0, limiter.latency_frames)))
    limiter.process(late)
    assert np.abs(loaded(out) - late[:, limiter.latency_frames :]).max() < 2**-22


@pytest.mark.parametrize(
    ("kind", "kept"), [("FLOAT", "FLOAT"), ("DOUBLE", "FLOAT"), ("PCM_24", "PCM_24"), ("PCM_16", "PCM_24")]
)
def test_a_file_keeps_its_depth_and_a_float_one_what_is_above_full_scale(
    tmp_path: Path, kind: str, kept: str
) -> None:
    source, out = saved(tmp_path / "in.wav", tone(0.1), subtype=kind), tmp_path / "out.wav"
    run(verbs.one, "gain", source, out, "--set", "gain_db=12")
    assert soundfile.info(out).subtype == kept
    assert np.abs(loaded(out)).max() == pytest.approx(0.5 * 10**0.6 if kept == "FLOAT" else 1.0, abs=0.01)


def test_a_key_is_what_the_effect_listens_to(tmp_path: Path) -> None:
    """The pad steps back while the voice speaks, and where the voice's file ends it comes forward again."""
    pad, voice = tone(2.0, 200.0), tone(0.7, 500.0)
    out = tmp_path / "out.wav"
    key = saved(tmp_path / "voice.wav", voice)
    run(verbs.one, "ducker", saved(tmp_path / "pad.wav", pad), out, "--key", key, "--set", "depth_db=20")
    ducked = loaded(out)[0]
    level = [float(np.abs(ducked[int(s * RATE_HZ) :][:2_000]).max()) for s in (0.5, 1.9)]
    assert level[0] == pytest.approx(0.05, rel=0.05)
    assert level[1] > 0.4


def test_one_channel_comes_out_as_two_equal_ones(tmp_path: Path) -> None:
    out = tmp_path / "out.wav"
    run(verbs.one, "gain", saved(tmp_path / "in.wav", music(0.5)[:1]), out)
    two = loaded(out)
    assert np.array_equal(two[0], two[1])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lowpas",), "lowpass"),
        (("lowpass", "--set", "cutof_hz=900"), "cutoff_hz"),
        (("lowpass", "--set", "cutoff_hz=9e9"), "20000"),
        (("lowpass", "--set", "cutoff_hz=loud"), "cutoff_hz"),
        (("lowpass", "--set", "cutoff_hz=nan"), "NaN"),
        (("lowpass", "--set", "cutoff_hz"), "PARAMETER=VALUE"),
        (("lowpass", "--key", "in.wav"), "--key"),
        (("lowpass", "--tail", "nan"), "0 to 600"),
        (("lowpass", "--take", "impulse=in.wav"), "nothing"),
    ],
)
def test_a_wrong_word_is_named_and_leaves_nothing(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    source = saved(tmp_path / "in.wav", tone(0.1))
    with pytest.raises(Misused) as caught:
        run(verbs.one, words[0], source, tmp_path / "out.wav", *words[1:])
    assert said in f"{caught.value} {caught.value.remedy}"
    assert caught.value.exit_code == 2
    assert [file.name for file in tmp_path.iterdir()] == ["in.wav"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no effect"),
        ("effect = 3", "no effect"),
        ("[[effect]]\ncutoff_hz = 3", "without a name"),
        ('[[effect]]\nname = "lowpas"', "lowpass"),
        ('[[effect]]\nname = "lowpass"\ncutof_hz = 300', "cutoff_hz"),
        ('[[effects]]\nname = "lowpass"', "'effects'"),
        ("[[effect", "not TOML"),
        ('[[effect]]\nname = "gain"\n' * 300, "a chain has"),
    ],
)
def test_a_wrong_chain_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(text)
    with pytest.raises(Misused) as caught:
        run(verbs.chain, plan, saved(tmp_path / "in.wav", tone(0.1)), tmp_path / "out.wav")
    assert said in f"{caught.value} {caught.value.remedy}"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["in.wav", "plan.toml"]


def test_a_sound_that_breaks_off_leaves_no_half_file(tmp_path: Path) -> None:
    source = saved(tmp_path / "in.flac", music(4.0), subtype="PCM_16")
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    with pytest.raises(BadSound, match="breaks off"):
        run(verbs.one, "gain", source, tmp_path / "out.wav")
    assert [file.name for file in tmp_path.iterdir()] == ["in.flac"]


def test_the_list_says_every_effect_and_json_says_everything() -> None:
    listed = run(verbs.listing)
    assert all(f"  {name} " in listed for name in effects.EFFECTS)
    tables = json.loads(run(verbs.listing, "--json"))
    assert {table["name"] for table in tables} == set(effects.EFFECTS)
    shown = run(verbs.listing, "lowpass")
    assert "cutoff_hz" in shown
    assert json.loads(run(verbs.listing, "lowpass", "--json"))["parameters"][0]["name"] == "cutoff_hz"
    with pytest.raises(Misused, match="lowpas"):
        run(verbs.listing, "lowpas")


def test_loudness_of_a_file_is_told_in_words_and_as_json(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.wav", tone(4.0, 1_000.0, 10 ** (-23 / 20)))
    assert "-22.99 LUFS" in run(loudness, path)
    figures = json.loads(run(loudness, path, "--json"))
    assert figures["integrated_lufs"] == pytest.approx(-23.0, abs=0.05)
    assert figures["true_peak_dbtp"] == pytest.approx(-23.0, abs=0.05)


def test_silence_is_a_sound_without_loudness(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.wav", np.zeros((2, 48_000), np.float32))
    assert json.loads(run(loudness, path, "--json"))["integrated_lufs"] is None
    assert "nothing to measure" in run(loudness, path)
