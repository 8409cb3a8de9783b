"""The MLX90632 thermometer: raw voltages become degrees, and what cannot be believed is none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from firmware.drivers import mlx90632, mlx90632_fake
from firmware.drivers.driver import Absent
from firmware.drivers.mlx90632 import Mlx90632
from firmware.drivers.mlx90632_fake import FakeMlx90632
from firmware.simulation import machine
from firmware.simulation.registers import Refused
from firmware.simulation.world import World, world


@pytest.fixture
def fresh() -> Iterator[World]:
    """A world in which nothing happened."""
    world.__init__()  # type: ignore[misc]
    yield world
    world.__init__()  # type: ignore[misc]


def _bus(chip: FakeMlx90632) -> Any:
    world.i2c = {chip.address: chip}
    return machine.I2C(0, scl=machine.Pin(1), sda=machine.Pin(2))


@pytest.mark.parametrize("celsius", [-20.0, 0.0, 33.52, 41.9])
def test_the_skin_is_read_in_degrees_in_both_turns(fresh: World, celsius: float) -> None:
    driver = Mlx90632(_bus(FakeMlx90632(lambda: celsius, world.now_us)))
    for _ in range(4):
        world.wait_ms(500)
        # One step of its converter is some hundredths of a degree.
        assert driver.measured() == pytest.approx(100 * celsius, abs=8)


@pytest.mark.parametrize(
    ("raw", "celsius"), [(610, 55.507), (150, 51.123), (-150, 48.171), (-5000, -16.653), (32767, 212.844)]
)
def test_raw_voltages_give_what_the_makers_own_library_gives(
    fresh: World, monkeypatch: pytest.MonkeyPatch, raw: int, celsius: float
) -> None:
    """The figures of Melexis's published unit tests, for the same calibration and an emissivity of 1."""
    monkeypatch.setattr(mlx90632, "EMISSIVITY", 1.0)
    monkeypatch.setattr(mlx90632_fake, "_raw", lambda _: raw)
    driver = Mlx90632(_bus(FakeMlx90632(lambda: 0.0, world.now_us)))
    world.wait_ms(500)
    assert driver.measured() == pytest.approx(100 * celsius, abs=1)


def test_nothing_new_is_none_and_the_next_turn_is_there(fresh: World) -> None:
    driver = Mlx90632(_bus(FakeMlx90632(lambda: 33.0, world.now_us)))
    assert driver.measured() is None
    world.wait_ms(500)
    assert driver.measured() is not None
    assert driver.measured() is None
    world.wait_ms(1000)
    assert driver.measured() is not None


def test_a_turn_that_ends_while_it_is_read_is_none(fresh: World) -> None:
    chip = FakeMlx90632(lambda: 33.0, world.now_us)
    driver = Mlx90632(_bus(chip))
    world.wait_ms(500)
    read = chip.read

    def slow(count: int) -> bytes:
        if count == 12:
            world.wait_ms(500)
        return read(count)

    chip.read = slow  # type: ignore[method-assign]
    assert driver.measured() is None


def test_words_that_nobody_drives_are_none(fresh: World) -> None:
    for word in (0x0000, 0xFFFF):
        chip = FakeMlx90632(lambda: 33.0, world.now_us)
        driver = Mlx90632(_bus(chip))
        world.wait_ms(500)
        chip.read(2)
        for place in range(6):
            chip.words[mlx90632.RAM_4 + place] = word
        assert driver.measured() is None


def test_another_chip_and_a_wrong_write_are_told(fresh: World) -> None:
    chip = FakeMlx90632(lambda: 33.0, world.now_us)
    chip.words[mlx90632.VERSION] = 0x8504
    with pytest.raises(Absent, match="answers 0x8504"):
        Mlx90632(_bus(chip))
    blank = FakeMlx90632(lambda: 33.0, world.now_us)
    for _, at, _, _ in mlx90632.CONSTANTS:
        blank.words[at] = blank.words[at + 1] = 0
    with pytest.raises(Absent, match="without its calibration"):
        Mlx90632(_bus(blank))
    with pytest.raises(Refused, match="may not be written"):
        _bus(chip).writeto_mem(chip.address, mlx90632.VERSION, b"\0\0", addrsize=16)
