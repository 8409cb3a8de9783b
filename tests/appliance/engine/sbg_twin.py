"""What sbagen's arithmetic gives, one sample after the other in plain Python: slow, and easy to read."""

from __future__ import annotations

import math

SINE = [math.trunc(524287 * math.sin(i * 2 * math.pi / 16384)) for i in range(16384)]
BLOCK_FRAMES = 4096
STEP_16 = int(65536 * 1000 * BLOCK_FRAMES / 44100)


class Twin:
    """Pink noise, binaural pairs and their slides between two lines, each voice (carrier, beat, percent)."""

    def __init__(self) -> None:
        self.seed, self.counter, self.dither = 2, 0, 0
        self.bands = [[0, 0] for _ in range(9)]
        self.phases: dict[int, list[int]] = {}

    def draw(self) -> int:
        self.seed = self.seed * 75 % 131074
        return (self.seed - 65535) * ((524287 << 12) // 65535 // 10)

    def pink(self) -> int:
        total = self.draw()
        for k, band in enumerate(self.bands):
            if (self.counter + 1) % (2 << k) == 0:
                band[1] = math.trunc((self.draw() - band[0]) / (2 << k))
            band[0] += band[1]
            total += band[0]
        self.counter += 1
        return total >> 12

    def pair(self, i: int, carrier_hz: float, beat_hz: float) -> tuple[int, int]:
        phases = self.phases.setdefault(i, [0, 0])
        for ear, half in enumerate((0.5, -0.5)):
            phases[ear] = (phases[ear] + int((carrier_hz + half * beat_hz) / 44100 * 2**30)) % 2**30
        return SINE[phases[0] >> 16], SINE[phases[1] >> 16]

    def frame(self, pink: float, voices: list[tuple[float, float, float]]) -> tuple[int, int]:
        noise = int(40.96 * pink) * self.pink()
        ears = [noise, noise]
        for i, (carrier, beat, percent) in enumerate(voices):
            for ear, value in enumerate(self.pair(i, carrier, beat)):
                ears[ear] += int(percent) * value
        before, self.dither = self.dither, (self.dither * 0x660D + 0xF35F) & 0xFFFF
        out = []
        for value in ears:
            wrapped = (value + 2**31) % 2**32 - 2**31
            out.append((wrapped + before if wrapped <= 0x7FFF0000 else wrapped) >> 16)
        return out[0], out[1]
