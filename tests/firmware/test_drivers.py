"""Each driver against the model of its chip: the signal arrives whole, at its rate, and faults are told."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from firmware.drivers import bmi270_fake, max86141
from firmware.drivers.ad8232 import Ad8232
from firmware.drivers.ad8232_fake import FakeAd8232
from firmware.drivers.ads1292r import Ads1292r
from firmware.drivers.ads1292r_fake import FakeAds1292r
from firmware.drivers.bmi270 import Bmi270
from firmware.drivers.bmi270_fake import FakeBmi270
from firmware.drivers.breath import Belt
from firmware.drivers.breath_fake import FakeBelt
from firmware.drivers.cell import Cell
from firmware.drivers.driver import Absent, Levelled
from firmware.drivers.drv2605l import Drv2605l
from firmware.drivers.drv2605l_fake import FakeDrv2605l
from firmware.drivers.ds18b20 import Ds18b20
from firmware.drivers.ds18b20_fake import FakeDs18b20
from firmware.drivers.lsm6ds3 import Lsm6ds3
from firmware.drivers.lsm6ds3_fake import FakeLsm6ds3
from firmware.drivers.max17048 import Max17048
from firmware.drivers.max17048_fake import FakeMax17048
from firmware.drivers.max30102 import Max30102
from firmware.drivers.max30102_fake import FakeMax30102
from firmware.drivers.max86141 import Max86141
from firmware.drivers.max86141_fake import FakeMax86141
from firmware.drivers.mlx90614 import Mlx90614
from firmware.drivers.mlx90614_fake import FakeMlx90614
from firmware.drivers.skin import Skin
from firmware.drivers.skin_fake import FakeSkin
from firmware.simulation import machine
from firmware.simulation.registers import Refused
from firmware.simulation.world import World, world


@pytest.fixture
def fresh() -> Iterator[World]:
    """A world in which nothing happened."""
    world.__init__()  # type: ignore[misc]
    yield world
    world.__init__()  # type: ignore[misc]


def _bus(*chips: Any) -> Any:
    world.i2c = {chip.address: chip for chip in chips}
    return machine.I2C(0, scl=machine.Pin(1), sda=machine.Pin(2))


def _spi(chip: Any) -> Any:
    world.spi = {1: chip}
    return machine.SPI(1)


def _sine(rate_hz: float) -> Callable[[int], float]:
    return lambda moment_us: math.sin(2 * math.pi * rate_hz * moment_us * 1e-6)


def _fetched(driver: Any, span_s: float, every_ms: int = 16) -> list[int]:
    counts: list[int] = []
    for _ in range(round(span_s * 1000 / every_ms)):
        world.wait_ms(every_ms)
        counts += driver.fetch()
    return counts


def _max30102() -> tuple[Any, Any, float]:
    chip = FakeMax30102(_sine(1.0), world.now_us)
    return Max30102(_bus(chip)), chip, 3000.0


def _max86141() -> tuple[Any, Any, float]:
    chip = FakeMax86141(_sine(1.0), world.now_us)
    return Max86141(_spi(chip), machine.Pin(5)), chip, 4000.0


@pytest.mark.parametrize("make", [_max30102, _max86141])
def test_a_pulse_comes_through_the_queue_at_its_rate_and_with_its_size(
    fresh: World, make: Callable[[], tuple[Any, Any, float]]
) -> None:
    driver, chip, size = make()
    counts = _fetched(driver, 40.0)
    assert len(counts) == pytest.approx(40.0 * driver.rate_hz, abs=2)
    settled = counts[len(counts) // 2 :]
    assert (max(settled) - min(settled)) / 2 == pytest.approx(size, rel=0.06)
    # Up is more blood: the model's sine rises through zero at whole seconds.
    second = round(driver.rate_hz)
    start = round(30.0 * driver.rate_hz)
    assert counts[start + second // 4] > counts[start + 3 * second // 4]
    assert driver.has_contact
    chip.is_worn = False
    _fetched(driver, 0.1)
    assert not driver.has_contact
    assert driver.overflows == 0


@pytest.mark.parametrize("make", [_max30102, _max86141])
def test_a_queue_that_ran_over_is_counted_and_gives_its_newest_samples(
    fresh: World, make: Callable[[], tuple[Any, Any, float]]
) -> None:
    driver, _, _ = make()
    _fetched(driver, 0.5)
    world.wait_ms(1500)
    depth = 128 if isinstance(driver, Max86141) else 32
    assert len(driver.fetch()) == depth
    assert driver.overflows > 0
    assert len(_fetched(driver, 1.0)) == pytest.approx(driver.rate_hz, abs=2)


@pytest.mark.parametrize("make", [_max30102, _max86141])
def test_asleep_it_gives_nothing_and_awake_it_goes_on(
    fresh: World, make: Callable[[], tuple[Any, Any, float]]
) -> None:
    driver, _, _ = make()
    driver.sleep()
    assert _fetched(driver, 0.5) == []
    driver.wake()
    assert _fetched(driver, 0.5)


def test_the_analogue_ecg_is_in_millivolts_and_says_when_an_electrode_is_off(fresh: World) -> None:
    heart = FakeAd8232(lambda: 0.8)
    driver = Ad8232(heart, heart, heart)
    assert driver.read() * driver.scale == pytest.approx(0.8, abs=1e-4)
    assert driver.has_contact
    heart.is_worn = False
    assert not driver.has_contact
    assert Ad8232(FakeAd8232(lambda: -9.0), heart, heart).read() == -32767


def test_the_24_bit_ecg_is_in_millivolts_without_its_electrodes_offset(fresh: World) -> None:
    chip = FakeAds1292r(lambda: 150.0 + math.sin(2 * math.pi * 5.0 * world.now_us() * 1e-6))
    driver = Ads1292r(_spi(chip), machine.Pin(5))
    counts = []
    for _ in range(4000):
        world.wait_ms(4)
        counts.append(driver.read() * driver.scale)
    settled = counts[2500:]
    assert (max(settled) - min(settled)) / 2 == pytest.approx(1.0, rel=0.01)
    assert abs(sum(settled) / len(settled)) < 0.05
    assert driver.has_contact
    chip.is_worn = False
    driver.read()
    assert not driver.has_contact


@pytest.mark.parametrize("conductance_us", [0.0, 0.5, 4.0, 15.0, 30.0])
def test_skin_conductance_is_in_microsiemens(fresh: World, conductance_us: float) -> None:
    driver = Skin(FakeSkin(lambda: conductance_us))
    assert driver.read() * driver.scale == pytest.approx(conductance_us, rel=0.01, abs=0.002)
    assert bool(driver.has_contact) == (conductance_us > 0.1)


def test_the_belt_follows_the_girth_and_says_when_it_is_not_plugged(fresh: World) -> None:
    belt = FakeBelt(lambda: 0.25)
    driver = Belt(belt, zero=1000)
    assert driver.read() * driver.scale == pytest.approx(0.25 - 1000 / 32768, abs=1e-4)
    assert driver.has_contact
    belt.is_plugged = False
    driver.read()
    assert not driver.has_contact


def _lsm6ds3() -> Any:
    return Lsm6ds3(_bus(FakeLsm6ds3(lambda _: (0.6, -0.8, 0.0), world.now_us)))


def _bmi270() -> Any:
    chip = FakeBmi270(lambda _: (0.6, -0.8, 0.0), world.now_us)
    return Bmi270(_bus(chip), bmi270_fake.FILE, world.wait_ms)


@pytest.mark.parametrize("make", [_lsm6ds3, _bmi270])
def test_motion_is_the_strength_of_acceleration_in_g(fresh: World, make: Callable[[], Any]) -> None:
    driver = make()
    counts = _fetched(driver, 3.0)
    assert len(counts) == pytest.approx(3.0 * driver.rate_hz, abs=2)
    assert [count * driver.scale for count in counts] == pytest.approx([1.0] * len(counts), rel=1e-3)
    driver.sleep()
    assert _fetched(driver, 0.2)[3:] == []


def test_a_bmi270_without_its_makers_file_or_with_a_wrong_one_is_absent(fresh: World) -> None:
    chip = FakeBmi270(lambda _: (0.0, 0.0, 1.0), world.now_us)
    for file in (None, bytes(8192)):
        with pytest.raises(Absent, match="file"):
            Bmi270(_bus(chip), file, world.wait_ms)


@pytest.mark.parametrize("celsius", [-20.0, 0.0, 33.52, 41.9])
def test_temperatures_are_in_degrees(fresh: World, celsius: float) -> None:
    infra_red = Mlx90614(_bus(FakeMlx90614(lambda: celsius)))
    assert infra_red.measured() == pytest.approx(100 * celsius, abs=2)
    wired = Ds18b20(FakeDs18b20(lambda: celsius, world.now_us))
    world.wait_ms(750)
    assert wired.measured() == pytest.approx(100 * celsius, abs=4)


def test_a_temperature_that_cannot_be_believed_is_none(fresh: World) -> None:
    chip = FakeMlx90614(lambda: 30.0)
    driver = Mlx90614(_bus(chip))
    chip.is_damaged = True
    assert driver.measured() is None
    thermometer = FakeDs18b20(lambda: 30.0, world.now_us)
    wired = Ds18b20(thermometer)
    assert wired.measured() is None  # asked before the first conversion ended: 85 degrees
    thermometer.is_there = False
    assert wired.measured() is None


def test_a_vibration_ends_by_itself_and_at_the_strength_asked(fresh: World) -> None:
    chip = FakeDrv2605l(world.now_us)
    driver = Drv2605l(_bus(chip))
    driver.play(0.5, 300, 0, 0)
    for now_ms in range(0, 1000, 4):
        world.wait_ms(4)
        driver.tick(now_ms)
    assert [strength for _, strength in chip.felt] == [128, 0]
    assert (chip.felt[1][0] - chip.felt[0][0]) / 1000 == pytest.approx(300, abs=8)
    driver.play(0.0, 100, 47, 1000)
    driver.tick(1100)
    assert [strength for _, strength in chip.felt[2:]] == [-47, 0]


def test_the_gauge_tells_percent_and_volts_and_whether_it_charges(fresh: World) -> None:
    chip = FakeMax17048(42.7, 3801.0)
    driver = Max17048(_bus(chip))
    assert (driver.percent(), driver.millivolts(), driver.is_charging()) == (42, 3801, False)
    chip.rate_percent_per_h = 12.0
    assert driver.is_charging()


@pytest.mark.parametrize(
    ("millivolts", "percent"), [(3000, 0), (3300, 0), (3790, 45), (3925, 67), (4300, 100)]
)
def test_a_cell_at_the_converter_is_read_off_its_curve(millivolts: int, percent: int) -> None:
    class Converter:
        def read_u16(self) -> int:
            return round(millivolts / 2 / 3300 * 65535)

    assert Cell(Converter()).percent() == pytest.approx(percent, abs=1)


@pytest.mark.parametrize(
    ("make", "fake", "register"),
    [
        (Max30102, lambda: FakeMax30102(_sine(1.0), world.now_us), 0xFF),
        (Lsm6ds3, lambda: FakeLsm6ds3(lambda _: (0.0, 0.0, 0.0), world.now_us), 0x0F),
        (Drv2605l, lambda: FakeDrv2605l(world.now_us), 0x00),
    ],
)
def test_another_chip_at_the_address_and_nobody_there_are_told(
    fresh: World, make: Callable[[Any], Any], fake: Callable[[], Any], register: int
) -> None:
    chip = fake()
    chip.registers[register] ^= 0xE1
    with pytest.raises(Absent, match="answers"):
        make(_bus(chip))
    with pytest.raises(OSError, match="nobody answers"):
        make(_bus())


def test_control_the_models_refuse_what_the_data_sheets_do_not_know(fresh: World) -> None:
    chip = FakeMax30102(_sine(1.0), world.now_us)
    with pytest.raises(Refused, match="0xff"):
        _bus(chip).writeto_mem(chip.address, 0xFF, b"\0")
    with pytest.raises(Refused, match="direction"):
        _spi(FakeMax86141(_sine(1.0), world.now_us)).write(bytes((max86141.PART, 0x55, 0)))
    converter = FakeAds1292r(lambda: 0.0)
    with pytest.raises(Refused, match="continuous"):
        _spi(converter).write(bytes((0x41, 0, 1)))


def test_the_slow_part_goes_and_the_pulse_stays() -> None:
    level = Levelled(6)
    seen = [level.apply(-100_000 + 1000 * (number % 2)) for number in range(2000)]
    assert abs(sum(seen[-200:])) < 20_000
    assert max(seen[-200:]) - min(seen[-200:]) == pytest.approx(1000, rel=0.02)
