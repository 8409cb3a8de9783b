"""Light hidden in sound: AudioStrobe and SpectraStrobe tones to light lanes, and light lanes to tones.

AudioStrobe: one tone at 19.2 kHz; its level is the brightness of that ear's eye. SpectraStrobe: red, green
and blue at 18.7, 19.2 and 19.7 kHz, each relative to a reference at 18.2 kHz that changes sides twenty
times a second. Decoding turns each tone down to zero hertz and keeps 200 Hz around it. Encoding rounds
every edge to 6 ms, or the colours would leak into each other. Source: Cymatic Labs' SpectraStrobe
specification.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from appliance.contracts.lanes import LANES, Lane
from appliance.errors import Misused

Signal = NDArray[np.float64]
REFERENCE_HZ, RED_HZ, GREEN_HZ, BLUE_HZ = 18_200.0, 18_700.0, 19_200.0, 19_700.0
COLOURS_HZ = (RED_HZ, GREEN_HZ, BLUE_HZ)
_WATCH_HZ = 17_800.0  # nothing of a strobe is here: what sounds here is programme that spills over
FULL = 10.0 ** (-24.0 / 20.0)  # nominal level of full brightness
_LEAST = 10.0 ** (-50.0 / 20.0)
_PAN_HZ = 20.0
_EDGE_S = 0.006
_LEAST_RATE_HZ = 44_100.0
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Strobe:
    """Brightness 0..1 over time. values: (eyes, colours, frames).

    AudioStrobe has one colour, SpectraStrobe three.
    """

    kind: Literal["audio", "spectra"]
    rate_hz: float
    values: Signal

    def lanes(self, light_map: str = "eyes") -> NDArray[np.float32]:
        """Eight lanes with the light filled in: by "eyes" (left, right) or "colours" (red, green, blue)."""
        block = np.zeros((LANES, self.values.shape[2]), np.float32)
        if light_map == "eyes":
            block[Lane.LIGHT_LEFT : Lane.LIGHT_RIGHT + 1] = self.values.max(axis=1)
        else:
            colours = self.values.mean(axis=0)
            block[Lane.LIGHT_LEFT : Lane.LIGHT_LEFT + 3] = np.broadcast_to(colours, (3, colours.shape[1]))
        return block


def decode(samples: NDArray[np.floating], rate_hz: float) -> Strobe | None:
    """Find the light in a stereo sound, shape (2, frames); None when there is none. Raises Misused."""
    sound = _checked(samples, rate_hz)
    kernel = _low_pass(200.0, 100.0, rate_hz)
    reference = np.stack([_envelope(ear, REFERENCE_HZ, kernel, rate_hz) for ear in sound])
    is_spectra = _changes_sides(reference, rate_hz)
    tones_hz = COLOURS_HZ if is_spectra else (GREEN_HZ,)
    levels = np.stack([[_envelope(ear, tone, kernel, rate_hz) for tone in tones_hz] for ear in sound])
    if not is_spectra and levels.max(initial=0.0) < _LEAST:
        return None
    watched = np.stack([_envelope(ear, _WATCH_HZ, kernel, rate_hz) for ear in sound])
    full = _smooth(reference.sum(axis=0), 0.2, rate_hz) if is_spectra else np.full(sound.shape[1], FULL)
    values = np.clip(levels / np.maximum(full, _LEAST * FULL), 0.0, 1.0)
    loudest = np.maximum(levels.max(axis=1), full if is_spectra else _LEAST)
    values[np.broadcast_to((watched > loudest)[:, None, :], values.shape)] = 0.0
    if is_spectra:
        values[..., full < _LEAST * FULL * 4.0] = 0.0
    return Strobe("spectra" if is_spectra else "audio", rate_hz, values)


def encode(strobe: Strobe, programme: NDArray[np.floating], gain: float = 1.0) -> Signal:
    """Hide the light in a stereo programme, shape (2, frames): what is above 17 kHz of it makes room.

    gain: of the nominal level, -24 dBFS at full brightness. Raises Misused.
    """
    sound = _checked(programme, strobe.rate_hz)
    frames = strobe.values.shape[2]
    if sound.shape[1] != frames:
        raise Misused("light and programme are not of one length", "cut the longer one")
    if not np.isfinite(strobe.values).all() or strobe.values.min() < 0.0 or strobe.values.max() > 1.0:
        raise Misused("a brightness is outside 0 to 1", "bring the light into 0 to 1 first")
    mixed: Signal = _filtered(sound, _low_pass(15_000.0, 2_000.0, strobe.rate_hz))
    at = np.arange(frames)
    tones_hz = COLOURS_HZ if strobe.kind == "spectra" else (GREEN_HZ,)
    for colour, tone_hz in enumerate(tones_hz):
        carrier = np.sin(2.0 * math.pi * ((tone_hz / strobe.rate_hz * at) % 1.0))
        mixed += FULL * gain * _rounded(strobe.values[:, colour], strobe.rate_hz) * carrier
    if strobe.kind == "spectra":
        carrier = np.sin(2.0 * math.pi * ((REFERENCE_HZ / strobe.rate_hz * at) % 1.0))
        is_left = np.floor(2.0 * _PAN_HZ * at / strobe.rate_hz) % 2 == 0
        sides = _rounded(np.stack([is_left, ~is_left]).astype(np.float64), strobe.rate_hz)
        mixed += FULL * gain * sides * carrier
    return mixed


def _checked(samples: NDArray[np.floating], rate_hz: float) -> Signal:
    if rate_hz < _LEAST_RATE_HZ:
        raise Misused(f"{rate_hz:g} Hz cannot carry strobe tones", "use 44,100 Hz or more")
    if samples.ndim != 2 or samples.shape[0] != 2 or samples.shape[1] < 1:
        raise Misused("strobe tones need two channels", "give a stereo sound")
    if not np.isfinite(samples).all():
        raise Misused("a sample is not finite", "repair the sound first")
    return samples.astype(np.float64)


def _low_pass(corner_hz: float, half_width_hz: float, rate_hz: float) -> Signal:
    # A windowed sine cardinal, Kaiser beta 7: 70 dB beyond corner + half_width (Oppenheim and Schafer, 7.5).
    half = math.ceil(4.4 * rate_hz / (4.0 * half_width_hz))
    at = np.arange(-half, half + 1)
    kernel = np.sinc(2.0 * corner_hz / rate_hz * at) * np.kaiser(2 * half + 1, 7.0)
    scaled: Signal = kernel / kernel.sum()
    return scaled


def _filtered(signal: NDArray[Any], kernel: Signal) -> Any:
    # Overlap and add, without delay.
    half, frames = kernel.size // 2, signal.shape[-1]
    size = 1 << (_CHUNK + kernel.size - 1).bit_length()
    spectrum = np.fft.fft(kernel, size)
    out = np.zeros((*signal.shape[:-1], frames + kernel.size + size), np.complex128)
    for begin in range(0, frames, size - kernel.size + 1):
        part = signal[..., begin : begin + size - kernel.size + 1]
        out[..., begin : begin + size] += np.fft.ifft(np.fft.fft(part, size) * spectrum)
    kept = out[..., half : half + frames]
    return kept if np.iscomplexobj(signal) else kept.real


def _envelope(ear: Signal, tone_hz: float, kernel: Signal, rate_hz: float) -> Signal:
    turned = ear * np.exp(-2j * math.pi * ((tone_hz / rate_hz * np.arange(ear.size)) % 1.0))
    envelope: Signal = 2.0 * np.abs(_filtered(turned, kernel))
    return envelope


def _smooth(signal: Signal, width_s: float, rate_hz: float) -> Signal:
    # A mean over so long, shorter at the ends.
    half = max(1, round(0.5 * width_s * rate_hz))
    total = np.concatenate(([0.0], np.cumsum(signal)))
    at = np.arange(signal.size)
    low, high = np.maximum(0, at - half), np.minimum(signal.size, at + half + 1)
    mean: Signal = (total[high] - total[low]) / (high - low)
    return mean


def _rounded(values: Signal, rate_hz: float) -> Signal:
    # A jump becomes half a cosine of 6 ms; what is slower stays as it is.
    width = round(_EDGE_S * rate_hz)
    kernel = np.sin(math.pi * (np.arange(width | 1) + 0.5) / (width | 1))
    padded = np.pad(values, ((0, 0), (width, width)), mode="edge")
    rounded: Signal = np.clip(_filtered(padded, kernel / kernel.sum())[:, width:-width], 0.0, 1.0)
    return rounded


def _changes_sides(reference: Signal, rate_hz: float) -> bool:
    # The reference is on one side at a time and changes 20 to 40 times a second for more than half a second.
    both = reference.sum(axis=0)
    is_there = both > 4.0 * _LEAST * FULL
    if is_there.sum() < 0.5 * rate_hz:
        return False
    apart = (reference[0] - reference[1])[is_there] / both[is_there]
    changes = np.count_nonzero(np.diff(apart > 0.0))
    per_second = changes * rate_hz / apart.size
    return bool(15.0 <= per_second <= 50.0 and np.mean(np.abs(apart)) > 0.5)
