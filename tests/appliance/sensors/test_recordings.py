"""Reading recorded files: what they hold, in the right unit and at the right rate."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.contracts import Channel
from appliance.sensors.recordings import load
from appliance.sensors.recordings.times import on_a_grid
from tests.recordings import make

RECORDINGS = Path(__file__).parents[2] / "recordings"
TRUTH = json.loads((RECORDINGS / "truth.json").read_text(encoding="ascii"))
WAVE = np.round(np.sin(np.arange(1000) / 20.0), 4)


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _lines(values: NDArray[np.float64]) -> str:
    return "\n".join(f"{value}" for value in values) + "\n"


@pytest.mark.parametrize(
    ("name", "channel", "rate_hz", "count", "unit"),
    [
        ("rest_ecg.csv", Channel.ECG, 125.0, 11250, "mV"),
        ("paced_ecg.csv.gz", Channel.ECG, 125.0, 22500, "mV"),
        ("finger_ppg.csv", Channel.PPG, 125.0, 7500, "a.u."),
        ("ectopic.hea", Channel.ECG, 125.0, 7500, "mV"),
        ("ectopic.dat", Channel.ECG, 125.0, 7500, "mV"),
        ("ectopic", Channel.ECG, 125.0, 7500, "mV"),
        ("evening.edf", Channel.ECG, 125.0, 7500, "mV"),
        ("intervals.txt", Channel.RR, 0.0, len(TRUTH["intervals.txt"]["beats_s"]) - 1, "ms"),
    ],
)
def test_each_kind_of_file_is_read(
    name: str, channel: Channel, rate_hz: float, count: int, unit: str
) -> None:
    recording = load(RECORDINGS / name)
    assert (recording.channel, recording.rate_hz) == (channel, rate_hz)
    assert (len(recording.values), recording.unit) == (count, unit)
    assert recording.values.dtype == np.float64
    assert recording.values.flags.c_contiguous


@pytest.mark.parametrize("name", ["rest_ecg.csv", "paced_ecg.csv.gz", "ectopic.hea", "evening.edf"])
def test_the_r_peaks_lie_where_the_truth_says(name: str) -> None:
    recording = load(RECORDINGS / name)
    known = TRUTH[name]
    for beat_s in known["beats_s"][2:-2]:
        near = round(beat_s * recording.rate_hz)
        around = recording.values[near - 6 : near + 7]
        assert abs(int(np.argmax(around)) - 6) <= (3 if beat_s in known["ectopics_s"] else 1)
        assert 0.5 < around.max() < 2.2  # mV


def test_another_lead_or_kind_can_be_asked_for() -> None:
    assert load(RECORDINGS / "evening.edf", kind="breath").rate_hz == 25.0
    assert load(RECORDINGS / "evening.edf", column="eda").unit == "uS"
    assert load(RECORDINGS / "ectopic.hea", kind="ppg").column == "PLETH"
    assert load(RECORDINGS / "ectopic.hea", column="2").channel is Channel.PPG


@pytest.mark.parametrize(
    "text",
    [
        "ECG\n" + _lines(WAVE),
        _lines(WAVE),
        '"index","ECG"\r\n' + "".join(f"{i}, {value}\r\n" for i, value in enumerate(WAVE)),
        "index\tecg\n" + "".join(f"{i}\t{value}\n" for i, value in enumerate(WAVE)),
        "Zeit;EKG\n" + "".join(f"{i};{str(value).replace('.', ',')}\n" for i, value in enumerate(WAVE)),
        "# a comment\n% Sample Rate = 999 Hz\nECG signal\n" + _lines(WAVE),
        "\ufeffECG\n" + _lines(WAVE),
        "".join(f"{i} {value}\n" for i, value in enumerate(WAVE)),
    ],
    ids=["heading", "bare", "quoted", "tabs", "decimal-comma", "comments", "byte-order-mark", "blanks"],
)
def test_text_is_read_in_the_forms_people_write_it(tmp_path: Path, text: str) -> None:
    recording = load(_file(tmp_path, "a.csv", text), rate_hz=100, kind="ecg")
    assert np.allclose(recording.values, WAVE)
    assert recording.rate_hz == 100.0


@pytest.mark.parametrize(
    ("heading", "step", "rate_hz"),
    [
        ("time [s]", 0.004, 250),
        ("time_ms", 4, 250),
        ("timestamp", 0.01, 100),
        ("timer", 8, 125),
        ("t (us)", 4000, 250),
    ],
)
def test_the_rate_comes_from_a_column_of_times(
    tmp_path: Path, heading: str, step: float, rate_hz: float
) -> None:
    rows = "".join(f"{i * step:.6g},{value}\n" for i, value in enumerate(WAVE))
    assert load(_file(tmp_path, "a.csv", f"{heading},ECG\n{rows}")).rate_hz == pytest.approx(rate_hz)


def test_the_rate_comes_from_dates(tmp_path: Path) -> None:
    rows = "".join(
        f"2026-03-01 10:00:{i // 100:02}.{i % 100:02}0000,{value}\n" for i, value in enumerate(WAVE)
    )
    assert load(_file(tmp_path, "a.csv", f"datetime,ECG\n{rows}")).rate_hz == pytest.approx(100)


def test_the_rate_comes_from_a_comment(tmp_path: Path) -> None:
    text = "%Board\n%Sample Rate = 250.0 Hz\n" + _lines(WAVE)
    assert load(_file(tmp_path, "a.csv", text)).rate_hz == 250.0


def test_a_hole_in_the_times_becomes_a_gap_of_its_true_length(tmp_path: Path) -> None:
    times = np.arange(1000) * 0.01
    times[600:] += 3.0
    rows = "".join(f"{t:.3f},{value}\n" for t, value in zip(times, WAVE, strict=True))
    recording = load(_file(tmp_path, "a.csv", f"time,ECG\n{rows}"))
    assert recording.rate_hz == pytest.approx(100)
    assert np.flatnonzero(np.isnan(recording.values)).tolist() == list(range(600, 900))


def test_streams_that_share_a_file_keep_their_own_rate() -> None:
    times = np.arange(2000) * 0.005
    values = np.where(np.arange(2000) % 4 == 0, 1.0, np.nan)
    rate_hz, kept = on_a_grid("a", times, values)
    assert rate_hz == pytest.approx(50)
    assert np.isfinite(kept).all()


def test_empty_cells_and_words_for_nothing_become_gaps(tmp_path: Path) -> None:
    text = "time,ECG\n0,1\n0.01,\n0.02,NA\n0.03,nan\n0.04,4\n0.05,inf\n0.06,7\n0.07,8\n0.08,9\n"
    values = load(_file(tmp_path, "a.csv", text)).values
    assert values[[0, 4, 6]].tolist() == [1.0, 4.0, 7.0]
    assert np.isnan(values[[1, 2, 3, 5]]).all()


def test_a_last_line_cut_off_while_it_was_written_is_forgiven(tmp_path: Path) -> None:
    text = "time,ECG\n" + "".join(f"{i / 100:.2f},{value}\n" for i, value in enumerate(WAVE)) + "10.0"
    assert len(load(_file(tmp_path, "a.csv", text)).values) == 1000


def test_units_in_headings_are_brought_to_millivolts(tmp_path: Path) -> None:
    recording = load(_file(tmp_path, "a.csv", "ECG (uV)\n1000\n2000\n"), rate_hz=100)
    assert (recording.values.tolist(), recording.unit) == ([1.0, 2.0], "mV")


def test_gzip_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(gzip.compress(b"ECG\n" + _lines(WAVE).encode()))
    assert len(load(path, rate_hz=100).values) == 1000


@pytest.mark.parametrize(
    ("text", "values_ms"),
    [
        ("800\r\n810\r\n790\r\n", [800, 810, 790]),
        ("RR\n0.8\n0.81\n0.79\n", [800, 810, 790]),
        ("time,rr_ms\n0,800\n1,810\n2,790\n", [800, 810, 790]),
        (
            "event,value,timestamp\nInterBeatInterval,800,x\nSensor,on,x\nInterBeatInterval,810,x\n",
            [800, 810],
        ),
    ],
)
def test_intervals_are_read_in_milliseconds(tmp_path: Path, text: str, values_ms: list[float]) -> None:
    recording = load(_file(tmp_path, "a.txt", text))
    assert (recording.channel, recording.rate_hz, recording.unit) == (Channel.RR, 0.0, "ms")
    assert recording.values == pytest.approx(values_ms)


def test_a_zero_among_intervals_is_a_gap(tmp_path: Path) -> None:
    recording = load(_file(tmp_path, "a.txt", "0\n" + "800\n" * 20))
    assert np.isnan(recording.values).tolist() == [True] + [False] * 20


def test_a_polar_file_gives_its_intervals(tmp_path: Path) -> None:
    text = "[Params]\r\nVersion=106\r\nInterval=238\r\n\r\n[HRData]\r\n800\r\n810\r\n\r\n"
    assert load(_file(tmp_path, "a.hrm", text)).values.tolist() == [800.0, 810.0]


def test_a_nameless_column_is_told_by_its_shape(tmp_path: Path) -> None:
    for name, channel in (("rest_ecg.csv", Channel.ECG), ("finger_ppg.csv", Channel.PPG)):
        path = _file(tmp_path, name, _lines(load(RECORDINGS / name).values))
        assert load(path, rate_hz=125).channel is channel


@pytest.mark.parametrize("form", [16, 212])
@pytest.mark.parametrize("count", [1001, 1000])
def test_wfdb_comes_back_as_it_was_written(tmp_path: Path, form: int, count: int) -> None:
    leads = {"I": (WAVE[:1].repeat(count), 100.0, "mV"), "II": (np.resize(WAVE, count), 1000.0, "mV")}
    make.write_wfdb(tmp_path, "a", leads, form)
    assert np.allclose(load(tmp_path / "a.hea", column="II").values, np.resize(WAVE, count), atol=0.0006)


def test_wfdb_reads_several_samples_a_frame_skew_and_lost_samples(tmp_path: Path) -> None:
    frames = np.arange(60).reshape(10, 6)  # 4 samples of II, 1 of RESP, 1 of ABP in each frame
    frames[3, 1] = -32768
    (tmp_path / "a.dat").write_bytes(b"\0" * 24 + frames.astype("<i2").tobytes())
    leads = ("16x4+24 10(2)/mV 16 0 0 0 0 II", "16:2+24 1 16 0 0 0 0 RESP", "16+24 1 16 5 0 0 0 ABP")
    header = "a 3 100 10\n" + "".join(f"a.dat {lead}\n" for lead in leads)
    _file(tmp_path, "a.hea", header)
    ecg = load(tmp_path / "a.hea")
    assert ecg.rate_hz == 400.0
    assert ecg.values[:4] == pytest.approx((frames[0, :4] - 2) / 10)
    assert np.flatnonzero(np.isnan(ecg.values)).tolist() == [13]
    breath = load(tmp_path / "a.hea", column="RESP")
    assert breath.values[:8].tolist() == frames[2:, 4].tolist()
    assert np.isnan(breath.values[8:]).all()
    assert (
        load(tmp_path / "a.hea", column="ABP").values[0] == frames[0, 5] - 5
    )  # baseline falls back to the zero


def test_a_rate_that_agrees_with_the_file_is_accepted() -> None:
    assert load(RECORDINGS / "ectopic.hea", rate_hz=125).rate_hz == 125.0
