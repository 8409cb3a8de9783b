"""Packages that only a test needs, each in a folder of its own: never in the application's environment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def fetched(place: Path, *packages: str) -> Path:
    """Install packages into a folder of their own, once; the test fails with the reason when it cannot be."""
    if not (place / ".whole").exists():
        place.mkdir(parents=True, exist_ok=True)
        uv = Path(sys.executable).parent / "uv"
        installer = [str(uv), "pip", "install"] if uv.exists() else [sys.executable, "-m", "pip", "install"]
        done = subprocess.run(
            [*installer, "-q", "--target", str(place), *packages], capture_output=True, text=True
        )
        if done.returncode != 0:
            pytest.fail(f"needs {' '.join(packages)}: {done.stderr[-200:]}")
        (place / ".whole").touch()
    return place
