"""Draws `lanes.png`: what leaves the box for two seconds of `docs/examples/evening.sbg`, lane by lane.

    .venv/bin/python docs/pictures/draw_lanes.py

Needs Pillow. The frames come from the renderer itself, through the guard.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from appliance.engine.formats.periods import compile_periods
from appliance.engine.formats.player import play
from appliance.engine.formats.sbg import read_sbg
from appliance.engine.formats.sbg_tracks import sbg_tracks
from cext.guard import Guard

HERE = Path(__file__).resolve().parent
WIDTH, HEIGHT, LEFT, ROW = 1600, 560, 170, 120
BEGIN_S, SHOWN_S = 88.0, 2.0
ROWS = (
    ("left ear", 0, "#2f6f8f"),
    ("right ear", 1, "#2f6f8f"),
    ("left light", 2, "#d98a1f"),
    ("right light", 3, "#d98a1f"),
)


def main() -> None:
    """Render, cut the two seconds out, draw."""
    script = read_sbg(HERE.parent / "examples" / "evening.sbg")
    until_s = BEGIN_S + SHOWN_S
    tracks = sbg_tracks(script, compile_periods(script.rows, script.options.fade_ms), until_s + 1.0)
    guard = Guard(48_000.0, "L0")
    lanes = np.concatenate(list(play(tracks, until_s + 0.5, guard)), axis=1)
    shown = lanes[:, int(BEGIN_S * 48_000) : int(until_s * 48_000)]
    picture = Image.new("RGB", (WIDTH, HEIGHT), "#fbfaf7")
    draw = ImageDraw.Draw(picture)
    for i, (name, lane, colour) in enumerate(ROWS):
        _row(draw, 20 + i * (ROW + 8), name, shown[lane], colour)
    for tenth in range(0, int(SHOWN_S * 10) + 1, 5):
        x = LEFT + (WIDTH - LEFT - 30) * tenth / (SHOWN_S * 10)
        draw.text((x - 14, HEIGHT - 28), f"{tenth / 10:.1f} s", fill="#555555", font_size=18)
    picture.save(HERE / "lanes.png", optimize=True)


def _row(draw: ImageDraw.ImageDraw, top: int, name: str, values: np.ndarray, colour: str) -> None:
    # Sound as what lies between its lowest and highest of each column, light filled from the dark up.
    draw.text((16, top + ROW // 2 - 12), name, fill="#222222", font_size=22)
    columns = np.array_split(values, WIDTH - LEFT - 30)
    is_light = values.min() >= 0.0
    full = max(1e-6, float(np.abs(values).max()))
    for i, column in enumerate(columns):
        high, low = float(column.max()) / full, 0.0 if is_light else float(column.min()) / full
        zero, reach = (top + ROW, ROW) if is_light else (top + ROW / 2, ROW / 2)
        draw.line((LEFT + i, zero - low * reach, LEFT + i, zero - high * reach), fill=colour)
    draw.line((LEFT, top + ROW, WIDTH - 30, top + ROW), fill="#cccccc")


if __name__ == "__main__":
    main()
