"""Files that cannot be read: each says what is wrong and what to do, and nothing else ever comes out."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.errors import BadRecording
from appliance.sensors.recordings import load
from tests.recordings import make

RECORDINGS = Path(__file__).parents[2] / "recordings"
NUMBERS = "".join(f"{i % 7}\n" for i in range(100))


def _refused(path: Path, **wish: Any) -> str:
    with pytest.raises(BadRecording) as caught:
        load(path, **wish)
    assert caught.value.exit_code == 2
    assert caught.value.remedy
    assert "Traceback" not in str(caught.value)
    return f"{caught.value} | {caught.value.remedy}"


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n \n", "is empty"),
        ("a.csv", b"ECG\n", "no numbers"),
        ("a.csv", b"# only a comment\n", "no data"),
        ("a.csv", b"ECG\n1\n2\nthree\n4\n", "line 4 has 'three'"),
        ("a.csv", b"t,ECG\n0,1\n1,2\n2\n3,4\n", "line 4 has 1 columns"),
        ("a.csv", NUMBERS.encode(), "how many samples a second"),
        ("a.csv", bytes(range(256)) * 20, "binary"),
        ("a.csv", os.urandom(4096).replace(b"\0", b"\1"), "binary"),
        ("a.csv", b"1," * 200_000, "longer than"),
        ("a.csv", b"hello world\nthis is\nno recording\n", "line 2 has 'this' where a number belongs"),
        ("a.csv", b"time,ECG\n0,1\n0.01,2\n5,3\n0.03,4\n0.04,5\n", "do not rise"),
        ("a.csv", b"time,ECG\n5,1\n4,2\n3,1\n", "do not rise"),
        ("a.csv", b"time,ECG\nx,1\ny,2\nz,1\n", "holds no times"),
        ("a.csv", b"time,HR\n0,60\n1,61\n2,60\n3,62\n", "count by one"),
        ("a.csv", b"vEOG,hEOG\n1,2\n3,4\n", "several columns"),
        ("a.csv", b"1,2,3\n4,5,6\n", "3 columns and no headings"),
        ("a.csv", b"time,ECG\n0,1\n0.1,2\n0.2,1\n9999,2\n", "hole of"),
        ("a.csv.gz", gzip.compress(NUMBERS.encode())[:-12], "damaged gzip"),
        ("a.txt", b"event,value,timestamp\nSensor,on,1\n", "list of events"),
        ("a.hrm", b"[Params]\nInterval=238\n", "no section"),
        ("a.hrm", b"[Params]\nInterval=5\n[HRData]\n60\n61\n", "every 5 s"),
        ("a.hrm", b"[Params]\nInterval=238\n[HRData]\n800\nx\n", "line 5 has 'x'"),
        ("a.edf", b"0       " + b"x" * 300, "not a readable EDF"),
        ("a.edf", b"junk", "not a readable EDF"),
        ("a.dat", b"\0" * 100, "no header"),
        ("a.hea", b"a 1 360 100\na.dat 212 200 11 1024 0 0 0 MLII\n", "not beside it"),
        ("a.hea", b"a 1 0 100\na.dat 212 200 11 1024 0 0 0 MLII\n", "0 samples a second"),
        ("a.hea", b"a 1 -5 100\na.dat 212 200 11 1024 0 0 0 MLII\n", "-5 samples a second"),
        ("a.hea", b"a 2 360 100\na.dat 212 200 11 1024 0 0 0 MLII\n", "announces 2 signals"),
        ("a.hea", b"a 1 360 100\na.dat 516 200 11 1024 0 0 0 MLII\n", "format 516"),
        ("a.hea", b"a/3 1 360 100\n", "announces 3 segments"),
        ("a.hea", b"\xff\xfe junk", "not a WFDB header"),
        ("a.hea", b"a 1 360 100\na.dat 212 ??? 0\n", "cannot be read"),
    ],
)
def test_a_file_that_is_wrong_says_so(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert says in _refused(path)


def test_a_column_without_a_signal_says_so(tmp_path: Path) -> None:
    for text, says in (("ECG\nnan\nnan\nnan\n", "only gaps"), ("ECG\n1\n", "1 value")):
        path = tmp_path / "a.csv"
        path.write_text(text, encoding="ascii")
        assert says in _refused(path, rate_hz=100)


def test_a_missing_file_names_the_nearest() -> None:
    assert "rest_ecg.csv" in _refused(RECORDINGS / "rest_ecgs.csv")
    assert "folder" in _refused(RECORDINGS / "nowhere" / "a.csv")


def test_a_folder_and_a_device_are_no_recordings(tmp_path: Path) -> None:
    assert "folder" in _refused(RECORDINGS)
    assert "device" in _refused(Path("/dev/zero"))
    os.mkfifo(tmp_path / "pipe")
    assert "pipe" in _refused(tmp_path / "pipe")


def test_a_name_that_no_file_can_have_is_refused() -> None:
    _refused(Path("x" * 5000))
    _refused(Path("a\0b"))


def test_a_missing_column_names_those_there_and_the_nearest() -> None:
    said = _refused(RECORDINGS / "rest_ecg.csv", column="EGC")
    assert "'ECG [mV]'" in said
    assert "time [s]" in said
    assert "MLII" in _refused(RECORDINGS / "ectopic.hea", column="MLI")


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, float("nan"), float("inf"), 1e12])
def test_impossible_rates_are_refused(rate_hz: float) -> None:
    assert "samples a second" in _refused(RECORDINGS / "rest_ecg.csv", rate_hz=rate_hz)


def test_a_rate_that_contradicts_the_file_is_refused() -> None:
    assert "125" in _refused(RECORDINGS / "ectopic.hea", rate_hz=360)
    assert "125" in _refused(RECORDINGS / "evening.edf", rate_hz=360)


def test_an_unknown_kind_names_the_known_ones() -> None:
    assert "ppg" in _refused(RECORDINGS / "rest_ecg.csv", kind="heart")


def test_a_wave_is_not_taken_for_intervals(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("ECG\n" + NUMBERS, encoding="ascii")
    assert "intervals" in _refused(path, kind="rr")


def test_a_record_cut_off_says_how_much_is_there(tmp_path: Path) -> None:
    for name in ("ectopic.hea", "ectopic.dat"):
        data = (RECORDINGS / name).read_bytes()
        (tmp_path / name).write_bytes(data if name.endswith(".hea") else data[: len(data) // 2])
    assert "30.0 s of 60.0 s" in _refused(tmp_path / "ectopic.hea")


def test_an_edf_file_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.edf"
    path.write_bytes((RECORDINGS / "evening.edf").read_bytes()[:700])
    assert "EDF" in _refused(path)


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text(NUMBERS, encoding="ascii")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert "Permission denied" in _refused(path, rate_hz=100)


def _mutated(original: bytes, places: list[tuple[int, int]]) -> bytes:
    data = bytearray(original)
    for at, value in places:
        data[at % len(data)] = value
    return bytes(data)


def _edf_head() -> bytes:
    return (RECORDINGS / "evening.edf").read_bytes()[:4000]


SOURCES: dict[str, Callable[[], bytes]] = {
    "a.csv": lambda: (RECORDINGS / "rest_ecg.csv").read_bytes()[:600],
    "a.txt": lambda: (RECORDINGS / "intervals.txt").read_bytes()[:200],
    "a.hea": lambda: (RECORDINGS / "ectopic.hea").read_bytes(),
    "a.edf": _edf_head,
}


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=12))
def test_a_damaged_file_is_read_or_refused_and_never_fails(
    tmp_path: Path, name: str, places: list[tuple[int, int]]
) -> None:
    (tmp_path / "ectopic.dat").write_bytes((RECORDINGS / "ectopic.dat").read_bytes())
    path = tmp_path / name
    path.write_bytes(_mutated(SOURCES[name](), places))
    with suppress(BadRecording):
        assert len(load(path).values) > 1


def test_the_makers_of_recordings_are_what_they_seem(tmp_path: Path) -> None:
    make.write_wfdb(tmp_path, "a", {"II": (make.np.arange(5.0), 1.0, "mV")}, 212)
    assert len((tmp_path / "a.dat").read_bytes()) == 8
