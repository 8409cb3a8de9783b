"""The environment: system packages, virtual environment, libraries and native build, made on first use.

Runs on a bare Python with nothing installed, so it uses the standard library alone. A second call
compares a fingerprint and returns within milliseconds.
"""

from __future__ import annotations

import ctypes.util
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOG = ROOT / "build" / "setup.log"


@dataclass(frozen=True)
class Need:
    """One thing the operating system must bring: how to see it, and the Debian package that has it.

    level: "run" for every start, "test" only for the test suite.
    is_optional: the box works without it, in a smaller way that `loss` names.
    """

    name: str
    is_there: Callable[[], bool]
    package: str
    level: str = "run"
    is_optional: bool = False
    loss: str = ""


def _has(program: str) -> Callable[[], bool]:
    return lambda: shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is not None


def _has_library(name: str) -> Callable[[], bool]:
    return lambda: ctypes.util.find_library(name) is not None


def _has_headers() -> bool:
    return (Path(sysconfig.get_paths()["include"]) / "Python.h").exists()


def _has_venv() -> bool:
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        return False
    return True


NEEDS = (
    Need("C compiler", lambda: _has("cc")() or _has("gcc")(), "gcc libc6-dev"),
    Need("Python headers", _has_headers, "python3-dev"),
    Need("virtual environments", _has_venv, "python3-venv"),
    Need(
        "MQTT broker",
        _has("mosquitto"),
        "mosquitto",
        is_optional=True,
        loss="the built-in local bus carries the messages instead",
    ),
    Need(
        "JACK library",
        _has_library("jack"),
        "libjack-jackd2-0",
        is_optional=True,
        loss="sound goes to ALSA cards, not to JACK or PipeWire",
    ),
    Need("JACK server for the tests", _has("jackd"), "jackd2", level="test"),
    Need("Node.js, in which the tests run MicroPython", _has("node"), "nodejs", level="test"),
    Need("npm, which fetches MicroPython for the tests", _has("npm"), "npm", level="test"),
    Need("browser for the panel's tests", _has("chromium"), "chromium", level="test"),
)


class SetupFailed(SystemExit):
    """A step of the set-up did not work; the text says which and what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"echoel: {what}\n  what to do: {remedy}")


def prepare(level: str) -> None:
    """Bring everything that is missing for `level` ("run" or "test"); quick when nothing is."""
    stamp = VENV / f".ready-{level}"
    mark = fingerprint()
    if stamp.exists() and stamp.read_text() == mark and not is_stale():
        return
    say("Setting up; this is done once and takes a few minutes.")
    system_packages(level)
    make_venv()
    steps = Steps()
    steps.run("fetching the installer", [str(_python()), "-m", "pip", "install", "-q", "uv"], may_fail=True)
    steps.run("fetching the build tools", [*_installer(), "setuptools>=80", "cython>=3.1", "wheel"])
    steps.run("building the sound and signal kernels", [str(_python()), "-m", "provisioning.native"])
    extras = "[dev]" if level == "test" else ""
    steps.run("installing the libraries", [*_installer(), "--no-build-isolation", "-e", f".{extras}"])
    for name in ("run", level):
        (VENV / f".ready-{name}").write_text(mark)
    say("Ready.")


def fingerprint() -> str:
    """Say what the environment was made from: the project file, the interpreter and this file."""
    digest = hashlib.sha256(sys.version.encode())
    for file in (ROOT / "pyproject.toml", Path(__file__)):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def is_stale() -> bool:
    """Whether a kernel's source, or a declaration it may share, is newer than what was built."""
    shared = max((file.stat().st_mtime for file in (ROOT / "cext").rglob("*.pxd")), default=0.0)
    for source in (ROOT / "cext").rglob("*.pyx"):
        built = max((file.stat().st_mtime for file in source.parent.glob(source.stem + ".*.so")), default=0.0)
        if built < max(source.stat().st_mtime, shared):
            return True
    return False


def system_packages(level: str) -> None:
    """Install the Debian packages that are missing, or print the one line that does."""
    missing = [need for need in NEEDS if need.level in ("run", level) and not need.is_there()]
    if not missing:
        return
    packages = " ".join(need.package for need in missing)
    line = f"sudo apt-get install -y --no-install-recommends {packages}"
    for need in missing:
        say(f"missing: {need.name} (Debian package {need.package})")
    apt = _apt()
    if apt is not None:
        steps = Steps()
        steps.run("reading the list of Debian packages", [*apt, "update", "-q"], may_fail=True)
        command = [*apt, "install", "-y", "-q", "--no-install-recommends", *packages.split()]
        steps.run(f"installing {packages}", command, may_fail=True)
    still = [need for need in missing if not need.is_there()]
    for need in still:
        if need.is_optional:
            say(f"going on without the {need.name}: {need.loss}; to have it: {line}")
    if any(not need.is_optional for need in still):
        names = ", ".join(need.name for need in still if not need.is_optional)
        raise SetupFailed(f"this machine lacks: {names}", f"run this one line, then start again: {line}")


def _apt() -> list[str] | None:
    """The words that run apt-get here, or None when we may not."""
    if os.environ.get("ECHOEL_NO_APT") or shutil.which("apt-get") is None:
        return None
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    if os.geteuid() == 0:
        return quiet
    allowed = (
        shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0
    )
    return ["sudo", "-n", *quiet] if allowed else None


def make_venv() -> None:
    """Make `.venv`, anew when it belongs to an interpreter that is gone."""
    if _python().exists() and subprocess.run([str(_python()), "-c", ""], capture_output=True).returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)


def _python() -> Path:
    return VENV / "bin" / "python"


def _installer() -> list[str]:
    uv = VENV / "bin" / "uv"
    if uv.exists():
        return [str(uv), "pip", "install", "-q", "--python", str(_python())]
    return [str(_python()), "-m", "pip", "install", "-q"]


class Steps:
    """Runs the long steps one by one, says what each is doing and that it is still alive."""

    def run(self, what: str, command: list[str], may_fail: bool = False) -> None:
        """Run one step; its output goes to the log, its name and time to the person."""
        say(f"{what} ...")
        start = time.monotonic()
        done = threading.Event()
        threading.Thread(target=self._still, args=(done, what, start), daemon=True).start()
        LOG.parent.mkdir(exist_ok=True)
        with LOG.open("ab") as log:
            log.write(f"\n$ {' '.join(command)}\n".encode())
            log.flush()
            code = subprocess.run(command, cwd=ROOT, stdout=log, stderr=log).returncode
        done.set()
        if code == 0:
            say(f"{what}: done in {time.monotonic() - start:.0f} s")
        elif not may_fail:
            tail = LOG.read_text(errors="replace").splitlines()[-12:]
            raise SetupFailed(
                f"{what} failed:\n    " + "\n    ".join(tail),
                f"see {LOG} for all of it; is the network there? then start again",
            )

    @staticmethod
    def _still(done: threading.Event, what: str, start: float) -> None:
        while not done.wait(15):
            say(f"{what}: still working, {time.monotonic() - start:.0f} s so far")


def say(text: str) -> None:
    """Tell the person what is going on, without mixing into what a command prints."""
    print(f"  {text}", file=sys.stderr, flush=True)
