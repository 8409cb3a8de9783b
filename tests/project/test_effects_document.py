"""The page about effects is drawn from their tables; as a program, this file writes it and its pictures."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

from cext import effects
from cext.effects import Table
from tests.project.effects_pictures import picture, sheet

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE, PICTURES = DOCS / "effects.md", DOCS / "effects"
HEAD = """# Effects

Everything that changes a sound: {count} effects in {families} families. Written from the tables in
`cext/effects/` by `python -m tests.project.test_effects_document`; a test keeps it true. In each picture:
left ear blue, right ear orange, what went in grey, every effect at its first values.

    ./echoel effects                                  this list
    ./echoel effect plate in.wav out.wav --set decay_s=3
    ./echoel chain chain.toml in.wav out.wav

`cext.effects.make(name, rate_hz, **parameters)` builds one; `.process(block)` changes a float32 block of
shape (2, frames) in place, however many frames, always to the same bits; `.set(name, value)` turns a
parameter, which glides there in 20 ms, or a switch by the name of its position; `.latency_frames` says how
much later the sound leaves; `.reset()` begins again. Every effect ends with the switch `bypass`, which lets
the sound through untouched and equally late. `cext.graph.Chain([...])` runs many in one call.
"""


def page() -> str:
    """The whole page."""
    tables = effects.catalogue()
    parts = [HEAD.format(count=len(tables), families=len(effects.FAMILIES))]
    for family, folder in effects.FAMILIES.items():
        names = ", ".join(f"[{name}](#{name})" for name in folder.EFFECTS)
        parts.append(f"- **{family}**: {names}")
    for family, folder in effects.FAMILIES.items():
        summary = (folder.__doc__ or "").strip().split("\n")[0]
        parts.append(f"\n## {family.capitalize()}\n\n{summary}\n")
        parts += [_section(table) for table in tables if table.family == family]
    return "\n".join(parts) + "\n"


def _section(table: Table) -> str:
    late = f" Latency at 48 kHz: {table.latency_frames} frames." if table.latency_frames else ""
    rows = [
        f"### {table.name}\n",
        f"{table.summary}{late}\n",
        f"Follows: {table.source}.\n",
        f"![{table.name}](effects/{table.name}.svg)\n",
        "| parameter | unit | from | to | at first | glides |",
        "|---|---|---|---|---|---|",
    ]
    for row in table.parameters[:-1]:
        if row.choices:
            first = row.choices[int(row.default)]
            rows.append(f"| `{row.name}` | | {', '.join(row.choices)} | | {first} | switches |")
        else:
            glide = "by octaves" if row.curve == "log" else "evenly"
            span = f"{row.minimum:g} | {row.maximum:g} | {row.default:g}"
            rows.append(f"| `{row.name}` | {row.unit} | {span} | {glide} |")
    return "\n".join(rows) + "\n"


def test_the_page_about_effects_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.project.test_effects_document"


def test_every_effect_has_a_picture_and_no_picture_is_left_over() -> None:
    drawn = {file.stem for file in PICTURES.glob("*.svg")}
    assert drawn == set(effects.EFFECTS)
    for name in drawn:
        root = ElementTree.parse(PICTURES / f"{name}.svg").getroot()
        marks = [part for part in root.iter() if part.tag.endswith(("polyline", "image"))]
        assert len(marks) >= 2, name


def test_the_catalogue_keeps_what_the_product_promises() -> None:
    assert len(effects.EFFECTS) >= 100


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    wanted = sys.argv[1:] or list(effects.EFFECTS)
    for old in PICTURES.glob("*.svg"):
        if old.stem not in effects.EFFECTS:
            old.unlink()
    for table in effects.catalogue():
        if table.name in wanted:
            (PICTURES / f"{table.name}.svg").write_text(picture(table.name, table.family), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    (DOCS / "pictures" / "effects.svg").write_text(sheet("compressor", "plate", "phaser"), encoding="utf-8")
