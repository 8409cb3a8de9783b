"""What runs on our wearables; the box imports only `wire` and what stands beside it from here.

Samples flow in from the drivers of a MicroPython board, frames of `wire` flow out over USB or BLE, commands
flow back. CPython runs all of it too, over the models in `simulation`, so that both ends speak from one file.
"""
