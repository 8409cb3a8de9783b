"""The better player: nothing steps, clicks, wraps or drifts, and the light is the beat itself."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.engine.formats.periods import compile_periods
from appliance.engine.formats.player import play
from appliance.engine.formats.sbg import parse_sbg
from appliance.engine.formats.sbg_tracks import natural_length_s, sbg_tracks
from appliance.engine.formats.strict import strict_player
from appliance.engine.formats.tracks import Tracks
from cext.guard import Guard
from cext.schedule import Schedule

RATE_HZ = 48_000.0
ALL = (
    "custom00: e=2 0 1 1 0\n"
    "a: pink/10 200+10/20 300@12/20 spin:900+2/10 white/5 brown/5 bell+700/30 square:150@6/10 "
    "custom00:90@2/9\n"
    "b: pink/20 180+6/10 300@8/5 bspin:500+1/10 - - bell+900/20 square:160@5/5 custom00:95@2/5\n"
    "0:00 a ->\n0:00:01 b\n0:00:02 a\n"
)


def tracks_of(text: str, seconds: float = 10.0) -> Tracks:
    script = parse_sbg(text.encode())
    return sbg_tracks(script, compile_periods(script.rows, script.options.fade_ms), seconds)


def played(text: str, seconds: float, rate_hz: float = RATE_HZ) -> NDArray[np.float32]:
    block = np.empty((8, round(seconds * rate_hz)), np.float32)
    tracks_of(text, seconds).schedule(rate_hz).render(block)
    return block


def tone_hz(signal: NDArray[np.float32]) -> float:
    """The frequency of one steady tone, by the phase between two windows a second apart."""
    n = int(RATE_HZ)
    window = np.hanning(n)
    first, second = (np.fft.rfft(signal[begin : begin + n] * window) for begin in (n // 2, n // 2 + n))
    peak = int(np.argmax(np.abs(first)))
    moved = np.angle(second[peak] / first[peak]) / (2 * np.pi)
    return peak + float((moved + 0.5) % 1 - 0.5)


def test_each_ear_hears_its_frequency_to_a_ten_thousandth_of_a_hertz() -> None:
    block = played("a: 200.3+7.77/50\n0:00 a\n", 3.0)
    assert tone_hz(block[0]) == pytest.approx(200.3 + 3.885, abs=1e-4)
    assert tone_hz(block[1]) == pytest.approx(200.3 - 3.885, abs=1e-4)


def test_the_light_is_the_difference_of_the_ears_with_no_frame_between() -> None:
    block = played("a: 440+3/50\n0:00 a\n", 5.0).astype(float)
    # The product of the ears holds cos(left - right) at 3 Hz, and so does the light, upside down.
    turns = np.exp(-2j * np.pi * 3.0 * np.arange(8 * 16_000) / RATE_HZ)
    whole_beats = slice(60_000, 60_000 + turns.size)
    heard = np.vdot(turns, block[0][whole_beats] * block[1][whole_beats])
    seen = np.vdot(turns, -block[2][whole_beats])
    assert abs(np.angle(heard / seen)) / (2 * np.pi) * 16_000 < 0.5
    assert np.array_equal(block[2], block[3])


def test_an_isochronic_light_is_its_very_envelope() -> None:
    block = played("a: 300@5/100\n0:00 a\n", 3.0).astype(float)
    late = slice(48_000, 144_000)
    dark = block[2][late] == 0.0
    assert 0.5 < dark.mean() < 0.7
    assert not block[0][late][dark].any()


@pytest.mark.parametrize("size", [1, 64, 128, 256, 1000])
def test_the_size_of_the_blocks_changes_nothing(size: int) -> None:
    frames = 6_000 if size == 1 else 100_000
    whole = np.empty((8, 100_000), np.float32)
    tracks_of(ALL).schedule(RATE_HZ).render(whole)
    parts = np.zeros((8, frames), np.float32)
    schedule = tracks_of(ALL).schedule(RATE_HZ)
    for begin in range(0, frames, size):
        part = np.empty((8, min(size, frames - begin)), np.float32)
        schedule.render(part)
        parts[:, begin : begin + part.shape[1]] = part
    assert np.array_equal(parts, whole[:, :frames])


def test_a_slide_has_no_steps_where_sbagen_has() -> None:
    text = "a: 200/0\nb: 200/100\n0:00 a ->\n0:00:10 b\n"
    script = parse_sbg(text.encode())
    strict = np.empty((44_100 * 8, 2), np.int16)
    strict_player(script, compile_periods(script.rows, 60_000)).render(strict)

    def off_tone(signal: NDArray[np.floating], rate_hz: float) -> float:
        spectrum = np.abs(
            np.fft.rfft(signal[int(2 * rate_hz) : int(8 * rate_hz)] * np.hanning(int(6 * rate_hz)))
        )
        away = spectrum[6 * 260 : 6 * 2000]
        return float(20 * np.log10(np.linalg.norm(away) / np.linalg.norm(spectrum)))

    better = off_tone(played(text, 8.0)[0].astype(float), RATE_HZ)
    assert better < -100.0
    assert off_tone(strict[:, 0].astype(float), 44_100.0) > better + 30.0


def test_a_thousand_percent_is_normalised() -> None:
    block = played("a: 200/1000 300/1000 400/1000\n0:00 a\n", 2.0)
    assert 0.8 < np.abs(block).max() <= 1.0


def test_levels_are_those_of_strict_rendering() -> None:
    text = "a: pink/40 200+10/15 300/20\n0:00 a\n"
    script = parse_sbg(text.encode())
    strict = np.empty((44_100 * 4, 2), np.int16)
    strict_player(script, compile_periods(script.rows, 60_000)).render(strict)
    apart = np.std(played(text, 4.0)[0]) / np.std(strict[:, 0] / 32768.0)
    assert abs(20 * np.log10(apart)) < 0.1


def test_nothing_is_dropped_silently() -> None:
    tracks = tracks_of("-m river.ogg\na: mix/50 200+4/20 orbitbeat:200+4/5\n0:00 a\n")
    assert any("river.ogg" in note for note in tracks.notes)
    assert any("orbit" in note for note in tracks.notes)


def test_the_length_is_from_the_first_time_to_the_last() -> None:
    assert natural_length_s(parse_sbg(b"-SE\na: 100/1\n23:59 a\n0:01 a\n")) == 120
    assert natural_length_s(parse_sbg(b"-L 0:05\na: 100/1\n0:00 a\n")) == 300
    assert natural_length_s(parse_sbg(b"a: 100/1\n0:00 a\n")) is None


def test_without_consent_a_fast_beat_leaves_the_light_steady_and_says_so() -> None:
    guard = Guard(RATE_HZ, "L0")
    light = np.concatenate([b[2] for b in play(tracks_of("a: 200+10/20\n0:00 a\n", 6.0), 6.0, guard)])
    assert len(light) == 6 * 48_000
    assert "light_flicker" in guard.report()["limits"]
    second = light[-48_000:]
    assert second.max() - second.min() < 0.02


def test_with_consent_the_light_follows_a_ten_hertz_beat() -> None:
    guard = Guard(RATE_HZ, "L2")
    light = np.concatenate([b[2] for b in play(tracks_of("a: 200+10/20\n0:00 a\n", 9.0), 9.0, guard)])
    spectrum = np.abs(np.fft.rfft(light[-96_000:] - light[-96_000:].mean()))
    assert int(np.argmax(spectrum)) == 20


def test_rows_that_do_not_fit_are_refused() -> None:
    rows = np.zeros((1, 15))
    with pytest.raises(ValueError, match="no length"):
        Schedule(rows, np.array([0, 1]), np.zeros((0, 4096)))
