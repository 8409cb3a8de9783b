"""The text format of sbagen: its grammar, its schedule compiler and its printed table."""

from __future__ import annotations

import pytest

from appliance.engine.formats.errors import BadSchedule
from appliance.engine.formats.periods import compile_periods
from appliance.engine.formats.sbg import Script, parse_sbg
from appliance.engine.formats.table import period_table
from appliance.engine.formats.tones import read_tone

FADES = """## a comment that is shown
-SE
one: pink/40 200+10/15   # a comment
two: pink/20 180+6/15 bell+880/20
off: -
0:00 off ->
0:01 one
0:10 two
0:20 == two ->
0:21 off
"""
# By the rules: a slide takes the whole minute; the change at 0:10 passes through silence, 30 s to either
# side, because its pitch differs; the bell is struck in its middle.
FADES_TABLE = [
    "* 00:00:00 pink/0.00  200.00+10.00/0.00 ",
    "  00:01:00 pink/40.00 200.00+10.00/15.00",
    "* 00:01:00 pink/40.00 200.00+10.00/15.00",
    "  00:09:30  ::         ::               ",
    "* 00:09:30 pink/40.00 200.00+10.00/15.00",
    "  00:10:00 pink/30.00 200.00+10.00/0.00 ",
    "* 00:10:00 pink/30.00 180.00+6.00/0.00  bell+880.00/20.00",
    "  00:10:30 pink/20.00 180.00+6.00/15.00  ::              ",
]


def table_of(text: str) -> str:
    script = parse_sbg(text.encode())
    return period_table(script, compile_periods(script.rows, script.options.fade_ms))


def test_a_timeline_becomes_the_periods_that_sbagen_prints() -> None:
    assert table_of(FADES).split("\n")[:8] == FADES_TABLE


def test_what_is_off_to_the_end_of_the_day_is_one_period() -> None:
    assert table_of(FADES).endswith("* 00:21:00 -\n  00:00:00 -\n\n")


def test_a_single_line_lasts_the_whole_day() -> None:
    assert table_of("a: 100+5/10\n7:30 a\n") == (
        "* 07:30:00 100.00+5.00/10.00\n  07:30:00  ::              \n\n"
    )


def test_sbagen_plus_prints_waveforms_and_the_duration() -> None:
    script = parse_sbg(b"a: 300@12/20 white/3\n0:00 a ->\n0:05 a\n")
    table = period_table(script, compile_periods(script.rows, 60_000), plus=True)
    assert table.startswith(
        "\n*** Sequence duration: 00:05:00 (hh:mm:ss) ***\n\n* 00:00:00 sine:300.00@12.00/20.00"
    )


