"""What boards, straps and laboratories write: every signal of a file, a stretch at a time."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from appliance.contracts import Channel
from appliance.errors import BadRecording
from appliance.sensors.recordings import Stream, annotated_beats, load, load_all
from appliance.sensors.recordings._wfdb_formats import FORMATS
from tests.appliance.sensors.test_recordings_fuzzed import _edf

RECORDINGS = Path(__file__).parents[2] / "recordings"
Counts = list[int]


def _file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _packed(number: int, counts: Counts) -> bytes:
    """Samples as signal(5) says, written down sample by sample."""
    if number in (310, 311):
        found = b""
        for a, b, c in zip(counts[0::3], counts[1::3], counts[2::3], strict=True):
            a, b, c = a & 0x3FF, b & 0x3FF, c & 0x3FF
            if number == 311:
                found += (a | b << 10 | c << 20).to_bytes(4, "little")
            else:
                found += (a << 1 | (c & 0x1F) << 11).to_bytes(2, "little")
                found += (b << 1 | (c >> 5) << 11).to_bytes(2, "little")
        return found
    if number == 212:
        pairs = zip(counts[0::2], counts[1::2], strict=True)
        return b"".join(bytes([a & 0xFF, (a >> 8 & 15) | (b >> 8 & 15) << 4, b & 0xFF]) for a, b in pairs)
    width, order, shift = {
        16: (2, "little", 0),
        24: (3, "little", 0),
        32: (4, "little", 0),
        61: (2, "big", 0),
        80: (1, "little", 128),
        160: (2, "little", 32768),
    }[number]
    whole = 1 << 8 * width
    return b"".join(((one + shift) % whole).to_bytes(width, order) for one in counts)  # type: ignore[arg-type]


@pytest.mark.parametrize("number", FORMATS)
def test_every_wfdb_format_gives_the_samples_that_were_packed(number: int, tmp_path: Path) -> None:
    most = {80: 127, 212: 2047, 310: 511, 311: 511}.get(number, 32767)
    counts = np.random.default_rng(number).integers(-most, most + 1, 600)
    (tmp_path / "a.dat").write_bytes(_packed(number, counts.tolist()))
    leads = "".join(f"a.dat {number} 100/mV 16 0 0 0 0 {name}\n" for name in ("I", "II"))
    stream = load_all(_file(tmp_path, "a.hea", f"a 2 250 300\n{leads}"))[1]
    expected = counts[1::2] / 100
    assert np.allclose(stream.read(0, 300), expected)
    pieces = np.concatenate([stream.read(0, 1), stream.read(1, 100), stream.read(100, 300)])
    assert np.array_equal(pieces, stream.read(0, 300))


def test_a_record_of_segments_is_one_with_gaps_where_nothing_was_recorded(tmp_path: Path) -> None:
    for name in ("ectopic.hea", "ectopic.dat"):
        (tmp_path / name).write_bytes((RECORDINGS / name).read_bytes())
    header = _file(tmp_path, "whole.hea", "whole/3 2 125 9000\nectopic 4000\n~ 1000\nectopic 4000\n")
    stream, single = load_all(header)[0], load(tmp_path / "ectopic.hea").values
    values = stream.read(0, stream.count)
    assert stream.count == 9000
    assert np.array_equal(values[:4000], single[:4000])
    assert np.isnan(values[4000:5000]).all()
    assert np.array_equal(values[5000:], single[:4000])
    assert np.array_equal(stream.read(3990, 5010), values[3990:5010], equal_nan=True)


@pytest.mark.parametrize("sample_bytes", [2, 3])
@pytest.mark.parametrize("is_interrupted", [False, True])
def test_edf_and_bdf_have_gaps_where_they_were_interrupted(
    is_interrupted: bool, sample_bytes: int, tmp_path: Path
) -> None:
    path = tmp_path / "a.edf"
    path.write_bytes(_edf(is_interrupted, sample_bytes))
    (stream,) = load_all(path)
    values = stream.read(0, stream.count)
    assert (stream.rate_hz, stream.unit, stream.count) == (50.0, "mV", 200 if is_interrupted else 100)
    assert values[:50] == pytest.approx(np.arange(-25, 25) / 100)
    assert values[-50:] == pytest.approx(np.arange(-25, 25) / 100)
    assert np.isnan(values[50:-50]).all()


def test_all_signals_of_a_file_come_heart_first() -> None:
    found = load_all(RECORDINGS / "evening.edf")
    assert [one.channel for one in found][:2] == [Channel.ECG, Channel.PPG]
    assert Channel.BREATH in [one.channel for one in found]
    assert {one.rate_hz for one in found} == {125.0, 25.0, 1.0}
    (named,) = load_all(RECORDINGS / "evening.edf", columns=["eda"])
    assert named.unit == "uS"


def test_reading_in_pieces_is_reading_whole() -> None:
    for name in ("rest_ecg.csv", "ectopic.hea", "evening.edf"):
        for stream in load_all(RECORDINGS / name):
            cuts = [0, 1, 100, 101, 700, stream.count]
            pieces = [stream.read(a, b) for a, b in pairwise(cuts)]
            assert np.array_equal(np.concatenate(pieces), stream.whole().values, equal_nan=True)


def _channels(streams: list[Stream]) -> list[str]:
    return [f"{one.channel.value} {one.column} {one.rate_hz:g} {one.unit}" for one in streams]


def test_board_files_name_their_columns_before_version_6_too(tmp_path: Path) -> None:
    head = "%OpenBCI Raw EEG Data\n%Number of channels = 2\n%Sample Rate = 250.0 Hz\n"
    rows = "".join(f"{i}, {i}.5, {-i}.0, 0.1, 0.2, 0.3, 12:00:00.{i:03}, {1000 + 4 * i}\n" for i in range(50))
    found = load_all(_file(tmp_path, "a.txt", head + rows))
    assert _channels(found)[:2] == ["eeg EXG Channel 0 250 uV", "eeg EXG Channel 1 250 uV"]
    assert found[1].read(3, 5).tolist() == [-3.0, -4.0]


def test_a_headband_file_holds_streams_of_their_own_rate_and_lines_of_its_own_words(tmp_path: Path) -> None:
    rows = "".join(
        f"{1e9 + i / 200:.4f},{i % 5 if i % 4 == 1 else ''},{i if i % 5 == 0 else ''}\n" for i in range(2000)
    )
    text = f"timestamps,eeg_1,ppg_1\n{rows}1000000010.0,'version': '4',\n1000000010.005,1,\n"
    found = load_all(_file(tmp_path, "a.csv", text))
    assert [(one.channel.value, round(one.rate_hz)) for one in found] == [("ppg", 40), ("eeg", 50)]


@pytest.mark.parametrize(
    ("text", "values_ms"),
    [
        ("800,810,790,805,801,799,803,811\n", [800, 810, 790, 805, 801, 799, 803, 811]),
        ("800,800\n810,810\n790,790\n", [800, 810, 790]),
        ("0.8\t800\n1.61\t810\n2.4\t790\n", [800, 810, 790]),
        ("1;0,8\n2;0,81\n3;0,79\n", [800, 810, 790]),
        ("RR (s)\n0.8\n0.81\n0.79\n", [800, 810, 790]),
    ],
)
def test_intervals_are_found_in_the_ways_they_are_written(
    text: str, values_ms: list[float], tmp_path: Path
) -> None:
    kind = "rr" if ";" in text else None
    assert load(_file(tmp_path, "a.txt", text), kind=kind).values == pytest.approx(values_ms)


def test_one_wrong_line_in_a_short_list_is_told_and_a_few_in_thousands_become_gaps(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match="line 3 has 's'"):
        load(_file(tmp_path, "a.txt", "800\n700\ns\n890\n860\n"))
    rows = [f"{i % 9}" for i in range(5000)]
    rows[1000] = "sensor lost"
    values = load(_file(tmp_path, "b.csv", "ECG\n" + "\n".join(rows) + "\n"), rate_hz=100).values
    assert np.flatnonzero(np.isnan(values)).tolist() == [1000]


def test_a_large_text_is_the_same_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from appliance.sensors.recordings import lines

    path = _file(tmp_path, "a.csv", (RECORDINGS / "rest_ecg.csv").read_text().replace("\n", "\r\n"))
    whole = load(path).values
    monkeypatch.setattr(lines, "PIECE_BYTES", 1009)
    assert np.array_equal(load(path).values, whole)


def _words(*pairs: tuple[int, int]) -> bytes:
    return np.array([code << 10 | step for code, step in pairs] + [0], dtype="<u2").tobytes()


def test_annotations_give_beats_and_spans_of_flutter(tmp_path: Path) -> None:
    path = tmp_path / "a.atr"
    path.write_bytes(_words((28, 10), (1, 90), (5, 100), (32, 50), (33, 200), (1, 50)))
    found = annotated_beats(path, 100.0)
    assert found.beats_s.tolist() == [1.0, 2.0, 5.0]
    assert found.flutter_s == ((2.5, 4.5),)


def test_annotations_far_apart_keep_their_time(tmp_path: Path) -> None:
    path = tmp_path / "a.atr"
    far = np.array([59 << 10, 1, 0x86A0, 1 << 10, 0], dtype="<u2")  # 100,000 samples, high word first
    path.write_bytes(far.tobytes())
    assert annotated_beats(path, 100.0).beats_s.tolist() == [1000.0]


def test_beats_in_text_are_seconds_or_samples(tmp_path: Path) -> None:
    assert annotated_beats(_file(tmp_path, "a.csv", "time_s\n0.5\n1.25\n")).beats_s.tolist() == [0.5, 1.25]
    assert annotated_beats(_file(tmp_path, "b.csv", "50\n125\n"), 100.0).beats_s.tolist() == [0.5, 1.25]
    with pytest.raises(BadRecording, match="counts in samples"):
        annotated_beats(_file(tmp_path, "c.csv", "50\n125\n"))
    with pytest.raises(BadRecording, match="no annotations"):
        annotated_beats(tmp_path / "absent.atr")


def test_a_phone_beside_a_strap_writes_three_clocks_and_one_of_them_is_enough(tmp_path: Path) -> None:
    rows = "".join(
        f"2026-01-01T10:00:00.{i:03};{6 * 10**17 + i * 7692307};{i * 1000 / 130:.1f};{i % 90 - 45}\n"
        for i in range(400)
    )
    text = f"Phone timestamp;sensor timestamp [ns];timestamp [ms];ecg [uV]\n{rows}"
    (stream,) = load_all(_file(tmp_path, "a.txt", text))
    assert (stream.channel, round(stream.rate_hz, 1), stream.unit) == (Channel.ECG, 130.0, "mV")
    assert stream.read(3, 4)[0] == pytest.approx(-0.042)


def test_a_headband_with_words_in_other_columns_is_read(tmp_path: Path) -> None:
    rows = "".join(
        f"2026-01-01 10:00:{i // 256:02}.{i % 256 * 1000 // 256:03},0.5,{800 + i % 7},{700 + i % 5},\n"
        + ("2026-01-01 10:00:01.000,,,,/muse/elements/blink\n" if i == 256 else "")
        for i in range(1500)
    )
    text = f"TimeStamp,Delta_TP9,RAW_TP9,RAW_AF7,Elements\n{rows}"
    found = load_all(_file(tmp_path, "a.csv", text))
    assert [(one.column, one.unit, round(one.rate_hz)) for one in found] == [
        ("RAW_TP9", "uV", 256),
        ("RAW_AF7", "uV", 256),
    ]


def test_packets_a_board_lost_are_gaps_of_their_length(tmp_path: Path) -> None:
    head = "%OpenBCI Raw EEG Data\n%Number of channels = 2\n%Sample Rate = 250.0 Hz\n"
    kept = [i for i in range(600) if not 100 <= i < 110 and i != 256]
    rows = "".join(f"{i % 256}, {i}.0, {-i}.0, 0.1, 0.2, 0.3\n" for i in kept)
    values = load_all(_file(tmp_path, "a.txt", head + rows))[0].read(0, 600)
    assert np.flatnonzero(np.isnan(values)).tolist() == [*range(100, 110), 256]
    assert values[-1] == 599
