"""The socket, the clock and the hardware around a `Gate`.

Numbers: `cext/safety_limits.json`, read as plain data so that no kernel has to load here.
"""

from __future__ import annotations

import argparse
import json
import selectors
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from appliance.guard.gate import (
    ENDED,
    FRAME,
    FRESH_S,
    LIGHTS,
    MAGIC,
    NONSENSE,
    REASONS,
    RELEASE,
    RESUME,
    SHOW,
    STATE,
    STOP,
    STOPPED,
    VERSION,
    Gate,
)
from appliance.guard.hardware import Hardware

STATUS_S = 1.0
_LIMITS = Path(__file__).resolve().parents[2] / "cext" / "safety_limits.json"


class GuardProcess:
    """The socket, the clock and the hardware around a `Gate`."""

    def __init__(self, path: Path, status_file: Path | None, pwm_root: Path) -> None:
        limits = json.loads(_LIMITS.read_text(encoding="utf-8"))
        self.gate = Gate(
            light_rise_per_s=limits["light"]["ramp"]["brightness_up_max_per_s"],
            touch_rise_per_s=1.0 / limits["vibration"]["ramp_s"],
        )
        self.hardware = Hardware(pwm_root)
        self._status_file = status_file
        self._client: socket.socket | None = None
        self._told = -1
        self._written_s = -STATUS_S
        self._is_ending = False
        self._path = path
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # Under another name until it listens: whoever sees the path may connect.
        beside = path.with_name(path.name + ".part")
        beside.unlink(missing_ok=True)
        self._server.bind(str(beside))
        beside.chmod(0o600)
        self._server.listen(4)
        beside.rename(path)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._server, selectors.EVENT_READ)

    def end(self, *_: object) -> None:
        """Ask the loop to finish; for signal handlers."""
        self._is_ending = True

    def emergency(self, *_: object) -> None:
        """Stop at once, from a button or `kill -USR1`; for signal handlers."""
        self.gate.dark(STOPPED)
        self.hardware.write(self.gate.values)

    def run(self) -> None:
        """Serve until told to end; dark on the way out, whatever happened."""
        try:
            while not self._is_ending:
                for key, _ in self._selector.select(FRESH_S / 6):
                    self._accept() if key.fileobj is self._server else self._receive()
                self.gate.look(time.monotonic())
                self.hardware.write(self.gate.values)
                self._tell()
        finally:
            self.gate.dark(ENDED)
            self.hardware.write(self.gate.values)
            self._write_status()
            self._server.close()
            self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        client, _ = self._server.accept()
        if self._client is not None:
            client.close()  # one engine at a time; the second is told by the closed line
            return
        client.setblocking(False)
        self._client = client
        self.gate.expect()
        self._told = -1
        self._selector.register(client, selectors.EVENT_READ)

    def _receive(self) -> None:
        assert self._client is not None
        for _ in range(32):
            try:
                packet = self._client.recv(256)
            except BlockingIOError:
                return
            except OSError:
                packet = b""
            if not packet:
                self._lose_client()
                return
            self._take(packet)

    def _lose_client(self) -> None:
        assert self._client is not None
        self._selector.unregister(self._client)
        self._client.close()
        self._client = None
        self.gate.dark(ENDED)

    def _take(self, packet: bytes) -> None:
        now_s = time.monotonic()
        if len(packet) != FRAME.size:
            self.gate.refused += 1
            self.gate.dark(NONSENSE)
            return
        magic, version, kind, sequence, *values = FRAME.unpack(packet)
        if magic != MAGIC or version != VERSION or kind not in (SHOW, RESUME, RELEASE, STOP):
            self.gate.refused += 1
            self.gate.dark(NONSENSE)
        elif kind == SHOW:
            self.gate.show(sequence, tuple(values), now_s)
        elif kind == STOP:
            self.gate.dark(STOPPED)
        else:
            self.gate.resume(now_s, is_release=kind == RELEASE)

    def _tell(self) -> None:
        """Tell the client on every change, the status file also once a second."""
        changed = self.gate.reason != self._told
        if changed and self._client is not None:
            self._told = self.gate.reason
            try:
                self._client.send(STATE.pack(MAGIC, VERSION, self.gate.reason, self.gate.sequence))
            except OSError:
                self._lose_client()
        if changed or time.monotonic() - self._written_s > STATUS_S:
            self._write_status()

    def status(self) -> dict[str, Any]:
        """What is shown, why, and through what."""
        names = self.hardware.names()
        return {
            "state": REASONS[self.gate.reason],
            "light": self.gate.values[:LIGHTS],
            "vibration": self.gate.values[LIGHTS:],
            "frames": self.gate.frames,
            "refused": self.gate.refused,
            "has_client": self._client is not None,
            "outputs": names,
            "note": self.hardware.trouble
            or ("" if names else "no PWM outputs here; light and touch go nowhere"),
        }

    def _write_status(self) -> None:
        self._written_s = time.monotonic()
        if self._status_file is None:
            return
        beside = self._status_file.with_name(self._status_file.name + ".part")
        try:
            beside.write_text(json.dumps(self.status()), encoding="utf-8")
            beside.replace(self._status_file)
        except OSError as error:
            # A full disk must not end the process that keeps people safe.
            self.hardware.trouble = f"status file: {error}"


def serve(path: Path, status_file: Path | None = None, pwm_root: Path = Path("/sys/class/pwm")) -> None:
    """Run the guard until SIGTERM or SIGINT; SIGUSR1 is the emergency stop."""
    guard = GuardProcess(path, status_file, pwm_root)
    signal.signal(signal.SIGTERM, guard.end)
    signal.signal(signal.SIGINT, guard.end)
    signal.signal(signal.SIGUSR1, guard.emergency)
    note = guard.status()["note"]
    print(f"guard: listening on {path}" + (f" ({note})" if note else ""), flush=True)
    guard.run()


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line with nothing but the standard library."""
    parser = argparse.ArgumentParser(prog="echoel guard", description="Keep light and touch safe.")
    parser.add_argument("--socket", type=Path, required=True, help="where the engine sends its frames")
    parser.add_argument("--status-file", type=Path, help="JSON file that says what is shown and why")
    parser.add_argument("--pwm", type=Path, default=Path("/sys/class/pwm"), help="folder of the PWM chips")
    given = parser.parse_args(arguments)
    try:
        serve(given.socket, given.status_file, given.pwm)
    except OSError as error:
        remedy = "name a path in a folder that is yours, shorter than 100 letters"
        print(
            f"echoel: the guard cannot listen on {given.socket}: {error}; what to do: {remedy}",
            file=sys.stderr,
        )
        return 1
    return 0
