"""The PWM outputs of the kernel, as brightness and strength."""

from __future__ import annotations

import os
from pathlib import Path

# Which value of a frame each channel of the first chip carries, by how many channels it has:
# 0 and 1 are the left and right light, 4 and 5 the left and right vibration.
LAYOUTS = {1: (0,), 2: (0, 4), 3: (0, 1, 4), 4: (0, 1, 4, 5)}


class Pwm:
    """One hardware PWM channel of the kernel (sysfs), as a brightness or a strength."""

    def __init__(self, chip: Path, channel: int, period_ns: int = 40_000) -> None:
        # 40 us are 25 kHz: far above the 3 kHz below which a dimmed light may be felt to flicker.
        self.name = f"{chip.name}/pwm{channel}"
        self._period_ns = period_ns
        folder = chip / f"pwm{channel}"
        if not folder.exists():
            (chip / "export").write_text(str(channel))
        (folder / "period").write_text(str(period_ns))
        self._duty = os.open(folder / "duty_cycle", os.O_WRONLY)
        self.write(0.0)
        (folder / "enable").write_text("1")

    def write(self, share: float) -> None:
        """Set the share of the time it is on, 0..1."""
        os.pwrite(self._duty, b"%d\n" % round(share * self._period_ns), 0)


class Hardware:
    """The PWM channels there are: lights first, then touch; possibly none."""

    def __init__(self, root: Path) -> None:
        self.channels: list[tuple[int, Pwm]] = []
        self.trouble: str | None = None
        for chip in sorted(root.glob("pwmchip*"))[:1]:
            try:
                count = min(4, int((chip / "npwm").read_text()))
                for channel, value in enumerate(LAYOUTS[count]):
                    self.channels.append((value, Pwm(chip, channel)))
            except (OSError, ValueError, KeyError) as error:
                self.trouble = f"{chip.name}: {error}"

    def write(self, values: tuple[float, ...]) -> None:
        """Send one frame; a channel that fails is reported and does not keep the others from going dark."""
        for index, channel in self.channels:
            try:
                channel.write(values[index])
            except OSError as error:
                self.trouble = f"{channel.name}: {error}"

    def names(self) -> list[str]:
        """What is written to."""
        return [channel.name for _, channel in self.channels]
