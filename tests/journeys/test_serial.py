"""A wearable on a serial line: a real pseudo-terminal, noise on the line, the cable pulled and put back."""

from __future__ import annotations

import os
import pty
import threading
import time
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from appliance.contracts import Channel
from appliance.sensors.virtual import VirtualWearer
from tests.journeys.running import up
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
RATE_HZ = 250


@contextmanager
def plugged(device: Path, wearer: VirtualWearer) -> Iterator[None]:
    """Put the cable in: a pseudo-terminal behind a stable name, ECG lines in real time, some rubbish."""
    far, near = pty.openpty()
    tty.setraw(near)
    device.unlink(missing_ok=True)
    device.symlink_to(os.ttyname(near))
    out = threading.Event()

    def write() -> None:
        began_s = time.monotonic()
        os.write(far, b"\xff\x00garbage\r\nnot a number\r\n")
        while not out.wait(0.02):
            for frame in wearer.take(time.monotonic() - began_s):
                os.write(far, b"".join(b"%.3f\n" % value for value in frame.values))

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    try:
        yield
    finally:
        out.set()
        thread.join()
        os.close(near)
        os.close(far)


def test_a_board_on_a_serial_line_is_heard_lost_and_heard_again(tmp_path: Path) -> None:
    device = tmp_path / "ttyWEARABLE"
    settings = {"ECHOEL_SERIAL_PORT": str(device), "ECHOEL_SERIAL_RATE_HZ": str(RATE_HZ)}
    wearer = VirtualWearer(seed=3, channels=[Channel.ECG], rate_hz=RATE_HZ)
    with plugged(device, wearer), up(tmp_path / "data", **settings) as box:
        assert until(box.is_ready, 30)
        now = box.sees(lambda message: message["heart_rate_bpm"], 40)
        assert not now["is_simulated"]
        assert 50 < now["heart_rate_bpm"] < 90
        assert until(lambda: box.command("start").ok, 10)
        # The inner cable is pulled by going on without the outer one.
        device.unlink()
    assert box.process.returncode == 0


def test_a_pulled_cable_is_a_state_and_the_session_goes_on_when_it_is_back(tmp_path: Path) -> None:
    device = tmp_path / "ttyWEARABLE"
    settings = {"ECHOEL_SERIAL_PORT": str(device), "ECHOEL_SERIAL_RATE_HZ": str(RATE_HZ)}
    with up(tmp_path / "data", **settings) as box:
        with plugged(device, VirtualWearer(seed=3, rate_hz=RATE_HZ)):
            assert until(box.is_ready, 30)
            box.sees(lambda message: message["heart_rate_bpm"] and not message["is_simulated"], 40)
            assert until(lambda: box.command("start").ok, 10)
        box.sees(lambda message: message["sensor_state"] == "lost", 10)
        lost = box.sees(lambda message: message["is_lost"], 10)
        assert lost["runner"] == "running"
        with plugged(device, VirtualWearer(seed=4, rate_hz=RATE_HZ)):
            box.sees(lambda message: message["sensor_state"] == "connected", 15)
            box.sees(lambda message: not message["is_lost"], 20)
        assert box.command("stop").ok
        assert box.stop() == 0
    assert "Traceback" not in "".join(box.said)
