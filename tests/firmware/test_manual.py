"""The firmware's manual names everything a person can set, plug in, see or ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware import commands, led
from firmware.board import BOARDS
from firmware.devices import DEVICES
from firmware.links import services
from firmware.settings import ROWS

MANUAL = (Path(__file__).resolve().parents[2] / "docs" / "firmware.md").read_text(encoding="utf-8")
_KINDS = [name for name, value in vars(commands).items() if isinstance(value, int) and 0x80 <= value < 0xC0]
_NAMES = [
    *[row[0] for row in ROWS],
    *DEVICES,
    *[name for name, _ in led.PATTERNS],
    *[column for column in BOARDS["esp32"] if column not in ("name", "port")],
    *_KINDS,
]


@pytest.mark.parametrize("name", _NAMES)
def test_the_manual_names_it(name: str) -> None:
    assert f"`{name}`" in MANUAL or f"`{name}` " in MANUAL


def test_the_manual_gives_the_reasons_in_their_order() -> None:
    flowing = " ".join(MANUAL.split())
    assert ", ".join(commands.REASONS) in flowing
    assert services.SERVICE in MANUAL


def test_the_pins_in_the_manual_are_those_of_the_table() -> None:
    for line in MANUAL.split("## Pins")[1].split("## ")[0].strip().splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        columns = [part for part in cells[0].split("`") if part in BOARDS["esp32"]]
        for board, cell in zip(
            ("esp32", "esp32s3", "pico_w", "pico2_w"), [*cells[1:], cells[-1]], strict=False
        ):
            said = [-1 if pin == "-" else int(pin) if pin.isdigit() else pin for pin in cell.split(", ")]
            assert said == [BOARDS[board][column] for column in columns]
