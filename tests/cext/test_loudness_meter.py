"""What the meter promises beside the standard's cases: any block, any rate, no way to break it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from cext.loudness import Meter
from tests.cext.test_loudness import heard, steps

FIGURES = (
    "momentary_lufs",
    "short_lufs",
    "integrated_lufs",
    "range_lu",
    "true_peak_dbtp",
    "peak_dbfs",
    "momentary_max",
    "short_max",
)


def noise(frames: int, channels: int = 2, seed: int = 1) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0.0, 0.2, (channels, frames)).astype(np.float32)


def figures(meter: Meter) -> list[float]:
    return [getattr(meter, name) for name in FIGURES]


@pytest.mark.parametrize("block", [1, 64, 128, 256, 1000])
def test_the_figures_do_not_depend_on_how_time_is_cut(block: int) -> None:
    sound = noise(40_000, 3)
    cut = Meter(8_000, 3)
    for at in range(0, sound.shape[1], block):
        cut.feed(sound[:, at : at + block])
    assert figures(cut) == figures(heard(sound, 8_000))


def test_the_memory_order_of_a_block_does_not_matter() -> None:
    sound = noise(48_000)
    assert figures(heard(np.ascontiguousarray(sound.T).T)) == figures(heard(sound))


def test_looking_does_not_change_what_is_seen() -> None:
    sound, watched = noise(48_000), Meter()
    for at in range(0, 48_000, 777):
        watched.feed(sound[:, at : at + 777])
        figures(watched)
    assert figures(watched) == figures(heard(sound))


def test_a_reset_meter_is_a_fresh_one() -> None:
    meter = heard(noise(200_000, seed=3))
    meter.reset()
    meter.feed(noise(48_000))
    assert figures(meter) == figures(heard(noise(48_000)))


@pytest.mark.parametrize(
    "rate_hz", [8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 88_200, 96_000, 192_000, 384_000]
)
def test_a_tone_is_equally_loud_at_every_rate(rate_hz: int) -> None:
    meter = heard(steps((-23.0, 4.0), rate_hz=rate_hz), rate_hz)
    assert meter.integrated_lufs == pytest.approx(-23.0, abs=0.05)
    assert meter.short_lufs == pytest.approx(-23.0, abs=0.05)
    # The tone stops dead, and a wave without anything above half the rate overshoots there.
    assert -23.03 < meter.true_peak_dbtp < -22.9


def test_weighting_and_gating_agree_with_plain_numpy() -> None:
    """The filters of the standard's own table, applied in float64 and gated by hand."""
    sound = noise(48_000 * 6) * np.repeat([1.0, 0.05, 0.5], 96_000).astype(np.float32)
    weighed = np.stack([_filtered(row.astype(np.float64)) for row in sound])
    blocks = np.array(
        [np.mean(weighed[:, at : at + 19_200] ** 2, axis=1).sum() for at in range(0, 288_000 - 19_199, 4_800)]
    )
    blocks = blocks[-0.691 + 10 * np.log10(blocks) > -70]
    blocks = blocks[blocks > 0.1 * blocks.mean()]
    expected = -0.691 + 10 * math.log10(blocks.mean())
    assert heard(sound).integrated_lufs == pytest.approx(expected, abs=0.001)


def _filtered(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """BS.1770-4, tables 1 and 2, as a product of spectra with room for the ringing to die away."""
    size = 2 ** math.ceil(math.log2(len(x) + 48_000))
    z = np.exp(-2j * np.pi * np.arange(size // 2 + 1) / size)
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z * z) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z * z
    )
    high = (1 - 2 * z + z * z) / (1 - 1.99004745483398 * z + 0.99007225036621 * z * z)
    return np.fft.irfft(np.fft.rfft(x, size) * shelf * high)[: len(x)]


@pytest.mark.parametrize("kind", ["noise", "square", "clicks", "tone"])
def test_the_second_look_misses_no_peak(kind: str) -> None:
    """All eight places everywhere, in NumPy with the same filter, find nothing higher."""
    n = np.arange(8_192)
    wave = {
        "noise": noise(8_192)[0],
        "square": np.sign(np.sin(n * 0.4)),
        "clicks": np.where(n % 97 < 2, 0.9, 0.01 * noise(8_192)[0]),
        "tone": np.sin(n * 2.9) * np.minimum(1.0, n / 4000),
    }[kind].astype(np.float32)
    meter = heard(np.stack([wave, wave]))
    assert meter.true_peak_dbtp == pytest.approx(20 * math.log10(_everywhere(wave)), abs=1e-4)


def _everywhere(wave: NDArray[np.float32]) -> float:
    padded = np.pad(wave.astype(np.float64), 64)
    most = 0.0
    for p in range(8):
        place = np.arange(48) - 23 - p / 8
        kernel = np.sinc(place) * np.i0(5.0 * np.sqrt(np.maximum(0.0, 1 - (place / 24) ** 2))) / np.i0(5.0)
        most = max(most, float(np.max(np.abs(np.convolve(padded, kernel / kernel.sum())))))
    return most


def test_a_look_at_samples_alone_would_miss_it() -> None:
    """The control: between the samples there is more than in them."""
    tone = np.sin(np.pi * np.arange(4_800) / 2 + np.pi / 4).astype(np.float32)
    meter = heard(np.stack([tone, tone]))
    assert meter.true_peak_dbtp - meter.peak_dbfs > 2.9


def test_what_is_no_number_counts_as_silence() -> None:
    sound = noise(96_000)
    holes = sound.copy()
    holes[0, 1000:1010] = (np.nan, np.inf, -np.inf, *[np.nan] * 7)
    sound[0, 1000:1010] = 0.0
    assert figures(heard(holes)) == figures(heard(sound))


def test_silence_and_nothing_have_no_loudness() -> None:
    for sound in (np.zeros((2, 200_000), np.float32), np.zeros((2, 0), np.float32)):
        meter = heard(sound)
        assert meter.integrated_lufs == meter.true_peak_dbtp == -math.inf
        assert meter.range_lu == 0.0


def test_one_channel_counts_once() -> None:
    mono = heard(steps((-23.0, 4.0), channels=1)).integrated_lufs
    assert mono == pytest.approx(-26.01, abs=0.05)


def test_a_full_scale_square_is_louder_than_a_full_scale_tone() -> None:
    square = np.sign(np.sin(2 * np.pi * 997 * np.arange(96_000) / 48_000)).astype(np.float32)
    assert heard(np.stack([square, square])).integrated_lufs == pytest.approx(3.8, abs=0.1)


@pytest.mark.parametrize(
    ("rate_hz", "channels"), [(7_999, 2), (400_000, 2), (48_000, 0), (48_000, 9), (math.nan, 2)]
)
def test_a_rate_or_number_of_channels_outside_is_refused(rate_hz: float, channels: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        Meter(rate_hz, channels)


def test_a_block_of_other_channels_is_refused() -> None:
    with pytest.raises(ValueError, match="2 rows"):
        Meter().feed(noise(10, 3))
