"""Light in sound: what goes in comes out, each colour for itself, and music alone is no light."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.engine.formats.strobe import COLOURS_HZ, FULL, Strobe, decode, encode
from appliance.errors import Misused

RATE_HZ = 44_100.0
FRAMES = 4 * 44_100
AT_S = np.arange(FRAMES) / RATE_HZ
MIDDLE = slice(4_410, -4_410)


def level_db(signal: NDArray[np.floating], beside: NDArray[np.floating]) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(signal**2)) / np.sqrt(np.mean(beside**2)) + 1e-12))


def music() -> NDArray[np.float64]:
    noise = np.random.default_rng(1).standard_normal((2, FRAMES))
    return 0.05 * noise + 0.1 * np.sin(2 * np.pi * 205 * AT_S)


def spectra(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """A strobe of other people's making: tones straight beside a reference that changes sides, 5 ms edges."""
    side = 0.5 + 0.5 * np.sin(np.pi / 2 * np.clip(3.2 * np.sin(2 * np.pi * 20 * AT_S), -1.0, 1.0))
    sides = np.stack([side, 1.0 - side]) * np.sin(2 * np.pi * 18_200 * AT_S)
    tones = sum(light[:, c] * np.sin(2 * np.pi * hz * AT_S) for c, hz in enumerate(COLOURS_HZ))
    return np.asarray(FULL * (sides + tones))


@pytest.mark.parametrize("colour", [0, 1, 2])
def test_an_envelope_is_decoded_within_three_hundredths_and_stays_in_its_colour(colour: int) -> None:
    light = np.zeros((2, 3, FRAMES))
    light[0, colour] = 0.5 - 0.5 * np.cos(2 * np.pi * 10 * AT_S)
    light[1, colour] = np.clip(AT_S / 3, 0, 1)
    found = decode(spectra(light) + 0.1 * np.sin(2 * np.pi * 205 * AT_S), RATE_HZ)
    assert found is not None
    assert found.kind == "spectra"
    assert np.sqrt(np.mean((found.values[:, colour] - light[:, colour])[:, MIDDLE] ** 2)) < 0.03
    for other in {0, 1, 2} - {colour}:
        assert level_db(found.values[:, other, MIDDLE], found.values[:, colour, MIDDLE]) < -40.0


def test_a_hard_square_is_encoded_without_leaking_into_the_neighbour() -> None:
    light = np.zeros((2, 3, FRAMES))
    light[:, 0] = AT_S * 10 % 1 < 0.5
    found = decode(encode(Strobe("spectra", RATE_HZ, light), music()), RATE_HZ)
    assert found is not None
    assert level_db(found.values[:, 1, MIDDLE], found.values[:, 0, MIDDLE]) < -45.0
    assert found.values[:, 0, MIDDLE].max() > 0.95


def test_an_edge_keyed_hard_does_leak() -> None:
    light = np.zeros((2, 3, FRAMES))
    light[:, 0] = AT_S * 10 % 1 < 0.5
    found = decode(spectra(light), RATE_HZ)
    assert found is not None
    assert level_db(found.values[:, 1, MIDDLE], found.values[:, 0, MIDDLE]) > -30.0


def test_audiostrobe_keeps_left_and_right_apart() -> None:
    light = np.zeros((2, 1, FRAMES))
    light[0, 0] = 0.5 - 0.5 * np.cos(2 * np.pi * 8 * AT_S)
    found = decode(encode(Strobe("audio", RATE_HZ, light), np.zeros((2, FRAMES))), RATE_HZ)
    assert found is not None
    assert found.kind == "audio"
    assert np.abs(found.values[0, 0] - light[0, 0])[MIDDLE].max() < 0.03
    assert found.values[1, 0, MIDDLE].max() < 0.01


def test_music_alone_is_no_light() -> None:
    assert decode(0.3 * np.sin(2 * np.pi * np.array([[205.0], [195.0]]) * AT_S), RATE_HZ) is None


def test_programme_that_spills_over_darkens_the_light() -> None:
    loud = 0.2 * np.random.default_rng(2).standard_normal((2, FRAMES))
    found = decode(loud, RATE_HZ)
    assert found is None or np.mean(found.values > 0.0) < 0.8


def test_light_goes_to_its_lanes_by_eyes_or_by_colours() -> None:
    light = np.zeros((2, 3, 10))
    light[0, 0], light[1, 2] = 0.5, 1.0
    strobe = Strobe("spectra", RATE_HZ, light)
    assert strobe.lanes()[2:4, 0].tolist() == [0.5, 1.0]
    assert strobe.lanes("colours")[2:5, 0].tolist() == [0.25, 0.0, 0.5]


@pytest.mark.parametrize(
    ("samples", "rate_hz", "what"),
    [
        (np.zeros((2, 10)), 32_000.0, "cannot carry"),
        (np.zeros((1, 10)), RATE_HZ, "two channels"),
        (np.full((2, 10), np.nan), RATE_HZ, "not finite"),
    ],
)
def test_what_cannot_carry_a_strobe_is_refused(
    samples: NDArray[np.float64], rate_hz: float, what: str
) -> None:
    with pytest.raises(Misused, match=what):
        decode(samples, rate_hz)


def test_light_outside_its_range_is_not_encoded() -> None:
    with pytest.raises(Misused, match="outside 0 to 1"):
        encode(Strobe("audio", RATE_HZ, np.full((2, 1, 10), 1.5)), np.zeros((2, 10)))
