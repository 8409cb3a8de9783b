"""The `machine` that `boot.py` imports on the desk; the application gets the one with the models."""

import os

import desk_port

# Real boards write their caches out with this; here it brings the files to where they outlive the program.
os.sync = desk_port.sync


class WDT:
    """A watchdog that the first lines start."""

    def __init__(self, timeout):
        assert timeout <= 8388, "a Pico's watchdog waits no longer"

    def feed(self):
        """Be content."""