def test_a_block_is_read_again_at_each_call_with_the_time_of_the_call_in_front() -> None:
    text = "a: 100/1\nb: 200/1\nin: {\n +0:01 a\n +0:02 b\n}\nout: {\n +0:10 in\n}\n1:00 out\n+2:00 in\n"
    rows = parse_sbg(text.encode()).rows
    assert [row.at_s // 60 for row in rows] == [71, 72, 181, 182]


def test_a_later_definition_counts_for_the_lines_below_it() -> None:
    rows = parse_sbg(b"a: 100/1\n0:00 a\na: 200/1\n0:10 a\n").rows
    assert [row.tones[0].carrier_hz for row in rows] == [100.0, 200.0]


def test_now_is_midnight_and_sums_wrap_at_the_end_of_the_day() -> None:
    rows = parse_sbg(b"a: 100/1\nNOW+23:59 a\n+0:00:30 a\n").rows
    assert [row.at_s for row in rows] == [86_340, 30]


def test_options_share_a_word_and_take_the_next_as_their_value() -> None:
    options = parse_sbg(b"-SEq 2 -m river.ogg -R 20\r\na: mix/100\r\n0:00 a\r\n").options
    assert (options.starts_at_first, options.ends_at_last, options.speed) == (True, True, 2.0)
    assert (options.mix, options.updates_hz) == ("river.ogg", 20.0)


def test_what_stands_beyond_sixteen_voices_is_ignored() -> None:
    rows = parse_sbg(("a: " + "100/1 " * 16 + "nonsense\n0:00 a\n").encode()).rows
    assert len(rows[0].tones) == 16


def test_a_drop_sinks_and_a_slide_glides_as_their_manual_says() -> None:
    drop = parse_sbg(b"-p drop 25ds+ pink/30\n").rows
    assert drop[1].tones[0].carrier_hz == 155.0
    assert drop[1].tones[0].beat_hz == 10.0
    slide = parse_sbg(b"-p slide t20 200+16/1\n").rows
    assert (slide[2].at_s, slide[2].tones[0].carrier_hz) == (1200, 8.0)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("-", "off"),
        ("440/20", "binaural"),
        ("100-1.5e0/3", "binaural"),
        ("wave1:400+10/10", None),
        ("bell-480/1000", "bell"),
        ("spin:300+.5/60", "spin"),
        ("square:300@4/5", "isochronic"),
        ("bspin:300+4/5", "brown_spin"),
        ("200+10/15x", None),
        ("0x10/1", "binaural"),
    ],
)
def test_a_voice_is_one_whole_word(word: str, kind: str | None) -> None:
    if kind is None:
        with pytest.raises(BadSchedule):
            read_tone(word)
    else:
        assert read_tone(word).kind == kind


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 200+nan/10\n0:00 a\n", 1, "not a finite number"),
        ("\na: 200+10/inf\n0:00 a\n", 2, "not a finite number"),
        ("a: 200+10/-1\n0:00 a\n", 1, "negative"),
        ("a: -200/1\n0:00 a\n", 1, "negative"),
        ("a: 100/1\n0:00 b\n", 2, "no tone set 'b'"),
        ("a: wave03:100+1/1\n0:00 a\n", 1, "not defined"),
        ("a: 100/1\n24:00 a\n", 2, "not a time"),
        ("a: 100/1\n12:61 a\n", 2, "not a time"),
        ("a: 100/1\n+0:10 a\n", 2, "counts from no time"),
        ("a: 100/1\n0:00 a\n-SE\n", 3, "after the first"),
        ("-z\na: 100/1\n0:00 a\n", 1, "no option -z"),
        ("b: {\n}\n0:00 b\n", 2, "empty"),
        ("b: {\n 0:10 a\n}\n", 2, "must begin with"),
        ("b: {\n +0:10 a\n", 3, "not closed"),
        ("wave00: 1 2\nwave00: 1 2\n", 2, "twice"),
        ("wave00: 1\n", 1, "has 1 numbers"),
        ("wave00: 1 nan\n", 1, "not finite"),
        ("a: 100/1\n0:00 a ??\n", 2, "cannot read"),
        ("a: 100/1\n", 2, "no timeline"),
        ("x" * 5000, 1, "too long"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(BadSchedule, match=f"line {line}: .*{what}") as caught:
        parse_sbg(text.encode())
    assert caught.value.remedy


def test_times_that_go_round_the_clock_twice_are_refused_with_their_line() -> None:
    rows = parse_sbg(b"a: 100/1\n8:00 a\n20:00 a\n7:00 a\n9:00 a\n").rows
    with pytest.raises(BadSchedule, match=r"line 5: .*24 hours"):
        compile_periods(rows, 60_000)


def test_blocks_that_multiply_without_end_are_refused() -> None:
    text = "a: 100/1\nb0: {\n +0:00 a\n}\n"
    text += "".join(f"b{i}: {{\n" + f" +0:00 b{i - 1}\n" * 10 + "}\n" for i in range(1, 8))
    with pytest.raises(BadSchedule, match="too many lines"):
        parse_sbg((text + "0:00 b7\n").encode())


def test_a_block_that_calls_itself_is_refused() -> None:
    with pytest.raises(BadSchedule, match="too many lines"):
        parse_sbg(b"a: 100/1\nb: {\n +0:00 a\n +0:01 b\n}\n0:00 b\n")


def test_a_script_without_any_fault_is_accepted() -> None:
    assert isinstance(parse_sbg(FADES.encode()), Script)
