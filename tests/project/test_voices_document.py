"""The page about voices is drawn from their tables; run as a program, this file writes it."""

from __future__ import annotations

from pathlib import Path

from cext import voices

PAGE = Path(__file__).resolve().parents[2] / "docs" / "voices.md"
HEAD = """# Voices

Everything that sounds by itself. Written from the tables in `cext/voices/` by
`python -m tests.project.test_voices_document`; a test keeps it true.

`cext.voices.make(name, rate_hz, **parameters)` builds one; `.render(block)` fills a float32 block of shape
(2, frames) with the next frames, however many; `.set(name, value)` turns a parameter, which glides there in
20 ms; `.reset()` begins again. `seed=` chooses the chance of a voice: the same seed, the same samples,
whatever the block size. The phase is a 64-bit integer: no drift in hours. `loop` and `granular` also take
`sound=`, float32 of shape (frames,) or (2, frames), and `sound_rate_hz=`. What is struck takes its first
stroke with its first frame, another with each change of `strike`, and repeats by `pace_bpm`.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for name, voice in voices.VOICES.items():
        first = (voice.__doc__ or "").strip().split("\n")[0]
        parts += [
            f"\n## {name}\n",
            f"{first}\n",
            "| parameter | unit | from | to | at first | glides |",
            "|---|---|---|---|---|---|",
        ]
        for row in voice.PARAMETERS:
            glide = "by octaves" if row.curve == "log" else "evenly"
            span = f"{row.minimum:g} | {row.maximum:g} | {row.default:g}"
            parts.append(f"| `{row.name}` | {row.unit} | {span} | {glide} |")
    return "\n".join(parts) + "\n"


def test_the_page_about_voices_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_voice_says_in_a_sentence_what_it_sounds_like() -> None:
    for name, voice in voices.VOICES.items():
        first = (voice.__doc__ or "").strip().split("\n")[0]
        assert first.endswith("."), name
        assert len(first) > 15, name


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
