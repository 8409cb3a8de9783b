"""The brain's rhythms: band powers, their shares, the peak of alpha, and what eyes and muscles add to them.

Slow figures come from spectra of two seconds (Hann window, four a second), the mean of the last four seconds;
spectra with a blink, a slipping electrode or tense muscles in them are left out. Fast figures for feedback
come from `cext.bands` through `brain_feedback`. Bands after the usual clinical division (IFSECN, 1999).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from cext import spectra
from cext.breath import smoothed

Array = NDArray[np.float64]

BANDS_HZ: dict[str, tuple[float, float]] = {
    "delta": (0.5, 4.0),
    "theta": (4.0, 8.0),
    "alpha": (8.0, 13.0),
    "smr": (12.0, 15.0),
    "beta": (13.0, 30.0),
    "gamma": (30.0, 45.0),
}
# Shares are of this whole; the sensorimotor rhythm lies within alpha and beta.
WHOLE_HZ = (0.5, 45.0)
WINDOW_S = 2.0
HOP_S = 0.25
KEPT_SPECTRA = 9
RESPONSE_S = 8.0
BIN_HZ = 0.25
# Beyond these a window shows the eyes, the electrode or the jaw, not the brain.
LARGEST_UV = 100.0
MAINS_HZ = 50.0
MUSCLE_HZ = (35.0, 45.0)
MOST_MUSCLE_UV2 = 30.0
LEAST_PROMINENCE = 1.5
# Without a unit only proportions can tell: a swing over the middle one, muscle over everything.
LARGEST_TIMES = 8.0
MOST_MUSCLE_SHARE = 0.5


class Brain:
    """One EEG channel in uV in with `feed`; the figures are None until four good windows are there.

    is_calibrated: False when the values are no uV but counts of some converter; powers are then in its unit.
    """

    def __init__(self, rate_hz: float, is_calibrated: bool = True) -> None:
        self._rate_hz = rate_hz
        self._is_calibrated = is_calibrated
        self._window = round(WINDOW_S * rate_hz)
        self._hop = max(1, round(HOP_S * rate_hz))
        self._kept: deque[float] = deque(maxlen=self._window)
        self._long: deque[float] = deque(maxlen=round(RESPONSE_S * rate_hz))
        self._since = 0
        self._spectra: deque[Array | None] = deque(maxlen=KEPT_SPECTRA)
        top_hz = min(WHOLE_HZ[1], 0.45 * rate_hz)
        self._hz = np.arange(WHOLE_HZ[0], top_hz, BIN_HZ)
        self.is_blink = False
        self.is_muscle = False

    def feed(self, values: Array, end_s: float) -> None:
        """Take samples in uV, shape (samples,) or (samples, sites), whose mean counts.

        NaN starts the window anew.
        """
        for value in one_site(values).tolist():
            if value != value:
                self._kept.clear()
                self._long.clear()
                self._spectra.clear()
                self._since = 0
                self.is_blink = self.is_muscle = False
                continue
            self._kept.append(value)
            self._long.append(value)
            self._since += 1
            if self._since >= self._hop and len(self._kept) == self._window:
                self._since = 0
                self._look(np.array(self._kept))

    def _look(self, window: Array) -> None:
        density = spectra.power(window, self._rate_hz, WHOLE_HZ[0], BIN_HZ, len(self._hz))
        self.is_blink, self.is_muscle = self._gates(window, density)
        is_flat = float(np.ptp(window)) < 1e-3
        self._spectra.append(None if self.is_blink or self.is_muscle or is_flat else density)

    def _gates(self, window: Array, density: Array) -> tuple[bool, bool]:
        """Whether eyes or electrode, and whether muscles, are in the window; hum and drift are let pass."""
        smooth = smoothed(window, max(1, round(self._rate_hz / MAINS_HZ)))
        away = np.arange(len(smooth)) - 0.5 * (len(smooth) - 1)
        swing = np.abs(smooth - smooth.mean() - away * float(away @ smooth) / float(away @ away))
        muscle = self._within(density, MUSCLE_HZ)
        if self._is_calibrated:
            return float(swing.max()) > LARGEST_UV, muscle > MOST_MUSCLE_UV2
        whole = float(density.sum()) * BIN_HZ
        is_large = float(swing.max()) > LARGEST_TIMES * float(np.median(swing))
        return is_large, muscle > MOST_MUSCLE_SHARE * whole

    def _within(self, density: Array, band_hz: tuple[float, float]) -> float:
        inside = (self._hz >= band_hz[0]) & (self._hz < band_hz[1])
        return float(density[inside].sum()) * BIN_HZ

    def spectrum(self) -> tuple[Array, Array] | None:
        """Frequencies in Hz and power in uV^2 a Hz, the mean of the last good windows."""
        good = [one for one in self._spectra if one is not None]
        return (self._hz, np.mean(good, axis=0)) if len(good) >= 4 else None

    @property
    def quality(self) -> float:
        """0..1, the share of windows of the last four seconds that show the brain."""
        return sum(one is not None for one in self._spectra) / KEPT_SPECTRA

    def powers_uv2(self) -> Mapping[str, float] | None:
        """The power of each band that the rate can show, uV^2."""
        known = self.spectrum()
        if known is None:
            return None
        fits = {name: edges for name, edges in BANDS_HZ.items() if edges[1] <= 0.45 * self._rate_hz}
        return {name: self._within(known[1], edges) for name, edges in fits.items()}

    def shares(self) -> Mapping[str, float] | None:
        """The power of each band as a share of all from 0.5 to 45 Hz, 0..1."""
        known, powers = self.spectrum(), self.powers_uv2()
        whole = float(known[1].sum()) * BIN_HZ if known is not None else 0.0
        return {name: power / whole for name, power in powers.items()} if powers and whole > 0.0 else None

    def peak_alpha_hz(self) -> float | None:
        """Where alpha is highest, refined between bins by a parabola; None when nothing stands out.

        The slope of the background is taken out first: a peak must be half as high again as a straight line
        through the spectrum, both on logarithmic scales.
        """
        known = self.spectrum()
        if known is None:
            return None
        hz, density = known
        log, log_hz = np.log(np.maximum(density, 1e-12)), np.log(hz)
        alpha = (hz >= 7.5) & (hz <= 13.5)
        around = (hz >= 3.0) & (hz <= 30.0) & ~alpha
        slope, level = np.polyfit(log_hz[around], log[around], 1)
        over = np.where(alpha, log - (level + slope * log_hz), -np.inf)
        best = int(np.argmax(over))
        if over[best] < np.log(LEAST_PROMINENCE) or not alpha[best - 1] or not alpha[best + 1]:
            return None
        left, middle, right = over[best - 1 : best + 2]
        bend = left - 2 * middle + right
        return float(hz[best] + BIN_HZ * (0.5 * (left - right) / bend if bend < 0.0 else 0.0))

    def steady_response_db(self, stimulus_hz: float) -> float | None:
        """How far the answer to a flicker or tone of this frequency stands out over the last 8 s, in dB."""
        return steady_response_db(np.array(self._long), self._rate_hz, stimulus_hz)


def one_site(values: Array) -> Array:
    """The mean of all sites, shape (samples,)."""
    row = np.asarray(values, dtype=np.float64)
    return row if row.ndim == 1 else row.mean(axis=1)


def steady_response_db(values: Array, rate_hz: float, stimulus_hz: float, harmonics: int = 2) -> float | None:
    """How far the brain's answer to a flicker or tone stands out of its surroundings, in dB.

    values: shape (samples,), uV, 2 s or more, the last 8 s count. Power at the stimulation frequency and its
    harmonics over the mean of the bins within 1 to 2.5 Hz on both sides. None with NaN or too little signal.
    Source: Norcia et al., J. Vision 15 (2015) 4.
    """
    recent = np.asarray(values[-round(RESPONSE_S * rate_hz) :], dtype=np.float64)
    # A whole number of cycles puts the answer into one bin.
    cycles = int(len(recent) / rate_hz * stimulus_hz)
    if len(recent) < 2 * rate_hz or cycles < 4 or not np.isfinite(recent).all():
        return None
    recent = recent[-round(cycles / stimulus_hz * rate_hz) :]
    bin_hz = rate_hz / len(recent)
    answer = noise = 0.0
    for number in range(1, harmonics + 1):
        if (number * stimulus_hz + 2.5) >= 0.5 * rate_hz or number * stimulus_hz <= 3.0:
            continue
        around = np.concatenate([np.arange(-2.5, -1.0, bin_hz), np.arange(1.0, 2.5, bin_hz)])
        first_hz = number * stimulus_hz
        answer += float(spectra.power(recent, rate_hz, first_hz, bin_hz, 1)[0])
        side = [float(spectra.power(recent, rate_hz, first_hz + away, bin_hz, 1)[0]) for away in around]
        noise += float(np.mean(side))
    return 10.0 * float(np.log10(answer / noise)) if noise > 0.0 and answer > 0.0 else None
