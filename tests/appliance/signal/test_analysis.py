"""An analysis from file to figures, table and picture: right where the truth is known, else silent."""

from __future__ import annotations

import csv
import json
import struct
import tracemalloc
import zlib
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from appliance.contracts import Channel
from appliance.errors import Misused
from appliance.sensors.recordings import Stream, load, load_all
from appliance.sensors.recordings.annotations import Annotated
from appliance.signal.analysis import compare, figures, in_words, run
from appliance.signal.analysis.comparing import matched
from appliance.signal.analysis.condition import Condition
from appliance.signal.analysis.figures import EVENT_COLUMNS
from appliance.signal.command import command

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"
RATE_HZ = 125.0
Values = NDArray[np.float64]


def _stream(values: Values, channel: Channel = Channel.ECG, rate_hz: float = RATE_HZ) -> Stream:
    return Stream("made", channel, rate_hz, "mV", channel.value, len(values), lambda a, b: values[a:b])


def _rest() -> Values:
    return load(RECORDINGS / "rest_ecg.csv").values


def test_beats_are_counted_one_to_one_within_the_window() -> None:
    truth = Annotated(np.array([1.0, 2.0, 3.0, 4.0, 6.0]), ((5.0, 7.0),))
    found = compare([1.1, 1.12, 2.2, 3.0, 4.14, 5.5], truth)
    assert found.right == 3
    assert found.missed_s == (2.0,)
    assert found.invented_s == (1.12, 2.2)
    assert found.sensitivity == pytest.approx(75)
    assert found.precision == pytest.approx(60)
    assert found.f1 == pytest.approx(100 * 6 / 9)


def test_no_pairing_along_a_line_finds_more_than_the_greedy_one() -> None:
    random = np.random.default_rng(4)
    for _ in range(200):
        truth, found = np.sort(random.random((2, 7)) * 2, axis=1)
        best = [[0] * 8 for _ in range(8)]
        for i in range(7):
            for j in range(7):
                hit = best[i][j] + (abs(truth[i] - found[j]) <= 0.15)
                best[i + 1][j + 1] = max(best[i][j + 1], best[i + 1][j], hit)
        assert len(matched(truth, found)) == best[7][7]


def test_nothing_found_and_nothing_marked_has_no_score() -> None:
    assert compare([], Annotated(np.array([]))).f1 is None
    assert compare([], Annotated(np.array([1.0]))).f1 == 0.0


def test_several_signals_are_analysed_together() -> None:
    found = run(load_all(RECORDINGS / "evening.edf"))
    shown = figures(found)
    assert {one["kind"] for one in shown["signals"]} >= {"ecg", "breath", "skin"}
    assert any("2 Hz or more" in note for note in shown["notes"])  # its skin was recorded once a second
    assert "2 Hz or more" in in_words(shown)
    assert shown["hrv"]["rmssd_ms"] == pytest.approx(shown["rmssd_ms"], rel=0.05)


def test_the_figures_do_not_depend_on_how_the_file_was_cut_into_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from appliance.signal.analysis import running

    whole = figures(run([_stream(_rest())]))
    monkeypatch.setattr(running, "BLOCK_S", 7.0)
    assert figures(run([_stream(_rest())])) == whole


@pytest.mark.parametrize("size", [1, 7, 100, 5000])
def test_gaps_flat_lines_and_rails_are_found_in_blocks_of_any_size(size: int) -> None:
    values = np.sin(np.arange(2500) / 7.0)
    values[300:400] = np.nan
    values[1000:1250] = 0.25
    values[1600:1700] = np.clip(3 * values[1600:1700], -1.5, 1.5)
    values[2400:] = np.nan
    condition = Condition(100.0)
    for start in range(0, len(values), size):
        condition.feed(values[start : start + size])
    condition.finish()
    assert condition.gaps == [(3.0, 1.0), (24.0, 1.0)]
    assert condition.flats == [(10.0, 2.5)]
    railed = np.count_nonzero(np.abs(values[1600:1700]) == 1.5)
    assert condition.clipped_share == pytest.approx(railed / 2300, abs=0.01)


