"""Runs inside MicroPython: what the application takes of memory, loaded from `.mpy`, with six sensors."""

import array
import gc
import sys

DRIVERS = ("ad8232", "breath", "drv2605l", "ds18b20", "lsm6ds3", "max17048", "max30102", "skin")


def taken():
    gc.collect()
    return gc.mem_alloc()


def loaded(name):
    """Import at this moment: what is imported when is what is measured."""
    return __import__(name, None, None, ("x",))


sys.path.insert(0, "/a")
empty = taken()
main = loaded("firmware.main")
for driver in DRIVERS:
    loaded("firmware.drivers." + driver)
modules = taken()
desk = loaded("firmware.simulation.desk")
world = loaded("firmware.simulation.world")


class Nobody:
    """A cable that takes everything and says nothing."""

    def read(self, count):
        return None

    def write(self, data):
        return len(data)


class Disk:
    """A flash in memory."""

    def __init__(self):
        self.files = {}

    def read(self, path):
        return self.files.get(path)

    def write(self, path, data):
        self.files[path] = data

    def names(self, folder):
        return ["main.mpy"]


flat = world.Recording(array.array("h", [0, 1]), 1.0, 1.0)
desk.wear(flat, flat)
world.world.uarts[0] = Nobody()
disk = Disk()
application = main.Application(desk.board(), disk)
application.settings.change({"sensors": "ad8232,max30102,skin,breath,lsm6ds3,ds18b20"})
before = taken()
application = None
before = taken()
application = main.Application(desk.board(), disk)
assert not application.troubles, application.troubles
print("modules", modules - empty)
print("application", taken() - before)
