"""The first lines a wearable runs: the watchdog, then the choice of the code folder. No update touches it.

It lies in the root as `/boot.py` beside a copy of this package's `disk` and `slots`; MicroPython then goes on
with `/main.py`, which is `start.py` here.
"""

import sys

import machine  # type: ignore[import-not-found, unused-ignore]

# The longest a Pico's watchdog can wait is 8.388 s. It cannot be stopped again, and that is the point.
watchdog = machine.WDT(timeout=8000)

from firmware.disk import Disk  # noqa: E402  the watchdog comes first, should even this hang
from firmware.slots import Slots  # noqa: E402

folder = Slots(Disk()).choose()
for name in [name for name in sys.modules if name == "firmware" or name.startswith("firmware.")]:
    del sys.modules[name]  # the package of the folder takes their place
sys.path.insert(0, "/" + folder)