def test_a_signal_that_is_whole_has_none_of_these() -> None:
    condition = Condition(RATE_HZ)
    condition.feed(_rest())
    condition.finish()
    assert (condition.gaps, condition.flats) == ([], [])
    assert condition.clipped_share < 0.001


def test_a_rate_that_lies_is_told(tmp_path: Path) -> None:
    (stream, *_) = load_all(RECORDINGS / "rest_ecg.csv", rate_hz=250.0)
    assert "125 samples a second, not 250" in stream.notes[0]
    fast = figures(run([_stream(_rest(), rate_hz=600.0)]))
    assert any("check the rate" in note for note in fast["notes"]) or not fast["beats_s"]
    assert load_all(RECORDINGS / "rest_ecg.csv", rate_hz=125.0)[0].notes == ()


def test_a_lead_swapped_in_the_middle_costs_few_beats() -> None:
    values = _rest()
    values = np.concatenate([values[: len(values) // 2], -values[len(values) // 2 :]])
    truth = np.array(json.loads((RECORDINGS / "truth.json").read_text())["rest_ecg.csv"]["beats_s"])
    found = compare([beat.time_s for beat in run([_stream(values)]).beats], Annotated(truth))
    assert found.f1 is not None
    assert found.f1 > 94


@pytest.mark.parametrize("name", ["zeros", "huge", "tiny", "infinite", "square", "steps"])
def test_what_is_no_heart_gives_no_trusted_beat_and_no_fault(name: str) -> None:
    at = np.arange(int(20 * RATE_HZ))
    values = {
        "zeros": np.zeros(len(at)),
        "huge": 1e300 * np.sin(at / 3.0),
        "tiny": 1e-300 * np.sin(at / 3.0),
        "infinite": np.where(at % 50 == 0, np.inf, 0.0),
        "square": np.where(at // 10 % 2, 1.0, -1.0),
        "steps": np.floor(at / 500.0),
    }[name]
    with np.errstate(all="ignore"):
        shown = figures(run([_stream(values)]))
    json.dumps(shown, allow_nan=False)
    assert not shown["beats_s"] or shown["quality"] < 0.5


def test_a_day_takes_no_more_memory_than_its_beats() -> None:
    """Only a second lead, never looked at for beats, is a day long here; reading it costs the same."""
    one = np.sin(np.arange(6000) / 40.0)
    day = Stream(
        "day", Channel.ECG, 100.0, "mV", "II", 8_640_000, lambda a, b: np.resize(np.roll(one, -a), b - a)
    )
    tracemalloc.start()
    try:
        found = run([_stream(_rest()[:2500]), day])
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert found.conditions[1] is not None
    assert found.conditions[1].samples == 8_640_000
    assert most < 20e6  # the day itself would be 69 MB


def _analysed(*words: str) -> str:
    finished = CliRunner().invoke(command, list(words), catch_exceptions=False)
    assert finished.exit_code == 0, finished.output
    return finished.stdout


def test_the_command_compares_exports_and_draws(tmp_path: Path) -> None:
    truth = json.loads((RECORDINGS / "truth.json").read_text())["rest_ecg.csv"]["beats_s"]
    marked = tmp_path / "marked.csv"
    marked.write_text("time_s\n" + "\n".join(map(str, truth)) + "\n")
    picture, events = tmp_path / "a.svg", tmp_path / "a.csv"
    said = _analysed(
        *(str(RECORDINGS / "rest_ecg.csv"), "--compare", str(marked)),
        *("--plot", str(picture), "--events", str(events)),
    )
    assert "PPV" in said
    assert "F1          100.00 %" in said
    with events.open() as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == EVENT_COLUMNS
    assert [row["event"] for row in rows].count("beat") == len(truth)
    assert float(rows[5]["time_s"]) == pytest.approx(truth[5], abs=0.02)
    texts = "".join(ElementTree.parse(picture).getroot().itertext())
    assert "RR intervals" in texts
    assert "F1 100.00 %" in texts


def test_exported_events_can_be_compared_with(tmp_path: Path) -> None:
    events = tmp_path / "a.csv"
    _analysed(str(RECORDINGS / "rest_ecg.csv"), "--events", str(events))
    shown = json.loads(_analysed(str(RECORDINGS / "rest_ecg.csv"), "--compare", str(events), "--json"))
    assert shown["comparison"]["f1_percent"] == 100.0


@pytest.mark.parametrize("name", ["rest_ecg.csv", "intervals.txt"])
def test_the_picture_is_a_whole_png_with_something_on_it(name: str, tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    _analysed(str(RECORDINGS / name), "--plot", str(picture))
    data = picture.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", data[16:24])
    length = struct.unpack(">I", data[33:37])[0]
    assert zlib.crc32(data[37 : 41 + length]) == struct.unpack(">I", data[41 + length : 45 + length])[0]
    pixels = np.frombuffer(zlib.decompress(data[41 : 41 + length]), np.uint8).reshape(height, 1 + 3 * width)
    ink = (pixels[:, 1:].reshape(height, width, 3).min(axis=2) < 200).mean()
    assert 0.01 < ink < 0.5


def test_a_picture_of_an_unknown_kind_is_refused_before_the_work(tmp_path: Path) -> None:
    for name in ("a.jpg", "nowhere/a.png"):
        with pytest.raises(Misused) as refused:
            _analysed(str(RECORDINGS / "rest_ecg.csv"), "--plot", str(tmp_path / name))
        assert refused.value.remedy


def test_a_brain_alone_has_no_heart_rows(tmp_path: Path) -> None:
    at = np.arange(2500) / 125.0
    alpha = 20 * np.sin(2 * np.pi * 10 * at) + np.random.default_rng(1).standard_normal(len(at)) * 5
    path = tmp_path / "a.csv"
    path.write_text("# Sampling Rate: 125\nEEG [uV]\n" + "\n".join(f"{one:.3f}" for one in alpha) + "\n")
    said = _analysed(str(path), "--plot", str(tmp_path / "a.svg"))
    assert "alpha peak 10.0 Hz" in said
    assert "heart rate" not in said


def test_skin_beside_a_heart_is_summed_up() -> None:
    at = np.arange(90 * 8) / 8.0
    skin = 5.0 + sum(0.6 * np.clip(at - t, 0, None) * np.exp(-np.clip(at - t, 0, None)) for t in (20, 45, 70))
    shown = figures(run([_stream(_rest()), _stream(skin, Channel.SKIN, 8.0)]))
    own = shown["signals"][1]["figures"]
    assert own["level_us"] == pytest.approx(5.0, abs=0.2)
    assert own["responses_s"] == pytest.approx([20, 45, 70], abs=2.0)
    assert "responses a minute" in in_words(shown)


def test_the_page_about_recordings_names_every_key_column_and_option() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "recordings.md").read_text(encoding="utf-8")
    found = run(load_all(RECORDINGS / "evening.edf"))
    shown = figures(found, compare([1.0], Annotated(np.array([1.0]))))
    keys = {*shown, *shown["signals"][0], *shown["comparison"]}
    options = {name for option in command.params for name in option.opts if name.startswith("--")}
    missing = [name for name in {*keys, *EVENT_COLUMNS, *options} if f"`{name}" not in page]
    assert missing == []


def test_a_beat_in_the_first_second_and_the_last_can_be_right() -> None:
    truth = Annotated(np.array([0.0, 10.0]))
    assert compare([0.01, 9.99], truth, 10.0).f1 == 100.0
