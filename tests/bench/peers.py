"""Peers of a benchmark, kept apart: Python packages in an environment of their own, programs from Debian.

A peer may have any licence, because nothing of ours imports it: it runs as another program, prints JSON, and
is thrown away with `build/`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "peers"


class NoPeer(Exception):
    """A peer that cannot be had here; says why."""


def python(*packages: str) -> Path:
    """The interpreter of an environment with these packages, e.g. "pedalboard>=0.9"; made on first use.

    Each set has an environment of its own, so that their demands do not meet. Raises NoPeer.
    """
    name = "-".join(re.sub(r"[^a-z0-9].*", "", package.lower()) for package in packages)
    there = FOLDER / name
    ready = there / ".ready"
    interpreter = there / "bin" / "python"
    if ready.exists() and ready.read_text() == "\n".join(packages):
        return interpreter
    print(f"installing {', '.join(packages)} into {there.relative_to(ROOT)} ...", file=sys.stderr)
    venv.create(there, with_pip=True, clear=True)
    words = [str(interpreter), "-m", "pip", "install", "-q", "--disable-pip-version-check", *packages]
    finished = subprocess.run(words, capture_output=True, text=True)
    if finished.returncode:
        last = (finished.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise NoPeer(f"pip install {' '.join(packages)}: {last[:120]}")
    ready.write_text("\n".join(packages))
    return interpreter


def ask(interpreter: Path, script: Path, *words: str, stdin: str = "") -> Any:
    """Run a script of a peer's and read the JSON it prints. Raises NoPeer."""
    alone = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PATH": os.environ.get("PATH", "")}
    finished = subprocess.run(
        [str(interpreter), str(script), *words], input=stdin, capture_output=True, text=True, env=alone
    )
    if finished.returncode:
        last = (finished.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise NoPeer(f"{script.name}: {last[:160]}")
    return json.loads(finished.stdout.strip().splitlines()[-1])


def program(name: str) -> str:
    """Where a program is. Raises NoPeer."""
    found = shutil.which(name)
    if found is None:
        raise NoPeer(f"{name} is not installed: apt-get install -y {name}")
    return found


def processor_s(words: list[str], only_user: bool = False) -> float:
    """Processor seconds of a whole command, without what the system did for it if so asked. Raises NoPeer."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise NoPeer(f"{words[0]} failed: {said[-200:].decode(errors='replace').strip()}")
    return used.ru_utime + (0.0 if only_user else used.ru_stime)
