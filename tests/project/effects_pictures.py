"""What an effect does, measured and drawn: two panels an effect, as small SVG files that need no program.

The panels of a family are a row of `PANELS`. Every figure is taken from the effect at its first values, at
48 kHz. Colours: left ear blue, right ear orange, what went in grey.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cext import effects
from tests.project.panels import GREY, HEIGHT, LEFT, MARGIN, RIGHT, WIDTH, Panel, Sound

RATE_HZ = 48_000


def _through(name: str, sound: Sound) -> Sound:
    effect = effects.make(name, float(RATE_HZ))
    late = effect.latency_frames
    padded = np.concatenate((sound, np.zeros((2, late))), axis=1)
    block = np.ascontiguousarray(padded, np.float32)
    effect.process(block)
    return block[:, late:].astype(np.float64)


def _both(row: Sound) -> Sound:
    return np.stack((row, row))


def _db(values: Sound, floor: float = -100.0) -> Sound:
    return np.asarray(20 * np.log10(np.maximum(np.abs(values), 10 ** (floor / 20))))


def _noise(seconds: float) -> Sound:
    return _both(0.1 * np.random.default_rng(1).standard_normal(int(seconds * RATE_HZ)))


def _tone(hz: float, seconds: float, level: float) -> Sound:
    return _both(level * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ))


def _music(seconds: float) -> Sound:
    """A gliding saw chord, a voice an ear, with clicks in the middle: lines and edges for a spectrogram."""
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    turns = 220 * time_s + 90 * time_s**2
    voices = [
        np.sum([0.25 / k * np.sin(2 * np.pi * k * ratio * turns) for k in range(1, 9)], axis=0)
        for ratio in (1.0, 1.5)
    ]
    rows = np.stack((voices[0] + 0.6 * voices[1], voices[1] + 0.6 * voices[0]))
    rows[:, :: RATE_HZ // 3] += 0.8
    return rows


def response(name: str, dry: Sound | None = None, title: str = "frequency response") -> Panel:
    """How loud each frequency leaves, against how it came: noise, in twelfths of an octave."""
    dry = _noise(4.0) if dry is None else dry
    wet = _through(name, dry)
    edges_hz = 20 * 2 ** np.arange(0, np.log2(1000) + 1 / 12, 1 / 12)
    hz = np.fft.rfftfreq(dry.shape[1], 1 / RATE_HZ)
    before = np.abs(np.fft.rfft(dry[0])) ** 2
    place = np.digitize(hz, edges_hz)
    counts = np.bincount(place, minlength=len(edges_hz) + 1)[1:-1]
    below = np.bincount(place, before, len(edges_hz) + 1)[1:-1]
    panel = Panel(title, (20, 20_000, "Hz"), (-36, 18, "dB"), log_x=True)
    centres = np.sqrt(edges_hz[1:] * edges_hz[:-1])
    panel.line([20, 20_000], [0, 0], GREY, 0.8)
    for ear, colour in ((1, RIGHT), (0, LEFT)):
        after = np.bincount(place, np.abs(np.fft.rfft(wet[ear])) ** 2, len(edges_hz) + 1)[1:-1]
        there = counts > 0
        panel.line(centres[there], 10 * np.log10(after[there] / below[there] + 1e-12), colour)
    return panel


def from_the_left(name: str) -> Panel:
    """What each ear hears of a sound that is only on the left."""
    return response(name, _noise(4.0) * [[1.0], [0.0]], "noise on the left only: what each ear hears")


def transfer(name: str) -> Panel:
    """Level in to level out, of a lasting tone."""
    levels = np.arange(-60.0, 1.0, 3.0)
    panel = Panel("level in to level out, 1 kHz", (-60, 0, "dBFS"), (-60, 6, "dB"))
    panel.line([-60, 0], [-60, 0], GREY, 0.8)
    for ear, colour in ((1, RIGHT), (0, LEFT)):
        out = [_level(_through(name, _tone(1000, 0.6, 10 ** (db / 20)))[ear, 19_200:]) for db in levels]
        panel.line(levels, out, colour)
    return panel


def _level(row: Sound) -> float:
    return float(_db(np.sqrt(2 * np.mean(row**2))))


def over_time(name: str) -> Panel:
    """The loudness of a tone that steps up by 18 dB and down again."""
    level = np.concatenate((np.full(24_000, 0.1), np.full(24_000, 0.8), np.full(24_000, 0.1)))
    dry = _both(level * np.sin(2 * np.pi * 1000 * np.arange(72_000) / RATE_HZ))
    wet = _through(name, dry)
    panel = Panel("a tone steps up and down", (0, 1.5, "s"), (-48, 6, "dB"))
    for row, colour in ((dry[0], GREY), (wet[1], RIGHT), (wet[0], LEFT)):
        peaks = np.abs(row[: len(row) // 480 * 480]).reshape(-1, 480).max(axis=1)
        panel.line(np.arange(len(peaks)) * 0.01, _db(peaks), colour)
    return panel


def echoes(span_s: float) -> Callable[[str], Panel]:
    """What comes back of a click."""

    def drawn(name: str) -> Panel:
        click = np.zeros((2, int(span_s * RATE_HZ)))
        click[:, :48] = np.hanning(48)
        wet = _through(name, click)
        size = wet.shape[1] // 240
        panel = Panel("what a click leaves behind", (0, span_s, "s"), (-72, 6, "dB"))
        for ear, colour in ((1, RIGHT), (0, LEFT)):
            peaks = np.abs(wet[ear, : size * 240]).reshape(240, size).max(axis=1)
            panel.line(np.linspace(0, span_s, 240), _db(peaks), colour, 1.2)
        return panel

    return drawn


def shape(name: str) -> Panel:
    """One turn of a tone, in and out."""
    dry = _tone(200, 0.5, 0.7)
    wet = _through(name, dry)
    start = 80 * 240 - 60
    panel = Panel("two turns of a 200 Hz tone", (0, 10, "ms"), (-1.2, 1.2, ""))
    time_ms = np.arange(480) / 48
    panel.line(time_ms[::2], dry[0, start : start + 480 : 2], GREY, 1.0)
    panel.line(time_ms[::2], wet[0, start : start + 480 : 2], LEFT)
    return panel


def harmonics(name: str) -> Panel:
    """The spectrum of one tone."""
    wet = _through(name, _tone(1000, 1.5, 0.5))[0, -RATE_HZ:]
    spectrum = np.abs(np.fft.rfft(wet * np.blackman(RATE_HZ))) / (0.42 * RATE_HZ / 2)
    peaks = spectrum[: 20_000 // 50 * 50].reshape(-1, 50).max(axis=1)
    panel = Panel("spectrum of a 1 kHz tone", (0, 20, "kHz"), (-120, 6, "dB"))
    panel.line((np.arange(len(peaks)) + 0.5) * 0.05, _db(peaks, -140), LEFT, 1.2)
    return panel


def spectrogram(make: Callable[[float], Sound], title: str) -> Callable[[str], Panel]:
    """Pitch over time."""

    def drawn(name: str) -> Panel:
        wet = _through(name, make(3.0))[0]
        size, hop = 2048, 1200
        frames = [wet[k : k + size] * np.hanning(size) for k in range(0, len(wet) - size, hop)]
        power = _db(np.abs(np.fft.rfft(frames, axis=1)) / size, -110)
        hz = np.geomspace(60, 16_000, 72)
        rows = np.array([power[:, round(f * size / RATE_HZ)] for f in hz])
        panel = Panel(title, (0, 3, "s"), (0.06, 16, "kHz"))
        panel.image((rows - rows.max() + 70) / 70)
        return panel

    return drawn


def movement(name: str) -> Panel:
    """Which frequencies come through when: noise out over the same noise in."""
    dry = _noise(6.0)
    wet = _through(name, dry)[0]
    size, hop = 4096, 1200
    before, after = (
        np.array(
            [
                np.abs(np.fft.rfft(row[k : k + size] * np.hanning(size)))
                for k in range(0, len(wet) - size, hop)
            ]
        )
        for row in (dry[0], wet)
    )
    hz = np.geomspace(100, 16_000, 72)
    edges = [(int(f * size / RATE_HZ / 1.03), int(f * size / RATE_HZ * 1.03) + 1) for f in hz]
    rows = np.array([[np.sum(b[a:z] ** 2) for b in after] for a, z in edges])
    rows /= np.array([[np.sum(b[a:z] ** 2) for b in before] for a, z in edges])
    panel = Panel("noise: what comes through, over time", (0, 6, "s"), (0.1, 16, "kHz"))
    panel.image((10 * np.log10(rows + 1e-9) + 21) / 27)
    return panel


PANELS: dict[str, tuple[Callable[[str], Panel], Callable[[str], Panel]]] = {
    "dynamics": (transfer, over_time),
    "filters": (response, echoes(0.05)),
    "delays": (echoes(2.0), spectrogram(_music, "a gliding chord with clicks")),
    "reverbs": (echoes(3.0), response),
    "modulation": (movement, over_time),
    "distortion": (shape, harmonics),
    "pitch": (spectrogram(_music, "a gliding chord with clicks"), harmonics),
    "spatial": (from_the_left, echoes(0.1)),
    "spectral": (spectrogram(_music, "a gliding chord with clicks"), response),
    "utility": (transfer, response),
}


def picture(name: str, family: str) -> str:
    """The whole picture of one effect, as SVG text."""
    first, second = PANELS[family]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * WIDTH}" height="{HEIGHT}" '
            f'viewBox="0 0 {2 * WIDTH} {HEIGHT}" font-family="sans-serif" role="img">',
            f"<title>{name}</title>",
            first(name).svg(0),
            second(name).svg(WIDTH),
            "</svg>\n",
        ]
    )


def sheet(*names: str) -> str:
    """Several effects, one under the other, each with its name."""
    parts = []
    for place, name in enumerate(names):
        inner = picture(name, effects.family_of(name)).replace(
            "<svg ", f'<svg y="{place * (HEIGHT + 22) + 20}" '
        )
        title = (
            f'<text x="{MARGIN}" y="{place * (HEIGHT + 22) + 15}" font-size="13" fill="#202124">{name}</text>'
        )
        parts += [title, inner]
    size = f'width="{2 * WIDTH}" height="{len(names) * (HEIGHT + 22)}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">'
    return "\n".join([head, '<rect width="100%" height="100%" fill="#fff"/>', *parts, "</svg>\n"])
