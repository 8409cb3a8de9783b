"""A master is as loud as asked, keeps its ceiling, and says what it could not reach."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from appliance.errors import Misused
from appliance.studio.errors import BadSound
from appliance.studio.loudness import measure_file
from appliance.studio.master import master
from appliance.studio.verbs.master import command
from tests.appliance.studio.sounds import RATE_HZ, loaded, music, saved, tone


def true_peak_db(sound: NDArray[np.float32]) -> float:
    """Eight places a sample of the wave that holds nothing above half the rate."""
    padded = np.pad(sound.astype(np.float64), ((0, 0), (1_000, 1_000)))
    size = padded.shape[1]
    return float(20 * np.log10(np.abs(8 * np.fft.irfft(np.fft.rfft(padded), 8 * size)).max()))


@pytest.mark.parametrize("lufs", [-13.0, -16.0, -20.0])
@pytest.mark.parametrize("preset", ["warm", "clean", "bright"])
def test_a_master_is_as_loud_as_asked_and_keeps_its_ceiling(tmp_path: Path, lufs: float, preset: str) -> None:
    source, out = saved(tmp_path / "in.wav", music(8.0)), tmp_path / "out.wav"
    made = master(source, out, lufs=lufs, preset=preset)
    found = measure_file(out)
    assert found.integrated_lufs == pytest.approx(lufs, abs=0.05)
    assert found.integrated_lufs == pytest.approx(made.after.integrated_lufs, abs=0.001)
    assert true_peak_db(loaded(out)) <= -1.0
    assert np.abs(loaded(out)).max() <= 0.98
    assert loaded(out).shape == loaded(source).shape


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 96_000])
def test_every_rate_is_mastered(tmp_path: Path, rate_hz: int) -> None:
    source = saved(tmp_path / "in.wav", music(6.0, rate_hz=rate_hz), rate_hz)
    made = master(source, tmp_path / "out.wav", preset="bright")
    assert made.after.integrated_lufs == pytest.approx(-13.0, abs=0.05)
    assert made.after.rate_hz == rate_hz


def test_a_quiet_part_comes_nearer_when_the_range_is_wide(tmp_path: Path) -> None:
    """10 LU between verse and chorus become 7, by a ratio below 3."""
    parts = [music(8.0, seed) * level for seed, level in ((1, 0.25), (2, 0.8), (3, 0.25), (4, 0.8))]
    source = saved(tmp_path / "in.wav", np.concatenate(parts, axis=1))
    made = master(source, tmp_path / "out.wav", lufs=-18.0)
    assert made.before.range_lu > 9.0
    assert made.after.range_lu <= 7.2
    assert 1.0 < made.compression_ratio < 3.0
    assert made.after.integrated_lufs == pytest.approx(-18.0, abs=0.05)


def test_a_narrow_range_is_not_compressed(tmp_path: Path) -> None:
    made = master(saved(tmp_path / "in.wav", music(6.0)), tmp_path / "out.wav")
    assert made.compression_ratio == 1.0


def test_the_level_is_one_gain_for_the_whole_piece(tmp_path: Path) -> None:
    """Below the ceiling a master is the sound itself, louder, its middle a little forward."""
    sound = 0.1 * music(6.0)
    made = master(saved(tmp_path / "in.wav", sound), tmp_path / "out.wav", lufs=-35.0)
    middle = 0.5 * (sound[0] + sound[1]) * 0.05
    expected = (sound + middle) * 10 ** (made.gain_db / 20)
    assert np.abs(loaded(tmp_path / "out.wav") - expected).max() < 2**-21
    assert made.passes == 1


def test_what_cannot_be_reached_is_said(tmp_path: Path) -> None:
    """Two clicks a second cannot be made loud by a gain."""
    clicks = np.zeros((2, 6 * RATE_HZ), np.float32)
    clicks[:, :: RATE_HZ // 2] = 0.9
    made = master(saved(tmp_path / "in.wav", clicks), tmp_path / "out.wav")
    assert made.after.integrated_lufs is not None
    assert made.after.integrated_lufs < -14.0
    assert any("instead of -13.00" in note for note in made.notes)
    assert true_peak_db(loaded(tmp_path / "out.wav")) <= -1.0


@pytest.mark.parametrize("kind", ["silence", "one sample", "square"])
def test_odd_sounds_are_mastered_too(tmp_path: Path, kind: str) -> None:
    sound = {
        "silence": np.zeros((2, RATE_HZ), np.float32),
        "one sample": np.full((2, 1), 0.99, np.float32),
        "square": np.sign(tone(2.0, 441.3)),
    }[kind]
    made = master(saved(tmp_path / "in.wav", sound), tmp_path / "out.wav")
    out = loaded(tmp_path / "out.wav")
    assert out.shape == sound.shape
    if kind == "square":
        assert made.after.integrated_lufs == pytest.approx(-13.0, abs=0.05)
    else:
        assert "nothing to measure" in made.notes[0]
    if kind == "silence":
        assert not out.any()


def test_one_channel_becomes_two(tmp_path: Path) -> None:
    made = master(saved(tmp_path / "in.wav", music(6.0)[:1]), tmp_path / "out.wav")
    assert made.after.channels == 2
    assert made.after.integrated_lufs == pytest.approx(-13.0, abs=0.05)


def test_no_strength_only_keeps_the_ceiling(tmp_path: Path) -> None:
    sound = music(6.0)
    master(saved(tmp_path / "in.wav", sound), tmp_path / "out.wav", strength=0.0, preset="bright")
    assert np.abs(loaded(tmp_path / "out.wav") - sound).max() < 2**-22


@pytest.mark.parametrize("values", [{"lufs": 3.0}, {"lufs": float("nan")}, {"strength": 2.0}])
def test_a_value_outside_is_refused_before_any_work(tmp_path: Path, values: dict[str, float]) -> None:
    with pytest.raises(Misused, match="outside"):
        master(saved(tmp_path / "in.wav", tone(1.0)), tmp_path / "out.wav", **values)
    assert [file.name for file in tmp_path.iterdir()] == ["in.wav"]


def test_six_channels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSound, match="6 channels"):
        master(saved(tmp_path / "in.wav", np.tile(tone(0.5), (3, 1))), tmp_path / "out.wav")
    assert [file.name for file in tmp_path.iterdir()] == ["in.wav"]


def test_the_verb_prints_before_and_after(tmp_path: Path) -> None:
    source = saved(tmp_path / "in.wav", music(6.0))
    words = [str(source), "--out", str(tmp_path / "out.flac")]
    finished = CliRunner().invoke(command, words, catch_exceptions=False)
    assert "->" in finished.stdout
    assert "LUFS" in finished.stdout
    figures = json.loads(CliRunner().invoke(command, [*words, "--json"], catch_exceptions=False).stdout)
    assert figures["after"]["integrated_lufs"] == pytest.approx(-13.0, abs=0.05)
