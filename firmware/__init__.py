"""What runs on our wearables; the box imports only `wire` from here.

Samples flow in from the drivers of a MicroPython board, frames of `wire` flow out over USB or BLE. `wire` is
plain Python that CPython and MicroPython both run, so that both ends of the line speak from one file.
"""
