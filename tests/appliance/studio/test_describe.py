"""Tempo and key of music whose tempo and key are known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from appliance.studio.rhythm import Onsets, Rhythm, rhythm
from appliance.studio.tonality import NOTES, Chroma, Tonality, camelot
from appliance.studio.verbs.describe import command
from tests.appliance.studio.sounds import RATE_HZ, saved

SLOW_HZ = 16_000


# Sixteenths of a bar on which each drum falls.
_FUNK = {"kick": (0, 3, 9, 10), "snare": (4, 12, 15), "hat": tuple(range(16))}


def struck(frames: int, at_s: list[float], sound: NDArray[np.float64]) -> NDArray[np.float64]:
    wave = np.zeros(frames + len(sound))
    for time_s in at_s:
        start = round(time_s * SLOW_HZ)
        if start < frames:
            wave[start : start + len(sound)] += sound
    return wave[:frames]


def drums(bpm: float, seconds: float, first_s: float = 0.3, pattern: str = "rock") -> NDArray[np.float32]:
    """Kick and snare by turns with a hat on every eighth; or another pattern."""
    random = np.random.default_rng(1)
    frames, time_s = int(seconds * SLOW_HZ), np.arange(SLOW_HZ // 5) / SLOW_HZ
    kick = np.sin(2 * np.pi * (50 * time_s + 3 * (1 - np.exp(-40 * time_s)))) * np.exp(-15 * time_s)
    snare = 0.5 * random.standard_normal(len(time_s)) * np.exp(-25 * time_s)
    hat = 0.1 * np.diff(random.standard_normal(len(time_s) + 1)) * np.exp(-90 * time_s)
    click = np.sin(2 * np.pi * 1_000 * time_s) * np.exp(-200 * time_s)
    beats = list(np.arange(first_s, seconds, 60 / bpm))
    if pattern == "clicks":
        return struck(frames, beats, click).astype(np.float32)
    if pattern == "house":
        return struck(frames, beats, kick).astype(np.float32)
    if pattern == "funk":
        bars = beats[::4]
        at = {
            name: [bar + step * 15 / bpm for bar in bars for step in steps] for name, steps in _FUNK.items()
        }
        parts = (
            struck(frames, at["kick"], kick),
            struck(frames, at["snare"], snare),
            struck(frames, at["hat"], hat),
        )
        return np.asarray(sum(parts), np.float32)
    if pattern == "offbeat":
        offbeats = [beat + 30 / bpm for beat in beats]
        return np.asarray(struck(frames, beats, kick) + struck(frames, offbeats, 2.0 * hat), np.float32)
    eighths = list(np.arange(first_s, seconds, 30 / bpm))
    parts = struck(frames, beats[::2], kick), struck(frames, beats[1::2], snare), struck(frames, eighths, hat)
    return np.asarray(sum(parts), np.float32)


def heard(sound: NDArray[np.float32], block: int = 40_000) -> Rhythm:
    onsets = Onsets(SLOW_HZ)
    for at in range(0, len(sound), block):
        onsets.feed(sound[at : at + block])
    return rhythm(onsets.strength())


TEMPI = (60, 66, 72, 78, 84, 90, 96, 100, 105, 110, 116, 120, 125, 128, 132, 140, 150, 160, 170, 174)
DRUMMED = [(bpm, "rock") for bpm in TEMPI] + [
    (bpm, name) for bpm in TEMPI[::5] for name in ("house", "clicks")
]
DRUMMED += [(bpm, "offbeat") for bpm in TEMPI[5::5]]


@pytest.mark.parametrize(("bpm", "pattern"), DRUMMED)
def test_the_tempo_is_within_a_hundredth(bpm: float, pattern: str) -> None:
    found = heard(drums(bpm, 14.0, pattern=pattern))
    assert found.tempo_bpm == pytest.approx(bpm, rel=0.01)
    assert found.confidence > 0.3


@pytest.mark.parametrize("bpm", [85, 100, 120])
def test_a_syncopated_bar_does_not_hide_the_tempo(bpm: float) -> None:
    assert heard(drums(bpm, 20.0, pattern="funk")).tempo_bpm == pytest.approx(bpm, rel=0.01)


def test_the_beats_fall_where_they_are() -> None:
    found = np.array(heard(drums(96.0, 14.0, 0.45)).beats_s)
    true = np.arange(0.45, 14.0, 60 / 96)
    assert len(found) == pytest.approx(len(true), abs=1)
    assert max(np.abs(true - beat).min() for beat in found) < 0.03


def test_a_tempo_does_not_depend_on_how_the_sound_comes_in_blocks() -> None:
    sound = drums(100.0, 6.0)
    cut, whole = heard(sound, 777), heard(sound)
    assert cut.tempo_bpm == pytest.approx(whole.tempo_bpm, rel=1e-6)
    assert cut.beats_s == whole.beats_s


@pytest.mark.parametrize("kind", ["silence", "drone", "one stroke", "nothing"])
def test_where_there_is_no_beat_none_is_found(kind: str) -> None:
    time_s = np.arange(8 * SLOW_HZ) / SLOW_HZ
    sound = {
        "silence": np.zeros(8 * SLOW_HZ),
        "drone": 0.3 * np.sin(2 * np.pi * 110 * time_s),
        "one stroke": struck(8 * SLOW_HZ, [1.0], np.ones(50)),
        "nothing": np.zeros(1),
    }[kind]
    found = heard(sound.astype(np.float32))
    assert found.tempo_bpm is None or found.confidence < 0.1


def chords(tonic: int, mode: str, cents: float = 0.0) -> NDArray[np.float32]:
    """I IV V I or i iv V i with a bass and five overtones a note, over A = 440 Hz and some cents."""
    third = 4 if mode == "major" else 3
    progression = ((0, (0, third, 7)), (5, (0, third, 7)), (7, (0, 4, 7)), (0, (0, third, 7)))
    time_s = np.arange(int(0.7 * SLOW_HZ)) / SLOW_HZ
    parts = []
    for root, steps in progression:
        notes = [48 + tonic + root - 12, *(60 + (tonic + root + step) % 12 for step in steps)]
        wave = np.zeros(len(time_s))
        for note in notes:
            hz = 440.0 * 2 ** ((note - 69 + cents / 100) / 12)
            wave += sum(np.sin(2 * np.pi * hz * k * time_s) / k**1.5 for k in range(1, 7))
        parts.append(0.05 * wave * np.exp(-2 * time_s))
    return np.concatenate(parts).astype(np.float32)


def toned(sound: NDArray[np.float32]) -> Tonality:
    chroma = Chroma(SLOW_HZ)
    for at in range(0, len(sound), 9_999):
        chroma.feed(sound[at : at + 9_999])
    return chroma.tonality()


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("tonic", range(12), ids=NOTES)
def test_every_key_is_named(tonic: int, mode: str) -> None:
    assert toned(chords(tonic, mode)).key == f"{NOTES[tonic]} {mode}"


@pytest.mark.parametrize("cents", [-35.0, 20.0])
def test_a_piece_tuned_high_or_low_keeps_its_key(cents: float) -> None:
    found = toned(chords(9, "minor", cents))
    assert found.key == "A minor"
    assert found.tuning_cents == pytest.approx(cents, abs=4.0)


def test_noise_and_silence_have_no_sure_key() -> None:
    assert toned(np.zeros(SLOW_HZ, np.float32)).key is None
    noise = np.random.default_rng(1).standard_normal(8 * SLOW_HZ).astype(np.float32)
    assert toned(noise).confidence < 0.3


def test_the_wheel_of_fifths_is_the_usual_one() -> None:
    wheel = {
        "C major": "8B",
        "G major": "9B",
        "F major": "7B",
        "B major": "1B",
        "A minor": "8A",
        "E minor": "9A",
    }
    for name, place in wheel.items():
        note, mode = name.split()
        assert camelot(NOTES.index(note), mode) == place
    assert len({camelot(note, mode) for note in range(12) for mode in ("major", "minor")}) == 24


def test_the_verb_tells_everything(tmp_path: Path) -> None:
    sound = np.repeat(drums(120.0, 8.0)[None], 2, axis=0)
    path = saved(tmp_path / "x.wav", 0.5 * sound, SLOW_HZ)
    found = json.loads(_run(str(path), "--json"))
    assert found["tempo_bpm"] == pytest.approx(120.0, rel=0.01)
    assert found["clipped"] == 0
    assert found["seconds"] == 8.0
    assert found["integrated_lufs"] < 0.0
    assert "beats a minute" in _run(str(path))


@pytest.mark.parametrize("frames", [1, 100, RATE_HZ])
def test_a_sound_without_anything_to_tell_is_described_too(tmp_path: Path, frames: int) -> None:
    path = saved(tmp_path / "x.wav", np.zeros((2, frames), np.float32))
    found = json.loads(_run(str(path), "--json"))
    assert found["tempo_bpm"] is found["key"] is found["integrated_lufs"] is None
    assert "no beat found" in _run(str(path))


def _run(*words: str) -> str:
    return CliRunner().invoke(command, list(words), catch_exceptions=False).stdout
