"""Strict rendering: sample for sample what sbagen's arithmetic gives, however it is asked for."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.engine.formats.errors import BadSchedule
from appliance.engine.formats.periods import compile_periods
from appliance.engine.formats.sbg import parse_sbg
from appliance.engine.formats.strict import strict_player
from tests.appliance.engine.sbg_twin import BLOCK_FRAMES, STEP_16, Twin


def rendered(text: str, frames: int, part: int = 100_000) -> NDArray[np.int16]:
    script = parse_sbg(text.encode())
    player = strict_player(script, compile_periods(script.rows, script.options.fade_ms))
    out = np.empty((frames, 2), np.int16)
    for begin in range(0, frames, part):
        player.render(out[begin : begin + part])
    return out


def test_noise_and_sliding_pairs_equal_a_plain_twin_sample_by_sample() -> None:
    out = rendered("a: pink/40 200+10/15 150-4/10\nb: pink/40 300+4/50 150-4/0\n0:00 a ->\n0:01 b\n", 9_000)
    twin = Twin()
    for n in range(len(out)):
        share = ((n // BLOCK_FRAMES * STEP_16) >> 16) / 60_000
        rest = 1.0 - share
        pairs = [
            (rest * 200 + share * 300, rest * 10 + share * 4, rest * (40.96 * 15) + share * (40.96 * 50)),
            (rest * 150.0 + share * 150.0, rest * -4.0 + share * -4.0, rest * (40.96 * 10) + share * 0.0),
        ]
        assert tuple(out[n]) == twin.frame(40.0, pairs), n


def test_too_loud_a_sum_wraps_as_it_does_in_sbagen() -> None:
    out = rendered("a: 200/90 200/90\n0:00 a\n", 2000)
    twin = Twin()
    expected = [twin.frame(0.0, [(200.0, 0.0, 3686.4), (200.0, 0.0, 3686.4)]) for _ in range(2000)]
    assert out.tolist() == [list(frame) for frame in expected]
    assert np.abs(np.diff(out[:, 0].astype(int))).max() > 40_000


def test_another_carrier_is_another_sound() -> None:
    assert not np.array_equal(rendered("a: 200/20\n0:00 a\n", 500), rendered("a: 201/20\n0:00 a\n", 500))


@pytest.mark.parametrize("part", [1, 64, 128, 256, 1000])
def test_the_size_of_the_parts_asked_for_changes_nothing(part: int) -> None:
    text = (
        "wave00: 0 1 5 2\na: pink/20 wave00:200+3/20 spin:300+5/20\nb: bell+900/1000\n0:00 a ->\n0:00:01 b\n"
    )
    whole = rendered(text, 60_000)
    assert np.array_equal(
        rendered(text, 60_000 if part > 1 else 9_000, part), whole[: None if part > 1 else 9_000]
    )


def test_a_bell_rings_when_it_is_reached_and_not_when_playing_begins_on_it() -> None:
    assert np.abs(rendered("a: bell+900/50\n0:00 a ->\n0:05 a ->\n", 4000)).max() <= 1
    later = rendered("o: -\na: bell+900/50\n0:00 == o ->\n0:00:01 == a ->\n0:00:09 == o\n", 60_000)
    assert np.abs(later[:44_100]).max() <= 1
    assert np.abs(later[45_000:46_000]).max() > 10_000


def test_a_spin_hears_the_same_noise_in_both_ears_at_moving_distances() -> None:
    out = rendered("a: spin:2000+0.5/100\n0:00 a\n", 44_100).astype(float)
    left, right = out[21_000:23_000, 0], out[21_000:23_000, 1]
    lags = [np.corrcoef(left[300:-300], np.roll(right, lag)[300:-300])[0, 1] for lag in range(-256, 257)]
    assert max(lags) > 0.95
    assert abs(int(np.argmax(lags)) - 256) > 20


def test_what_sbagen_does_not_know_is_refused_with_its_line() -> None:
    script = parse_sbg(b"a: 300@12/20\n0:00 a\n")
    with pytest.raises(BadSchedule, match=r"line 2: .*sbagen\+"):
        strict_player(script, compile_periods(script.rows, 60_000))
