"""A board that is not there: `machine` over models of the chips, on a wearer who is a recording.

`python` on a desk and a real MicroPython both run it; the application does not know the difference.
"""
