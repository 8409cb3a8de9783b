import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from appliance.guard.gate import FRAME, MAGIC, RELEASE, RESUME, SHOW, VERSION
from appliance.outputs.guard_link import GuardLink

LIT = np.full((8, 128), 0.5, np.float32)
pytestmark = pytest.mark.slow


def until(condition, seconds=10.0):
    """Poll until it holds, or fail at the deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


class Box:
    """A running guard with a PWM chip of plain files."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "guard.sock"
        self.status_file = folder / "guard.json"
        self.chip = folder / "pwm" / "pwmchip0"
        for channel in range(2):
            (self.chip / f"pwm{channel}").mkdir(parents=True)
            for name in ("period", "duty_cycle", "enable"):
                (self.chip / f"pwm{channel}" / name).write_text("0\n")
        (self.chip / "npwm").write_text("2\n")
        arguments = ["--socket", self.socket, "--status-file", self.status_file, "--pwm", self.chip.parent]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "appliance.guard", *map(str, arguments)], stdout=subprocess.PIPE, text=True
        )
        until(self.socket.exists)

    def duty(self, channel=0):
        return int((self.chip / f"pwm{channel}" / "duty_cycle").read_text().split("\n")[0])

    def state(self):
        return json.loads(self.status_file.read_text())["state"]

    def line(self):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        line.connect(str(self.socket))
        return line

    def light_up(self, line, sequence=0):
        """Ask and send frames until something shines; on a busy machine a frame may come late."""

        def shines():
            nonlocal sequence
            sequence += 1
            line.send(FRAME.pack(MAGIC, VERSION, RESUME, 0, *[0.0] * 6))
            line.send(FRAME.pack(MAGIC, VERSION, SHOW, sequence, *[1.0] * 6))
            time.sleep(0.01)
            return self.duty() > 0

        until(shines)
        return sequence

    def end(self):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()


@pytest.fixture
def box(tmp_path):
    made = Box(tmp_path)
    yield made
    made.end()


def test_light_and_touch_reach_the_hardware_and_go_dark_when_the_engine_hangs_up(box):
    with box.line() as line:
        box.light_up(line)
        assert box.duty(1) > 0
    until(lambda: box.duty() == 0 and box.duty(1) == 0)
    until(lambda: box.state() == "ended")


def test_an_engine_that_only_falls_silent_is_dark_too(box):
    with box.line() as line:
        box.light_up(line)
        until(lambda: box.duty() == 0)
        until(lambda: box.state() == "stale")
        line.send(FRAME.pack(MAGIC, VERSION, SHOW, 99_999, *[1.0] * 6))
        assert box.duty() == 0


def test_an_engine_that_is_killed_leaves_dark(box):
    program = (
        "import sys, time, numpy as np\n"
        "from appliance.outputs.guard_link import GuardLink\n"
        "link = GuardLink(sys.argv[1])\n"
        "while True:\n"
        "    link.write(np.full((8, 128), 0.5, np.float32)); time.sleep(0.01)\n"
    )
    engine = subprocess.Popen([sys.executable, "-c", program, str(box.socket)])
    until(lambda: box.duty() > 0)
    engine.send_signal(signal.SIGKILL)
    engine.wait()
    until(lambda: box.duty() == 0)
    time.sleep(0.1)
    assert box.duty() == 0


@pytest.mark.parametrize("packet", [b"", b"x", b"y" * 200, FRAME.pack(b"??", 9, 9, 0, *[0.5] * 6)])
def test_nonsense_on_the_line_is_dark_until_asked_again(box, packet):
    with box.line() as line:
        sequence = box.light_up(line)
        line.send(packet)
        until(lambda: box.duty() == 0)
        if packet:
            box.light_up(line, sequence)


def test_an_emergency_signal_is_latched_until_a_release(box):
    with box.line() as line:
        sequence = box.light_up(line)
        os.kill(box.process.pid, signal.SIGUSR1)
        until(lambda: box.duty() == 0)
        until(lambda: box.state() == "stopped")
        for n in range(20):
            line.send(FRAME.pack(MAGIC, VERSION, RESUME, 0, *[0.0] * 6))
            line.send(FRAME.pack(MAGIC, VERSION, SHOW, sequence + n + 1, *[1.0] * 6))
        until(lambda: json.loads(box.status_file.read_text())["frames"] > 20)
        assert box.duty() == 0
        line.send(FRAME.pack(MAGIC, VERSION, RELEASE, 0, *[0.0] * 6))
        box.light_up(line, sequence + 20)


def test_a_second_engine_is_turned_away_and_the_first_goes_on(box):
    with box.line() as line, box.line() as second:
        sequence = box.light_up(line)
        second.settimeout(10)
        assert second.recv(64) == b""
        box.light_up(line, sequence)


def test_the_link_finds_a_guard_that_was_started_again(tmp_path):
    box = Box(tmp_path)
    link = GuardLink(box.socket)

    def lit():
        link.write(LIT)
        return link.state == "lit"

    until(lit)
    box.end()

    def gone():
        link.write(LIT)
        return link.state == "absent"

    until(gone)
    box = Box(tmp_path / "again")
    link.path = box.socket
    until(lit)
    link.close()
    box.end()


def test_a_guard_that_is_told_to_end_leaves_dark_and_no_socket(tmp_path):
    box = Box(tmp_path)
    with box.line() as line:
        box.light_up(line)
        box.end()
    assert box.duty() == 0
    assert not box.socket.exists()


def test_the_guard_loads_nothing_but_the_standard_library():
    program = (
        "import sys; before = set(sys.modules); import appliance.guard.process\n"
        "names = {n.split('.')[0] for n in set(sys.modules) - before} - set(sys.stdlib_module_names)\n"
        "ours = [n for n in sys.modules if n.startswith('appliance.') and '.guard' not in n]\n"
        "print(sorted(names), ours)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['appliance'] []"


def test_a_path_where_no_socket_can_be_is_two_clear_lines():
    done = subprocess.run(
        [sys.executable, "-m", "appliance.guard", "--socket", "/proc/nowhere/guard.sock"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("echoel: the guard cannot listen")
    assert "Traceback" not in done.stderr
