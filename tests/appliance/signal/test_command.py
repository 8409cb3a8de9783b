"""`echoel analyse`: figures for people and programs, and clear words where there is no heart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from appliance.errors import BadRecording
from appliance.signal.command import command

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"
KEYS = {"beats_s", "rr_ms", "mean_hr_bpm", "rmssd_ms", "sdnn_ms", "pnn50", "breath_rate_bpm", "coherence"}
UNKNOWN = ("mean_hr_bpm", "rmssd_ms", "sdnn_ms", "pnn50", "breath_rate_bpm", "coherence")


def run(*words: str) -> dict[str, Any]:
    finished = CliRunner().invoke(command, [*words, "--json"], catch_exceptions=False)
    assert finished.exit_code == 0, finished.output

    def no_nan(name: str) -> float:
        raise AssertionError(f"{name} is not JSON")

    figures: dict[str, Any] = json.loads(finished.stdout, parse_constant=no_nan)
    assert set(figures) >= KEYS | {"quality"}
    return figures


@pytest.mark.parametrize(
    "name",
    ["rest_ecg.csv", "paced_ecg.csv.gz", "finger_ppg.csv", "ectopic.hea", "evening.edf", "intervals.txt"],
)
def test_recordings_of_every_kind_give_their_beats_and_breath(name: str) -> None:
    figures = run(str(RECORDINGS / name))
    known = json.loads((RECORDINGS / "truth.json").read_text())[name]
    truth = np.array(known["pulses_s" if "ppg" in name else "beats_s"])
    found = np.array(figures["beats_s"])
    assert abs(len(found) - len(truth)) <= 2
    if not name.endswith(".txt"):  # a list of intervals does not say when it began
        assert np.max([np.min(np.abs(truth - time_s)) for time_s in found]) < 0.05
    assert len(figures["rr_ms"]) == len(found) - 1
    assert figures["quality"] > 0.8
    if figures["breath_rate_bpm"] is not None:
        assert figures["breath_rate_bpm"] == pytest.approx(known["breath_rate_bpm"], abs=2.0)
    assert (figures["breath_rate_bpm"] is not None) or figures["breath_confidence"] < 0.7


def test_slow_paced_breathing_is_coherent() -> None:
    paced, rest = run(str(RECORDINGS / "paced_ecg.csv.gz")), run(str(RECORDINGS / "rest_ecg.csv"))
    assert paced["coherence"] > 0.7 > rest["coherence"]
    assert paced["breath_rate_bpm"] == pytest.approx(6.0, abs=0.3)


def test_people_get_words() -> None:
    finished = CliRunner().invoke(command, [str(RECORDINGS / "rest_ecg.csv")], catch_exceptions=False)
    assert finished.exit_code == 0
    assert "beats a minute" in finished.stdout
    assert "RMSSD" in finished.stdout


@pytest.mark.parametrize("name", ["flat", "nan inside", "noise", "clipped", "short"])
def test_a_signal_without_a_heart_has_unknown_figures(name: str, tmp_path: Path) -> None:
    count = 250 * 30
    noise = np.random.default_rng(5).standard_normal(count)
    signals = {
        "flat": np.full(count, 0.25),
        "nan inside": np.where(np.arange(count) < 100, 0.1, np.nan),
        "noise": noise,
        "clipped": np.where(np.arange(count) < 3, 0.0, 5.0),
        "short": np.array([0.1, 0.2, 0.1]),
    }
    file = tmp_path / "signal.csv"
    file.write_text("ECG\n" + "\n".join(f"{value:.5f}" for value in signals[name]) + "\n")
    figures = run(str(file), "--rate", "250", "--kind", "ecg")
    if name == "noise":
        assert figures["quality"] < 0.5
        assert figures["breath_rate_bpm"] is None
        return
    assert figures["beats_s"] == []
    assert figures["quality"] == 0.0
    assert [figures[key] for key in UNKNOWN] == [None] * len(UNKNOWN)


def test_a_gap_is_reported_with_start_and_length(tmp_path: Path) -> None:
    lines = (RECORDINGS / "rest_ecg.csv").read_text().splitlines()
    heading, rows = lines[0], lines[1:]
    rate_hz = len(rows) / 90.0
    first, last = round(30 * rate_hz), round(36 * rate_hz)
    rows[first:last] = [",".join([row.split(",")[0]] + ["nan"] * row.count(",")) for row in rows[first:last]]
    file = tmp_path / "gap.csv"
    file.write_text("\n".join([heading, *rows]) + "\n")
    figures = run(str(file))
    (gap,) = figures["gaps"]
    assert gap["start_s"] == pytest.approx(30.0, abs=1.0)
    assert gap["length_s"] == pytest.approx(6.0, abs=1.0)
    assert not [time_s for time_s in figures["beats_s"] if 30.1 < time_s < 35.9]


@pytest.mark.parametrize(
    "words", [["absent.csv"], [str(RECORDINGS)], [str(RECORDINGS / "rest_ecg.csv"), "--column", "x"]]
)
def test_a_file_that_cannot_be_read_is_refused_with_a_remedy(words: list[str]) -> None:
    with pytest.raises(BadRecording) as refused:
        CliRunner().invoke(command, words, catch_exceptions=False)
    assert refused.value.remedy
    assert refused.value.exit_code == 2
