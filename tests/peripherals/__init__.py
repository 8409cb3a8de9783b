"""Bluetooth devices that people own, as peripherals of bumble's host stack, for a virtual room.

`peripheral` is what they share, the other files are a device each, and `virtual_time` lets minutes of
their lives pass in a moment.
"""
