"""Circuits as tables, solved once when an effect is built: cubic pieces that the kernels only look up."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

TUBE_PIECES, TUBE_LEAST_V, TUBE_MOST_V = 512, -8.0, 24.0  # below, the tube is shut
DIODE_OCTAVES, DIODE_PIECES = 12, 64  # pieces an octave of 1 + 4 |volts|
DIODES = {  # saturation current (A), emission coefficient times thermal voltage (V)
    "silicon": (2.52e-9, 0.0453),
    "germanium": (2.0e-7, 0.0336),
    "led": (9.3e-20, 0.0965),
}
_SERIES_OHM, _SHUNT_F = 2_200.0, 10e-9

Curve = NDArray[np.float64]


def triode_v(grid_v: Curve) -> Curve:
    """What a 12AX7 stage makes of volts at its input: small signals leave as large as they came, same sign.

    Common cathode, 250 V over 100 kilohm, cathode at its resting point over a large capacitor, 68 kilohm
    before the grid. Source: K. Dempwolf and U. Zolzer, DAFx 2011 (equations 3 to 5, tube RSD-1 of table 1).
    """
    rest_v = _bisect(lambda v: v - 1_500.0 * _plate_a(_plate_v(-v, v), -v), np.zeros(1), np.full(1, 5.0))
    seen = _bisect(
        lambda v: v + 68_000.0 * _grid_a(v - rest_v) - grid_v, np.full_like(grid_v, -200.0), grid_v
    )
    plate = _plate_v(seen - rest_v, rest_v)
    step = np.array([-1e-3, 0.0, 1e-3])
    near = _plate_v(
        _bisect(lambda v: v + 68_000.0 * _grid_a(v - rest_v) - step, step - 50.0, step + 0.1) - rest_v, rest_v
    )
    gain = (near[2] - near[0]) / 2e-3
    out: Curve = (plate - near[1]) / gain
    return out


@cache
def tube_curve() -> NDArray[np.float32]:
    """Cubic pieces of the triode from -8 to 24 V, shape (pieces, 4): c0 + t (c1 + t (c2 + t c3))."""
    size = (TUBE_MOST_V - TUBE_LEAST_V) / TUBE_PIECES
    at = triode_v(TUBE_LEAST_V + size * np.arange(-2, TUBE_PIECES + 3, dtype=np.float64))
    slope = (8 * (at[3:-1] - at[1:-3]) - (at[4:] - at[:-4])) / (12 * size)
    return _pieces(at[2:-2], slope, size)


def diode_v(pushed_v: Curve, rate_hz: float, kind: str) -> Curve:
    """The capacitor's next voltage: v (1 + h) + s sinh(v / vt) = last v + h input.

    h = T / RC, s = 2 T Is / C.
    """
    current_a, thermal_v = DIODES[kind]
    share = 1.0 / (rate_hz * _SERIES_OHM * _SHUNT_F)
    pull = 2.0 * current_a / (rate_hz * _SHUNT_F)

    def over(v: Curve) -> Curve:
        out: Curve = v * (1.0 + share) + pull * np.sinh(np.minimum(v / thermal_v, 500.0)) - pushed_v
        return out

    return _bisect(over, np.zeros_like(pushed_v), pushed_v + 1e-9)


@cache
def diode_curve(rate_hz: float, kind: str) -> NDArray[np.float32]:
    """Cubic pieces of `diode_v` over 1 + 4 |volts|, 64 an octave, shape (pieces, 4)."""
    current_a, thermal_v = DIODES[kind]
    count = DIODE_OCTAVES * DIODE_PIECES
    octave, place = np.divmod(np.arange(count + 1), DIODE_PIECES)
    scaled = 2.0**octave * (1.0 + place / DIODE_PIECES)
    at = diode_v((scaled - 1.0) / 4.0, rate_hz, kind)
    share = 1.0 / (rate_hz * _SERIES_OHM * _SHUNT_F)
    pull = 2.0 * current_a / (rate_hz * _SHUNT_F)
    slope = 1.0 / (1.0 + share + pull / thermal_v * np.cosh(at / thermal_v))
    size = np.diff(scaled) / 4.0
    return _pieces(at, slope, size)


def diode_share(rate_hz: float) -> float:
    """How much of the input reaches the capacitor in one sample: T / RC."""
    return 1.0 / (rate_hz * _SERIES_OHM * _SHUNT_F)


def _pieces(at: Curve, slope: Curve, size: Curve | float) -> NDArray[np.float32]:
    """Hermite's cubic between values and slopes."""
    begin, end = slope[:-1] * size, slope[1:] * size
    rise = np.diff(at)
    rows = np.stack([at[:-1], begin, 3 * rise - 2 * begin - end, begin + end - 2 * rise], axis=1)
    return np.ascontiguousarray(rows, dtype=np.float32)


def _plate_a(plate_v: Curve, grid_v: Curve) -> Curve:
    # Cathode current less grid current, both against the cathode.
    push = np.logaddexp(0.0, 3.40 * (plate_v / 103.2 + grid_v)) / 3.40
    out: Curve = 2.242e-3 * push**1.26 - _grid_a(grid_v)
    return out


def _grid_a(grid_v: Curve) -> Curve:
    out: Curve = 6.177e-4 * (np.logaddexp(0.0, 9.901 * grid_v) / 9.901) ** 1.314 + 8.025e-8
    return out


def _plate_v(grid_v: Curve, cathode_v: Curve) -> Curve:
    """Plate against ground on the load line, for a grid against its cathode."""
    return _bisect(
        lambda v: v - 250.0 + 100_000.0 * _plate_a(v - cathode_v, grid_v),
        np.zeros_like(grid_v + cathode_v),
        np.full_like(grid_v + cathode_v, 320.0),
    )


def _bisect(over, low: Curve, high: Curve) -> Curve:  # type: ignore[no-untyped-def]
    """Where a rising function crosses zero, for a whole array at once, to 1e-12 of its span."""
    for _ in range(48):
        middle = (low + high) / 2
        above = over(middle) > 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return (low + high) / 2
