"""Files with wrong bytes, cut off, put together anew: each is read or refused with a remedy, nothing else."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from appliance.errors import BadRecording
from appliance.sensors.recordings import annotated_beats, load_all

RECORDINGS = Path(__file__).parents[2] / "recordings"
ROUNDS = 300


def _openbci() -> bytes:
    rows = "".join(f"{i % 256}, {i}.5, {-i}.0, 1, 2, 0.1, 0.2, 0.3, 10:00:00.{i:03}\n" for i in range(60))
    return f"%OpenBCI Raw EEG Data\n%Number of channels = 4\n%Sample Rate = 250 Hz\n{rows}".encode()


def _muse() -> bytes:
    rows = "".join(f"{1e9 + i / 100},{i % 7},{'' if i % 3 else i}\n" for i in range(60))
    return f"timestamps,eeg_1,ppg_1\n{rows}".encode()


def _open_hrv() -> bytes:
    rows = "".join(f"InterBeatInterval,{800 + i},2026-01-01T00:00:{i:02}\nPacerRate,6,x\n" for i in range(40))
    return f"event,value,timestamp\n{rows}".encode()


def _polar() -> bytes:
    return b"[Params]\nVersion=106\nInterval=238\n\n[HRData]\n" + b"800\n810\n" * 20


def _annotations() -> bytes:
    return np.array([(1 << 10) + 200] * 40 + [0], dtype="<u2").tobytes()


def _dates() -> bytes:
    rows = "".join(f"2026-03-01 10:00:{i // 50:02}.{i % 50 * 20:03};{i % 5}\n" for i in range(200))
    return f"datetime;ECG\n{rows}".encode()


def _edf(is_interrupted: bool, sample_bytes: int) -> bytes:
    """Two records of one signal and its time-keeping annotations, EDF+ or BDF+."""
    first = b"\xffBIOSEMI" if sample_bytes == 3 else b"0       "
    kind = (b"BDF+" if sample_bytes == 3 else b"EDF+") + (b"D" if is_interrupted else b"C")
    numbers = (str(256 * 3), kind.decode(), "2", "1", "2")
    head = (
        first
        + b" " * 176
        + b"".join(text.encode().ljust(width) for text, width in zip(numbers, (8, 44, 8, 8, 4), strict=True))
    )
    label = "BDF Annotations" if sample_bytes == 3 else "EDF Annotations"
    fields = (("ECG", label, 16), ("", "", 80), ("mV", "", 8), ("-1", "-1", 8), ("1", "1", 8))
    fields += (("-100", "-100", 8), ("100", "100", 8), ("", "", 80), ("50", "20", 8), ("", "", 32))
    head += b"".join(one.encode().ljust(width) + two.encode().ljust(width) for one, two, width in fields)
    counts = np.arange(-25, 25)
    body = b""
    for onset in ("+0", "+3"):
        body += b"".join(int(one).to_bytes(sample_bytes, "little", signed=True) for one in counts)
        body += (onset.encode() + b"\x14\x14\x00").ljust(20 * sample_bytes, b"\0")
    return head + body


SOURCES: dict[str, Callable[[], bytes]] = {
    "a.csv": lambda: (RECORDINGS / "rest_ecg.csv").read_bytes()[:3000],
    "b.csv": _muse,
    "c.csv": _dates,
    "d.csv": _open_hrv,
    "a.csv.gz": lambda: gzip.compress((RECORDINGS / "rest_ecg.csv").read_bytes()[:3000], mtime=0),
    "a.txt": lambda: (RECORDINGS / "intervals.txt").read_bytes()[:400],
    "b.txt": _openbci,
    "a.hrm": _polar,
    "ectopic.hea": lambda: (RECORDINGS / "ectopic.hea").read_bytes(),
    "ectopic.dat": lambda: (RECORDINGS / "ectopic.dat").read_bytes(),
    "many.hea": lambda: b"many/3 2 125 9000\nectopic 4000\n~ 1000\nectopic 4000\n",
    "a.edf": lambda: (RECORDINGS / "evening.edf").read_bytes(),
    "b.edf": lambda: _edf(is_interrupted=True, sample_bytes=2),
    "a.bdf": lambda: _edf(is_interrupted=False, sample_bytes=3),
    "a.atr": _annotations,
}
WORDS = (b"nan", b"-1", b"1e308", b"\n", b",", b"\0", b"\xff\xfe", b"-9999999999999", b"0", b"%", b'"', b"~")


def _spoiled(data: bytes, random: np.random.Generator) -> bytes:
    """Wrong bytes, something put in, cut off, or a part twice."""
    found = bytearray(data)
    for _ in range(int(random.integers(1, 8))):
        at = int(random.integers(0, len(found))) if found else 0
        match int(random.integers(0, 5)):
            case 0:
                found[at : at + 1] = bytes([int(random.integers(0, 256))])
            case 1:
                word = WORDS[int(random.integers(0, len(WORDS)))]
                found[at : at + len(word)] = word
            case 2:
                found[at:at] = WORDS[int(random.integers(0, len(WORDS)))]
            case 3:
                del found[at : at + int(random.integers(1, 40))]
            case _:
                found[at:at] = found[at : at + int(random.integers(1, 200))]
    if random.random() < 0.2:
        del found[int(random.integers(0, len(found) + 1)) :]
    return bytes(found)


def _everything(path: Path) -> None:
    """Read all a file has, in two pieces, as an analysis would."""
    if path.suffix == ".atr":
        assert np.isfinite(annotated_beats(path, 250.0).beats_s).all()
        return
    for stream in load_all(path):
        assert 0 <= stream.rate_hz <= 1e9
        middle = min(stream.count, 5000)
        values = np.concatenate([stream.read(0, middle // 2), stream.read(middle // 2, middle)])
        assert values.shape == (middle,)
        assert values.dtype == np.float64


def _faults(name: str, folder: Path, read: Callable[[Path], None]) -> list[str]:
    """What went wrong in all rounds that is neither read nor refused with a remedy."""
    random = np.random.default_rng(sum(name.encode()))
    original = SOURCES[name]()
    path = folder / name
    found = []
    for _ in range(ROUNDS):
        path.write_bytes(_spoiled(original, random))
        try:
            read(path)
        except BadRecording as refused:
            if not refused.remedy or "\n" in f"{refused}{refused.remedy}":
                found.append(f"no single line: {refused}")
        except Exception as fault:
            found.append(repr(fault))
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("ectopic.hea", "ectopic.dat"):
        (tmp_path / name).write_bytes((RECORDINGS / name).read_bytes())
    return tmp_path


@pytest.mark.parametrize("name", SOURCES)
def test_a_spoiled_file_is_read_or_refused_and_nothing_else(name: str, folder: Path) -> None:
    assert _faults(name, folder, _everything) == []


@pytest.mark.parametrize("name", SOURCES)
def test_what_is_spoiled_here_was_whole_before(name: str, folder: Path) -> None:
    (folder / name).write_bytes(SOURCES[name]())
    _everything(folder / name)


def test_the_search_finds_a_reader_that_fails(folder: Path) -> None:
    def careless(path: Path) -> None:
        [float(line) for line in path.read_text(encoding="latin-1").split()]

    assert len(_faults("a.txt", folder, careless)) > ROUNDS // 4


def test_rubbish_of_any_name_is_refused(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    for number, suffix in enumerate((".csv", ".txt", ".hea", ".edf", ".bdf", ".hrm", ".gz", "")):
        path = tmp_path / f"rubbish{suffix}"
        path.write_bytes(random.bytes(2000 + 100 * number))
        with pytest.raises(BadRecording):
            load_all(path)
