"""Real MicroPython on this desk: the npm package, a folder as its flash, a pseudo-terminal as its cable."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import tty
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).parent
PACKAGE = "@micropython/micropython-webassembly-pyscript"
PACKAGE_VERSION = "1.27.0"
LINE = 3
RESET, FELL = 75, 76


def micropython() -> Path:
    """The folder of the WebAssembly MicroPython; fetched once, with npm, into `build/`."""
    place = ROOT / "build" / "micropython" / PACKAGE_VERSION
    package = place / "node_modules" / PACKAGE
    if not (package / "micropython.wasm").exists():
        place.mkdir(parents=True, exist_ok=True)
        words = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(place)]
        done = subprocess.run([*words, f"{PACKAGE}@{PACKAGE_VERSION}"], capture_output=True, text=True)
        if done.returncode != 0:
            pytest.fail(f"needs {PACKAGE} from npm: {done.stderr[-200:]}")
    return package


def flash_at(folder: Path, slot: str = "a") -> Path:
    """Make the flash of a new wearable: our files in a code slot, and the wearer's recordings."""
    shutil.copytree(
        ROOT / "firmware", folder / slot / "firmware", ignore=shutil.ignore_patterns("__pycache__", "*.pyi")
    )
    (folder / "firmware").mkdir()
    (folder / "lib").mkdir()
    for name in ("__init__.py", "disk.py", "slots.py"):
        shutil.copy(ROOT / "firmware" / name, folder / "firmware" / name)
    shutil.copy(ROOT / "firmware" / "boot.py", folder / "boot.py")
    shutil.copy(HERE / "boot_machine.py", folder / "lib" / "machine.py")
    (folder / "recordings").mkdir()
    for name, file in (("ecg", "rest_ecg.csv"), ("ppg", "finger_ppg.csv")):
        table = np.loadtxt(ROOT / "tests" / "recordings" / file, delimiter=",", skiprows=1)
        (table[:, 1] * 1000.0).astype("<i2").tofile(folder / "recordings" / f"{name}.bin")
    shutil.copy(HERE / "desk_start.py", folder / "desk_start.py")
    return folder


class Wearable:
    """A wearable that can be plugged in, pulled and switched off; `path` is its port while it is plugged in.

    flash: its files, which outlive a reset. When the program asks for a reset, `poll` starts it again.
    """

    def __init__(self, folder: Path) -> None:
        self._package = micropython()
        self.path = folder / "ttyWEARABLE"
        self.flash = flash_at(folder / "flash")
        self.log = folder / "console.txt"
        self.resets = 0
        self.falls = 0
        self._program: subprocess.Popen[bytes] | None = None
        self._end = -1

    def plug(self) -> None:
        """Put the cable in: the board has power from it and starts."""
        self._end, other = pty.openpty()
        tty.setraw(other)
        os.set_blocking(self._end, False)
        self.path.symlink_to(os.ttyname(other))
        os.close(other)
        self._start()

    def _start(self) -> None:
        words = ["node", str(HERE / "board.mjs"), str(self._package), str(self.flash)]
        with self.log.open("ab") as log:
            self._program = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(LINE,),
                preexec_fn=self._as_line,
            )

    def _as_line(self) -> None:
        os.dup2(self._end, LINE)

    def poll(self) -> None:
        """Start the board again if its program reset it; anything else that ended it is a fault."""
        if self._program is None or self._program.poll() is None:
            return
        assert self._program.returncode in (RESET, FELL), self.log.read_text()
        self.resets += 1
        self.falls += self._program.returncode == FELL
        self._start()

    def pull(self) -> None:
        """Pull the cable: no power, and the port is gone."""
        if self._program is not None:
            self._program.kill()
            self._program.wait()
            self._program = None
        if self._end >= 0:
            self.path.unlink()
            os.close(self._end)
            self._end = -1
