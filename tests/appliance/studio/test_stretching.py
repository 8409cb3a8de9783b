"""Slower and faster files: the length to the frame, the pitch as it was or as asked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from appliance.errors import Misused
from appliance.studio.errors import BadSound
from appliance.studio.stretching import stretch
from appliance.studio.verbs.stretch import command
from tests.appliance.studio.sounds import RATE_HZ, loaded, music, saved, tone


def pitch_hz(sound: NDArray[np.float32]) -> float:
    """Where the middle of a tone has its peak."""
    middle = sound[0, len(sound[0]) // 4 :][:16_384] * np.hanning(16_384)
    return float(np.argmax(np.abs(np.fft.rfft(middle, 1 << 18))) * RATE_HZ / (1 << 18))


@pytest.mark.parametrize("by", [0.25, 0.8, 1.0, 1.25, 2.0, 8.0])
def test_a_file_is_as_long_as_asked_to_the_frame(tmp_path: Path, by: float) -> None:
    out = tmp_path / "out.wav"
    sound = music(0.777)
    told = stretch(saved(tmp_path / "in.wav", sound), out, by)
    assert loaded(out).shape == (2, round(by * sound.shape[1]))
    assert told.seconds == pytest.approx(by * 0.777, abs=1 / RATE_HZ)


@pytest.mark.parametrize(("by", "semitones"), [(1.5, 0.0), (1.5, 12.0), (0.75, -7.0), (1.0, 5.0)])
def test_the_pitch_is_as_asked_whatever_the_length(tmp_path: Path, by: float, semitones: float) -> None:
    out = tmp_path / "out.wav"
    stretch(saved(tmp_path / "in.wav", tone(1.5)), out, by, semitones)
    assert loaded(out).shape[1] == round(by * 1.5 * RATE_HZ)
    assert pitch_hz(loaded(out)) == pytest.approx(440.0 * 2 ** (semitones / 12), rel=0.001)


def test_a_click_stands_where_its_time_has_gone(tmp_path: Path) -> None:
    sound = np.zeros((2, 2 * RATE_HZ), np.float32)
    sound[:, RATE_HZ] = 0.9
    out = tmp_path / "out.wav"
    stretch(saved(tmp_path / "in.wav", sound), out, 1.25)
    assert np.argmax(np.abs(loaded(out)[0])) == pytest.approx(1.25 * RATE_HZ, abs=0.002 * RATE_HZ)


def test_nothing_asked_is_nothing_done(tmp_path: Path) -> None:
    sound, out = music(0.5), tmp_path / "out.wav"
    stretch(saved(tmp_path / "in.wav", sound), out, 1.0)
    assert np.array_equal(loaded(out), sound)


@pytest.mark.parametrize("by", [1.0, 1.5])
def test_what_is_no_sound_is_silence(tmp_path: Path, by: float) -> None:
    sound, out = music(0.5), tmp_path / "out.wav"
    sound[0, 1_000:1_100], sound[1, 2_000] = np.nan, np.inf
    stretch(saved(tmp_path / "in.wav", sound), out, by)
    assert np.isfinite(loaded(out)).all()


@pytest.mark.parametrize("frames", [1, 100])
def test_a_sound_of_a_few_frames_comes_out_too(tmp_path: Path, frames: int) -> None:
    out = tmp_path / "out.wav"
    stretch(saved(tmp_path / "in.wav", tone(frames / RATE_HZ)), out, 2.0, 3.0)
    assert loaded(out).shape == (2, 2 * frames)


@pytest.mark.parametrize(
    ("by", "semitones", "said"),
    [(0.1, 0.0, "0.25 to 8"), (9.0, 0.0, "0.25 to 8"), (float("nan"), 0.0, "0.25 to 8"), (1.0, 30.0, "24")],
)
def test_what_cannot_be_is_named_and_leaves_nothing(
    tmp_path: Path, by: float, semitones: float, said: str
) -> None:
    source = saved(tmp_path / "in.wav", tone(0.1))
    with pytest.raises(Misused, match=said) as caught:
        stretch(source, tmp_path / "out.wav", by, semitones)
    assert caught.value.exit_code == 2
    with pytest.raises(BadSound):
        stretch(tmp_path / "nowhere.wav", tmp_path / "out.wav", 2.0)
    assert [file.name for file in tmp_path.iterdir()] == ["in.wav"]


def test_the_verb_says_how_long_it_was_and_is(tmp_path: Path) -> None:
    words = [str(saved(tmp_path / "in.wav", tone(1.0))), str(tmp_path / "out.flac"), "--by", "1.5"]
    assert "1.00 s -> 1.50 s" in CliRunner().invoke(command, words, catch_exceptions=False).stdout
    told = json.loads(CliRunner().invoke(command, [*words, "--json"], catch_exceptions=False).stdout)
    assert (told["seconds"], told["by"], told["semitones"]) == (1.5, 1.5, 0.0)
