"""The files in the root of a board: the right row of the table, and a new start whatever went wrong."""

from __future__ import annotations

import os
import runpy
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from firmware import board
from firmware.simulation import machine

ROOT = Path(__file__).resolve().parents[2] / "firmware"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Generic ESP32 module with ESP32", "esp32"),
        ("Generic ESP32S3 module with Octal-SPIRAM with ESP32S3", "esp32s3"),
        ("Raspberry Pi Pico W with RP2040", "pico_w"),
        ("Raspberry Pi Pico 2 W with RP2350", "pico2_w"),
    ],
)
def test_a_board_knows_itself(monkeypatch: pytest.MonkeyPatch, said: str, name: str) -> None:
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(machine=said))
    monkeypatch.setattr(time, "ticks_us", lambda: 0, raising=False)
    monkeypatch.setattr(time, "sleep_ms", lambda _: None, raising=False)
    for module in ("bluetooth", "machine", "onewire"):
        monkeypatch.setitem(sys.modules, module, SimpleNamespace(OneWire=None))
    assert board.this().name == name


def test_a_board_that_is_no_row_says_so() -> None:
    with pytest.raises(board.UnknownBoard, match="pico_w"):
        board.Board("toaster", machine, lambda: 0, lambda _: None, None, None)  # type: ignore[arg-type]


def test_every_row_of_the_table_is_whole() -> None:
    sizes = {len(row) for row in board._ROWS}
    assert sizes == {len(board._COLUMNS)}
    for name, row in board.BOARDS.items():
        pins = [pin for column, pin in row.items() if column not in ("name", "port") and pin != -1]
        assert len(set(pins)) == len(pins), name


def test_whatever_ends_the_application_the_board_starts_over(monkeypatch: pytest.MonkeyPatch) -> None:
    resets = []
    monkeypatch.setitem(sys.modules, "machine", SimpleNamespace(reset=lambda: resets.append(1)))
    monkeypatch.setattr(time, "sleep", lambda _: None)
    monkeypatch.setattr(board, "this", lambda: 1 / 0)
    runpy.run_path(str(ROOT / "start.py"))
    assert resets == [1]
