"""The box's name, and where its processes tell each other about themselves: `DATA/run/`."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path


def box_id(data: Path) -> str:
    """The name of this box on the bus: made once, kept in the data folder."""
    file = data / "box_id"
    if not file.exists():
        data.mkdir(parents=True, exist_ok=True)
        file.write_text(f"box-{secrets.token_hex(4)}", encoding="utf-8")
    return file.read_text(encoding="utf-8").strip()


def write(data: Path, name: str, values: dict[str, object]) -> None:
    """Tell the other processes of this box something; written beside and renamed."""
    folder = data / "run"
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{name}.{os.getpid()}"
    beside.write_text(json.dumps(values), encoding="utf-8")
    beside.replace(folder / name)
