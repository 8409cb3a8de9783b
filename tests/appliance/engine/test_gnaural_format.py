"""Gnaural schedules: straight lines between points, the shortest voice ends all, and nothing odd gets in."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.engine.formats.errors import BadSchedule
from appliance.engine.formats.gnaural import gnaural_tracks, parse_gnaural
from appliance.engine.formats.tracks import AT

ENTRY = '<entry duration="{}" volume_left="{}" volume_right="{}" beatfreq="{}" basefreq="{}" state="0"/>'


def voice(kind: int, *entries: tuple[object, ...], more: str = "") -> str:
    points = "".join(ENTRY.format(*entry) + "\n" for entry in entries)
    return (
        f"<voice><description>v</description><type>{kind}</type>{more}<entries>{points}</entries></voice>\n"
    )


def schedule(*voices: str, more: str = "") -> bytes:
    return f"<schedule><title>t</title>{more}\n{''.join(voices)}</schedule>".encode()


def test_each_point_goes_straight_to_the_next_and_the_last_to_the_first() -> None:
    tracks = gnaural_tracks(parse_gnaural(schedule(voice(0, (2, 0.5, 0.25, 10, 100), (3, 1, 1, 4, 200)))))
    (rows,) = tracks.rows
    assert rows[:, AT["carrier_hz"]].tolist() == [100.0, 200.0]
    assert rows[:, AT["carrier_end_hz"]].tolist() == [200.0, 100.0]
    assert rows[:, AT["beat_end_hz"]].tolist() == [4.0, 10.0]
    assert rows[0, AT["left"]] == pytest.approx(0.5 * 16383 / 32767)
    assert tracks.length_s == 5.0


def test_the_shortest_voice_ends_the_schedule_and_loops_repeat_it() -> None:
    text = schedule(voice(0, (4, 1, 1, 4, 100)), voice(1, (10, 1, 1, 0, 0)), more="<loops>3</loops>")
    tracks = gnaural_tracks(parse_gnaural(text))
    assert tracks.length_s == 12.0
    assert tracks.rows[1][:, AT["begin"]].tolist() == [0.0, 4.0, 8.0]


def test_an_isochronic_tone_is_on_for_half_of_its_beat_and_its_twin_alternates() -> None:
    text = schedule(voice(3, (9, 1, 1, 4, 300)), voice(4, (9, 1, 1, 4, 300)))
    tracks = gnaural_tracks(parse_gnaural(text))
    for i, other_is_on in ((0, True), (1, False)):
        tracks.rows, kept = [tracks.rows[i]], tracks.rows
        block = np.empty((8, 48_000), np.float32)
        tracks.schedule(48_000.0).render(block)
        tracks.rows = kept
        first_half, second_half = slice(13_000, 17_000), slice(19_000, 23_000)
        assert np.abs(block[0, first_half]).max() > 0.4
        assert np.abs(block[0, second_half]).max() < 1e-6
        assert bool(np.abs(block[1, first_half]).max() > 0.4) is other_is_on
        assert bool(np.abs(block[1, second_half]).max() > 0.4) is not other_is_on


def test_a_type_that_is_not_played_is_named() -> None:
    text = schedule(voice(2, (9, 1, 1, 4, 300)), voice(6, (9, 1, 1, 4, 300)), voice(0, (9, 1, 1, 4, 300)))
    notes = gnaural_tracks(parse_gnaural(text)).notes
    assert any("type 2" in note for note in notes)
    assert any("rain" in note for note in notes)


def test_a_muted_voice_is_silent_but_counts_for_the_time() -> None:
    text = schedule(
        voice(0, (2, 1, 1, 4, 300), more="<voice_mute>1</voice_mute>"), voice(0, (9, 1, 1, 4, 300))
    )
    tracks = gnaural_tracks(parse_gnaural(text))
    assert (len(tracks.rows), tracks.length_s) == (1, 2.0)


def test_mono_gives_both_ears_the_same_beating_sound() -> None:
    text = schedule(voice(0, (9, 1, 0.5, 4, 300), more="<voice_mono>1</voice_mono>"))
    block = np.empty((8, 48_000), np.float32)
    gnaural_tracks(parse_gnaural(text)).schedule(48_000.0).render(block)
    assert np.array_equal(block[0], block[1])
    assert block[2].max() > 0.5


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        (("nan", 1, 1, 4, 100), 'duration="nan"'),
        ((-1, 1, 1, 4, 100), 'duration="-1"'),
        ((1, "inf", 1, 4, 100), "volume_left"),
        ((1, 1, 1, -4, 100), "beatfreq"),
        ((1, 1, 1, 4, "1e999"), "basefreq"),
        ((1, 1, 1, "x", 1), "beatfreq"),
    ],
)
def test_an_impossible_number_is_told_with_its_line(entry: tuple[object, ...], what: str) -> None:
    with pytest.raises(BadSchedule, match=f"line 3: .*{what}"):
        parse_gnaural(schedule(voice(0, (1, 1, 1, 4, 100), entry)))


def test_entities_and_document_types_are_refused() -> None:
    bomb = b'<?xml version="1.0"?>\n<!DOCTYPE schedule [<!ENTITY a SYSTEM "file:///etc/passwd">]>\n<schedule>&a;</schedule>'
    with pytest.raises(BadSchedule, match=r"line 2: .*entities"):
        parse_gnaural(bomb)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"<schedule><voice>", "not XML"),
        (b"RIFF....", "not XML"),
        (b"<html></html>", "not a Gnaural"),
        (b"<schedule></schedule>", "no voice"),
        (schedule(voice(0, (90_000, 1, 1, 4, 100))), "24 hours"),
        (schedule(voice(0)), "lasts nothing"),
        (schedule(voice(0, (1, 1, 1, 4, 30_000))), "above"),
        (schedule(voice(0, (1, 1, 1, 4, 100)), more="<loops>x</loops>"), "loops"),
        (schedule(voice(0, *([(1, 1, 1, 4, 100)] * 3))) * 2, "not XML"),
    ],
)
def test_what_is_no_schedule_is_refused(text: bytes, what: str) -> None:
    with pytest.raises(BadSchedule, match=what):
        gnaural_tracks(parse_gnaural(text))


def test_more_entries_than_anybody_needs_are_refused() -> None:
    point = ENTRY.format(1, 1, 1, 4, 100)
    with pytest.raises(BadSchedule, match="too many entries"):
        parse_gnaural(schedule(f"<voice><type>0</type><entries>{point * 100_001}</entries></voice>"))
