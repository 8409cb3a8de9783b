"""Runs inside MicroPython: what the application takes of memory, loaded from `.mpy`, with six sensors."""

import array
import gc
import sys


def taken():
    gc.collect()
    return gc.mem_alloc()


sys.path.insert(0, "/a")
empty = taken()
import firmware.main
from firmware.drivers import ad8232, breath, drv2605l, ds18b20, lsm6ds3, max17048, max30102, skin

modules = taken()
import firmware.simulation.desk as desk
from firmware.simulation.world import Recording, world


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


flat = Recording(array.array("h", [0, 1]), 1.0, 1.0)
desk.wear(flat, flat)
world.uarts[0] = Nobody()
disk = Disk()
application = firmware.main.Application(desk.board(), disk)
application.settings.change({"sensors": "ad8232,max30102,skin,breath,lsm6ds3,ds18b20"})
before = taken()
application = None
before = taken()
application = firmware.main.Application(desk.board(), disk)
assert not application.troubles, application.troubles
print("modules", modules - empty)
print("application", taken() - before)
