"""Sound files of every kind come in and go out; what is none is said so, and nothing is left behind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from appliance.errors import Misused, StorageFull
from appliance.studio import writer
from appliance.studio.errors import BadSound, EncoderMissing
from appliance.studio.files import SoundReader
from appliance.studio.writer import SoundWriter
from tests.appliance.studio.sounds import RATE_HZ, loaded, saved, tone


@pytest.mark.parametrize("ending", [".wav", ".flac", ".aiff", ".aif", ".ogg", ".mp3"])
def test_what_is_written_is_read_again(tmp_path: Path, ending: str) -> None:
    sound, path = tone(1.0), tmp_path / f"tone{ending}"
    with SoundWriter(path, RATE_HZ) as out:
        out.write(sound[:, :1000])
        out.write(sound[:, 1000:])
    with SoundReader(path) as file:
        back = np.concatenate([block.copy() for block in file.blocks()], axis=1)
        assert (file.rate_hz, file.channels) == (RATE_HZ, 2)
    lossy = ending in (".ogg", ".mp3")
    middle = slice(20_000, 28_000)
    assert abs(back.shape[1] - sound.shape[1]) < (4_000 if lossy else 1)
    assert np.abs(back[:, middle]).max() == pytest.approx(0.5, abs=0.02)
    if not lossy:
        assert np.abs(back - sound).max() < 2**-22
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "PCM_U8", "ULAW"])
@pytest.mark.parametrize("channels", [1, 2, 5])
def test_every_depth_is_read_to_the_bit_as_libsndfile_reads_it(
    tmp_path: Path, subtype: str, channels: int
) -> None:
    sound = np.random.default_rng(1).uniform(-1.0, 1.0, (channels, 70_000)).astype(np.float32)
    path = saved(tmp_path / "x.wav", sound, subtype=subtype)
    with SoundReader(path) as file:
        back = np.concatenate([block.copy() for block in file.blocks()], axis=1)
    assert np.array_equal(back, loaded(path))


@pytest.mark.parametrize("ending", [".m4a", ".aac"])
def test_without_ffmpeg_aac_is_refused_with_what_to_install(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer.shutil, "which", lambda name: None)
    with pytest.raises(EncoderMissing, match="ffmpeg"):
        SoundWriter(tmp_path / f"x{ending}", RATE_HZ)
    (tmp_path / f"in{ending}").write_bytes(b"not a sound libsndfile knows" * 10)
    with pytest.raises(EncoderMissing, match="ffmpeg"):
        SoundReader(tmp_path / f"in{ending}")


def test_aac_goes_through_the_ffmpeg_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in that copies shows that its input and output are handed over, and that nothing stays."""
    program = tmp_path / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\nwhile [ "$1" != -i ]; do shift; done\nfor last; do :; done\ncp "$2" "$last"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    path = tmp_path / "x.m4a"
    with SoundWriter(path, RATE_HZ) as out:
        out.write(tone(0.1))
    assert loaded(path).shape == (2, 4_800)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["bin", "x.m4a"]


BAD = {
    "empty.wav": b"",
    "words.wav": b"this is no sound at all " * 40,
    "noise.mp3": bytes(range(256)) * 20,
    "header.wav": b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00"
    b"\x80\xbb\x00\x00\x00\xee\x02\x00\x04\x00\x10\x00data\x00\x00\x00\x00",
    "broken.flac": b"fLaC" + b"\x00" * 60,
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_sound_is_misuse(tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).write_bytes(BAD[name])
    with pytest.raises(BadSound, match=name) as caught:
        list(SoundReader(tmp_path / name).blocks())
    assert caught.value.exit_code == 2
    assert caught.value.remedy
    assert capfd.readouterr().err == ""


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadSound, match="does not exist"):
        SoundReader(tmp_path / "nowhere.wav")
    with pytest.raises(BadSound, match="is a folder"):
        SoundReader(tmp_path)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 44_100, 192_000, 384_000])
