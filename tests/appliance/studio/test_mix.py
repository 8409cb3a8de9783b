"""The studio chain does what its sliders say, and a mix is as long as the longer of its sounds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from appliance.errors import Misused
from appliance.studio.mix import chain, mix
from appliance.studio.presets import MIX
from appliance.studio.sliders import ROWS, Sliders
from appliance.studio.verbs.mix import command
from tests.appliance.studio.sounds import RATE_HZ, loaded, music, saved, tone

QUIET = 0.02


def through(sliders: Sliders, sound: NDArray[np.float32]) -> NDArray[np.float32]:
    effect = chain(sliders, RATE_HZ)
    late = np.pad(sound, ((0, 0), (0, effect.latency_frames)))
    effect.process(late)
    return late[:, effect.latency_frames :]


def level_db(sliders: Sliders, hz: float, size: float = QUIET) -> float:
    """What the chain does to a steady tone."""
    sound = tone(1.0, hz, size)
    return float(20 * np.log10(np.abs(through(sliders, sound)[:, RATE_HZ // 2 :]).max() / size))


@pytest.mark.parametrize(
    ("slider", "hz", "shares"),
    [("eq_low", 30.0, 1.0), ("eq_low", 100.0, 0.5), ("eq_mid", 1_500.0, 1.0), ("eq_high", 18_000.0, 1.0)],
)
@pytest.mark.parametrize("gain_db", [-6.0, 6.0])
def test_a_band_is_as_loud_as_its_slider_says(slider: str, hz: float, shares: float, gain_db: float) -> None:
    got = level_db(Sliders(**{slider: gain_db}), hz)
    assert got == pytest.approx(shares * gain_db, abs=0.6 if hz in (30.0, 18_000.0) else 0.1)


def test_everything_at_nought_only_limits() -> None:
    sound = 0.5 * music(1.0)
    assert np.array_equal(through(Sliders(), sound), sound)
    assert np.abs(through(Sliders(), 4.0 * music(1.0))).max() <= 0.95


@pytest.mark.parametrize(("slider", "threshold_db"), [(0.001, -10.0), (0.5, -15.0), (1.0, -20.0)])
def test_compression_is_four_to_one_above_its_threshold(slider: float, threshold_db: float) -> None:
    """A steady tone 8 dB over comes out 2 dB over, the knee left behind."""
    size = 10 ** ((threshold_db + 8.0) / 20)
    got = level_db(Sliders(compression=slider), 1_000.0, size)
    assert got == pytest.approx(-6.0, abs=0.3)


@pytest.mark.parametrize(("slider", "time_ms", "decay"), [(0.001, 20, 0.2), (0.5, 40, 0.5), (1.0, 60, 0.8)])
def test_reverb_is_one_echo_where_the_slider_puts_it(slider: float, time_ms: int, decay: float) -> None:
    click = np.zeros((2, RATE_HZ // 4), np.float32)
    click[:, 100] = 0.3
    out = through(Sliders(reverb=slider), click)[0]
    assert out[100] == pytest.approx(0.3 * 0.88 * 0.8, abs=1e-3)
    assert out[100 + time_ms * 48] == pytest.approx(0.3 * 0.88 * decay, abs=2e-3)
    out[[100, 100 + time_ms * 48]] = 0.0
    assert np.abs(out).max() < 0.01


@pytest.mark.parametrize(("slider", "ceiling"), [(0.0, 0.95), (1.0, 0.5)])
def test_the_limiter_only_limits(slider: float, ceiling: float) -> None:
    loud = through(Sliders(limiter=slider), 4.0 * music(1.0))
    assert 0.9 * ceiling < np.abs(loud).max() <= ceiling
    quiet = 0.1 * music(1.0)
    assert np.array_equal(through(Sliders(limiter=slider), quiet), quiet)


def test_a_preset_overrides_the_sliders_and_strength_fades_them() -> None:
    sliders = Sliders.of({"eq_low": -6.0, "vocal_gain": 3.0, "mix_strength": 0.5}, "warm")
    assert sliders.eq_low == MIX["warm"].tone.low_db
    assert sliders.vocal_gain == 3.0
    assert sliders.at_strength().eq_low == 0.5 * MIX["warm"].tone.low_db
    assert Sliders.of({"mix_strength": 0.0}, "bright").at_strength().reverb == 0.0


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_slider_outside_its_range_is_refused_with_the_nearest(row: object) -> None:
    with pytest.raises(Misused) as caught:
        Sliders.of({row.name: row.maximum + 1.0})  # type: ignore[attr-defined]
    assert "the nearest is" in caught.value.remedy


def test_a_slider_or_preset_that_is_not_there_is_named() -> None:
    with pytest.raises(Misused, match="eq_lo"):
        Sliders.of({"eq_lo": 1.0})
    with pytest.raises(Misused, match="wram"):
        Sliders.of({}, "wram")


def test_beat_and_voice_are_added_with_their_gains(tmp_path: Path) -> None:
    beat, voice = 0.2 * music(3.0), 0.1 * tone(1.5, 300.0)
    files = saved(tmp_path / "beat.wav", beat), saved(tmp_path / "voice.wav", voice[:1])
    mix(*files, tmp_path / "out.wav", Sliders(beat_gain=-6.0, vocal_gain=6.0))
    expected = beat * 10 ** (-6 / 20)
    expected[:, : voice.shape[1]] += voice * 10 ** (6 / 20)
    assert np.abs(loaded(tmp_path / "out.wav") - expected).max() < 2**-21


def test_a_voice_longer_than_the_beat_is_kept_to_its_end(tmp_path: Path) -> None:
    files = saved(tmp_path / "beat.wav", 0.1 * music(0.5)), saved(tmp_path / "voice.wav", tone(2.0, size=0.1))
    mixed = mix(*files, tmp_path / "out.wav", Sliders())
    assert mixed.after.seconds == 2.0
    assert np.abs(loaded(tmp_path / "out.wav")[:, -4_800:]).max() == pytest.approx(0.1, abs=0.001)


def test_the_high_pass_takes_the_rumble_of_the_voice_alone(tmp_path: Path) -> None:
    rumble = saved(tmp_path / "rumble.wav", tone(2.0, 40.0, 0.1))
    mix(
        saved(tmp_path / "beat.wav", tone(2.0, 40.0, 0.1)),
        None,
        tmp_path / "beat_only.wav",
        Sliders(hpf_hz=160),
    )
    silent = saved(tmp_path / "silent.wav", np.zeros((2, 2 * RATE_HZ), np.float32))
    mix(silent, rumble, tmp_path / "out.wav", Sliders(hpf_hz=160.0))
    assert np.abs(loaded(tmp_path / "beat_only.wav")[:, RATE_HZ:]).max() > 0.09
    assert np.abs(loaded(tmp_path / "out.wav")[:, RATE_HZ:]).max() < 0.01


def test_a_mix_can_be_mastered_at_once(tmp_path: Path) -> None:
    mixed = mix(
        saved(tmp_path / "beat.wav", music(6.0)), None, tmp_path / "out.wav", Sliders(), is_mastered=True
    )
    assert mixed.after.integrated_lufs == pytest.approx(-13.0, abs=0.05)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["beat.wav", "out.wav"]


def test_a_voice_of_another_rate_is_brought_to_that_of_the_beat(tmp_path: Path) -> None:
    voice = saved(tmp_path / "voice.wav", 0.2 * tone(2.0, 300.0, rate_hz=44_100), 44_100)
    silent = saved(tmp_path / "beat.wav", np.zeros((2, 2 * RATE_HZ), np.float32))
    mixed = mix(silent, voice, tmp_path / "out.wav", Sliders())
    assert (mixed.after.rate_hz, mixed.after.seconds) == (RATE_HZ, 2.0)
    middle = slice(4_800, 90_000)
    assert np.abs(loaded(tmp_path / "out.wav") - 0.2 * tone(2.0, 300.0))[:, middle].max() < 1e-4


def test_a_voice_of_six_channels_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    voice = saved(tmp_path / "voice.wav", np.tile(tone(0.1), (3, 1)))
    with pytest.raises(Misused, match="6 channels"):
        mix(saved(tmp_path / "beat.wav", tone(0.1)), voice, tmp_path / "out.wav", Sliders())
    assert sorted(file.name for file in tmp_path.iterdir()) == ["beat.wav", "voice.wav"]


def test_the_verb_mixes_one_song_or_two_sounds(tmp_path: Path) -> None:
    beat, voice = (
        saved(tmp_path / "beat.wav", music(3.0)),
        saved(tmp_path / "voice.wav", tone(3.0, 500.0, 0.05)),
    )
    out = str(tmp_path / "out.wav")
    said = json.loads(_run(str(beat), "--out", out, "--preset", "clean", "--json"))
    assert said["sliders"]["eq_mid"] == -2.0
    said = json.loads(_run(str(beat), str(voice), "--out", out, "--eq-low", "2.5", "--ai", "--json"))
    assert said["reasons"]
    assert "LUFS" in _run(str(beat), str(voice), "--out", out, "--ai")


def _run(*words: str) -> str:
    return CliRunner().invoke(command, list(words), catch_exceptions=False).stdout
