"""Imports follow the data: nothing imports upstream. The table below is the map."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# package -> what it may import of ours. A longer prefix wins; a room may always import itself.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "cext": (),
    "firmware": (),
    "provisioning": (),
    "appliance": ("appliance", "cext", "firmware.wire"),
    "appliance.contracts": ("appliance.errors",),
    "appliance.guard": (),
    "appliance.bus": ("appliance.contracts", "appliance.errors"),
    "appliance.sensors": (
        "appliance.contracts",
        "appliance.errors",
        "appliance.clock",
        "appliance.bus",  # a sensor may speak over the broker
        "firmware.wire",
        # The box's end of an update over the cable, and the replies it gets.
        "firmware.commands",
        "firmware.sender",
        "cext",  # bytes and clocks of many sensors at once
    ),
    "appliance.signal": ("appliance.contracts", "appliance.errors", "cext"),
    # A recording from end to end: the streams of a file, through the chain.
    "appliance.signal.analysis": (
        "appliance.contracts",
        "appliance.errors",
        "appliance.sensors.recordings",
        "appliance.signal",
        "cext",
    ),
    "appliance.state": ("appliance.contracts", "appliance.errors", "cext"),
    "appliance.mapping": ("appliance.contracts", "appliance.errors"),
    "appliance.engine": ("appliance.contracts", "appliance.errors", "cext"),
    "appliance.studio": ("appliance.contracts", "appliance.errors", "cext"),
    "appliance.outputs": ("appliance.contracts", "appliance.errors", "appliance.guard.gate", "cext"),
    "appliance.neighbours": ("appliance.contracts", "appliance.errors"),
    "appliance.journal": ("appliance.contracts", "appliance.errors", "appliance.clock", "cext"),
    "appliance.outbox": ("appliance.contracts", "appliance.errors", "appliance.bus", "appliance.journal"),
    "api": ("api", "appliance.contracts", "appliance.bus", "appliance.errors", "appliance.clock"),
}
OURS = ("api", "appliance", "cext", "firmware", "provisioning")
# A verb stands at the rim of its room and may join several; service and box join everything.
RIM = ("command.py",)


def _module(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(file: Path) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [name.name for name in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found += [f"{node.module}.{name.name}" for name in node.names]
    return [name for name in found if name.split(".")[0] in OURS]


def wrong_arrows(module: str, imports: list[str]) -> list[str]:
    """Return the imports that this module may not have."""
    room = max((name for name in MAY_IMPORT if f"{module}.".startswith(f"{name}.")), key=len)
    allowed = (room, *MAY_IMPORT[room])
    return [name for name in imports if not any(f"{name}.".startswith(f"{right}.") for right in allowed)]


def _files() -> list[Path]:
    return [
        file for package in OURS for file in sorted((ROOT / package).rglob("*.py")) if file.name not in RIM
    ]


@pytest.mark.parametrize("file", _files(), ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_follow_the_data(file: Path) -> None:
    assert wrong_arrows(_module(file), _imports(file)) == []


def test_an_arrow_upstream_is_found() -> None:
    assert wrong_arrows("cext.hrv", ["appliance.signal"]) == ["appliance.signal"]
    assert wrong_arrows("api.edge.ingest", ["appliance.journal.Journal"]) == ["appliance.journal.Journal"]
    assert wrong_arrows("appliance.signal.heart", ["appliance.sensors.hub"]) == ["appliance.sensors.hub"]