def test_every_rate_between_8_and_384_khz_is_read(tmp_path: Path, rate_hz: int) -> None:
    with SoundReader(saved(tmp_path / "x.wav", tone(0.01, rate_hz=rate_hz), rate_hz)) as file:
        assert file.rate_hz == rate_hz


@pytest.mark.parametrize("rate_hz", [4_000, 400_000])
def test_a_rate_outside_is_named(tmp_path: Path, rate_hz: int) -> None:
    with pytest.raises(BadSound, match=str(rate_hz)):
        SoundReader(saved(tmp_path / "x.wav", tone(0.01, rate_hz=rate_hz), rate_hz))


def test_one_channel_becomes_two_equal_ones_and_six_are_refused(tmp_path: Path) -> None:
    mono = saved(tmp_path / "mono.wav", tone(0.1)[:1])
    with SoundReader(mono) as file:
        block = next(file.stereo())
    assert block.shape == (2, 4_800)
    assert np.array_equal(block[0], block[1])
    with (
        pytest.raises(BadSound, match="6 channels"),
        SoundReader(saved(tmp_path / "six.wav", np.tile(tone(0.1), (3, 1)))) as file,
    ):
        next(file.stereo())


def test_a_failure_leaves_what_was_there_before(tmp_path: Path) -> None:
    path = saved(tmp_path / "x.wav", tone(0.1))
    before = path.read_bytes()
    with pytest.raises(RuntimeError):
        _break_off(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["x.wav"]


@pytest.mark.parametrize(
    ("name", "said"), [("x.wv", "wav"), ("x", "end it in"), ("no/x.wav", "folder"), ("x.txt", "end it in")]
)
def test_a_name_that_cannot_be_written_is_refused_before_any_work(
    tmp_path: Path, name: str, said: str
) -> None:
    with pytest.raises(Misused) as caught:
        SoundWriter(tmp_path / name, RATE_HZ)
    assert said in f"{caught.value} {caught.value.remedy}"
    assert list(tmp_path.iterdir()) == []


def test_a_rate_that_mp3_cannot_hold_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Misused, match="192000"):
        SoundWriter(tmp_path / "x.mp3", 192_000)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("rate_hz", [192_001, 384_000])
def test_a_rate_at_which_the_ogg_encoder_falls_over_is_refused(tmp_path: Path, rate_hz: int) -> None:
    with pytest.raises(Misused, match="192000"):
        SoundWriter(tmp_path / "x.ogg", rate_hz)
    with SoundWriter(tmp_path / "x.ogg", 192_000) as out:
        out.write(tone(0.1))
    assert [file.name for file in tmp_path.iterdir()] == ["x.ogg"]


def test_an_mp3_that_was_cut_short_is_not_taken_for_a_shorter_one(tmp_path: Path) -> None:
    whole = saved(tmp_path / "x.mp3", tone(2.0), format="MP3")
    with SoundReader(whole) as file:
        assert sum(block.shape[1] for block in file.blocks()) == file.frames
    (tmp_path / "cut.mp3").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with SoundReader(tmp_path / "cut.mp3") as file, pytest.raises(BadSound, match="breaks off"):
        list(file.blocks())


def test_a_full_disk_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 0}))
    out = SoundWriter(tmp_path / "x.wav", RATE_HZ)
    monkeypatch.setattr(out._file, "write", _no_room)
    with pytest.raises(StorageFull, match="no room"), out:
        out.write(tone(0.1))
    assert list(tmp_path.iterdir()) == []


def _break_off(path: Path) -> None:
    with SoundWriter(path, RATE_HZ) as out:
        out.write(tone(1.0))
        raise RuntimeError


def _no_room(_: object) -> None:
    raise OSError(28, "No space left on device")


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    seen: list[float] = []
    with SoundReader(saved(tmp_path / "x.wav", tone(4.0))) as file:
        list(file.blocks(seen.append))
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
