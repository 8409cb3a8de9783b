"""How old a sample is when the box has it, measured: `python -m tests.firmware.latency`.

The heart of this wearable is a ramp that tells the time of the day, so each sample says itself when it was
taken; from there through chip model, interrupt, ring, packet, MicroPython, terminal, pyserial and the box's
decoder.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
import serial

from appliance.sensors.decoders.wearable import WearableDecoder
from firmware import commands
from firmware.sender import Cable
from tests.firmware.desk.wearable import Wearable

# The ramp goes from -1.3 to 1.3 mV in four seconds, 500 values of the wearer's recording.
_SPAN_S, _SIZE = 4.0, 500
_RAMP = np.linspace(-1300, 1300, _SIZE, endpoint=False)


def ages_ms(packet_ms: int, span_s: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The age of every sample at its arrival in the box, in ms, less than a millisecond exact."""
    with tempfile.TemporaryDirectory() as folder:
        wearable = Wearable(Path(folder))
        _RAMP.round().astype("<i2").tofile(wearable.flash / "recordings" / "ecg.bin")
        wearable.plug()
        try:
            with serial.Serial(str(wearable.path), 115_200, timeout=0.05) as line:
                Cable(line).ask(commands.SET, commands.pack_settings({"packet_ms": packet_ms}))
                time.sleep(1.0)
            wearable.pull()
            wearable.plug()
            return _measured(wearable, span_s)
        finally:
            wearable.pull()


def _measured(wearable: Wearable, span_s: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    decoder = WearableDecoder("serial:a")
    found: list[float] = []
    with serial.Serial(str(wearable.path), 115_200, timeout=0.05) as line:
        ends_s = time.time() + span_s + 2.0
        while time.time() < ends_s:
            data = line.read(1)
            data += line.read(line.in_waiting)
            arrived_s = time.time()
            for frame in decoder.feed(data, time.monotonic()):
                if frame.channel == "ecg" and arrived_s > ends_s - span_s:
                    began_s = float((wearable.flash / "began.txt").read_text()) / 1000.0
                    passed_s = (frame.values + 1.3) / 2.6 * _SPAN_S
                    ages_s = (arrived_s - began_s - passed_s + _SPAN_S / 2) % _SPAN_S - _SPAN_S / 2
                    found += (1000.0 * ages_s).tolist()
    return np.array(found)


def main() -> None:
    """Print the table."""
    for packet_ms in (4, 8, 16):
        ages = ages_ms(packet_ms, 10.0)
        middle, late = np.percentile(ages, [50, 95])
        print(
            f"{packet_ms:2d} ms packets: {len(ages)} samples, {middle:5.1f} ms old, 95 % under {late:5.1f} ms"
        )


if __name__ == "__main__":
    main()
