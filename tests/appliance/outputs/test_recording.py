import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import soundfile

from appliance.contracts import Scene
from appliance.engine import render
from appliance.errors import Misused
from appliance.outputs.recording import WavRecording
from cext.graph import Graph

SCENES = [Scene(0.0, {"pad.level": 0.5, "light.left": 0.5})]


def blocks(seconds):
    return [block.samples for block in render(SCENES, seconds, Graph())]


@pytest.mark.parametrize(("lanes", "rows", "off"), [(False, slice(0, 2), 2**-23), (True, slice(0, 8), 0.0)])
def test_a_recording_holds_what_left(tmp_path, lanes, rows, off):
    sent = blocks(2.5)
    with WavRecording(tmp_path / "a.wav", 48_000, lanes=lanes) as recording:
        for block in sent:
            recording.write(block)
    read, rate_hz = soundfile.read(tmp_path / "a.wav", dtype="float32")
    assert rate_hz == 48_000
    assert np.abs(read.T - np.concatenate(sent, axis=1)[rows]).max() <= off
    assert [file.name for file in tmp_path.iterdir()] == ["a.wav"]


def test_a_recording_that_is_discarded_or_fails_leaves_nothing(tmp_path):
    def fails():
        with WavRecording(tmp_path / "a.wav", 48_000) as recording:
            recording.write(blocks(0.1)[0])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert not list(tmp_path.iterdir())


def test_a_killed_recording_can_be_played_but_for_its_last_moments(tmp_path):
    path = tmp_path / "killed.wav"
    program = textwrap.dedent(f"""
        import numpy as np
        from appliance.outputs.recording import WavRecording
        recording = WavRecording({str(path)!r}, 48000)
        block = np.full((8, 4800), 0.25, np.float32)
        while True:
            recording.write(block)
            print(recording.frames, flush=True)
    """)
    writer = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    for line in writer.stdout:
        if int(line) >= 10 * 48_000:
            break
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    sound, _ = soundfile.read(tmp_path / "killed.wav.part")
    assert len(sound) >= 9 * 48_000
    assert np.allclose(sound, 0.25, atol=1e-6)


def test_a_file_past_4_gb_becomes_rf64(tmp_path):
    recording = WavRecording(tmp_path / "long.wav", 48_000, lanes=True)
    recording.write(np.zeros((8, 10), np.float32))
    frames = 150_000_000  # 4.8 GB of lanes, as a hole in the file
    os.truncate(tmp_path / "long.wav.part", 104 + frames * 32)
    recording.frames = frames
    recording.close()
    info = soundfile.info(tmp_path / "long.wav")
    assert (info.format, info.frames, info.channels) == ("RF64", frames, 8)


def test_a_full_disk_is_said_and_keeps_what_was_written(tmp_path):
    # A limit on the size of files stands in for the end of the disk: the same path, and any user may set it.
    program = textwrap.dedent(f"""
        import resource, signal, sys
        import numpy as np
        from appliance.errors import StorageFull
        from appliance.outputs.recording import WavRecording
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
        recording = WavRecording({str(tmp_path / "full.wav")!r}, 48000)
        try:
            while True:
                recording.write(np.full((8, 4800), 0.5, np.float32))
        except StorageFull as error:
            print(recording.frames, error.remedy)
            recording.close()
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    frames = int(done.stdout.split()[0])
    assert "kept" in done.stdout
    assert len(soundfile.read(tmp_path / "full.wav")[0]) == frames == (1_000_000 - 104) // 28_800 * 4800


def test_a_folder_that_does_not_exist_is_one_clear_error(tmp_path):
    with pytest.raises(Misused, match="nowhere"):
        WavRecording(tmp_path / "nowhere" / "a.wav", 48_000)
