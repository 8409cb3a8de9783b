"""The quadratic programme that takes skin conductance apart, by an interior-point method.

Wanted are bursts q (never negative once driven through Bateman's recursion) and weights t of the level:
half the squared miss of the data, plus a price on the sum of the bursts, plus a price on the squared weights.
The bursts hang together only with their neighbours, so every step costs as much as the recording is long;
the few weights are eliminated. Some ten steps of a predictor and a corrector suffice (Mehrotra, SIAM J.
Optim. 2 (1992) 575).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cext.skin import products, solve

Array = NDArray[np.float64]

# What a burst and a bent level cost, for data of deviation 1.
SPARSITY = 8e-4
SMOOTHNESS = 1e-2
STEPS = 60
TOLERANCE = 1e-4
# The numerator of Bateman's curve by the bilinear transform.
MOVING = np.array([1.0, 2.0, 1.0])


def solved(values: Array, bateman: Array, level: Array) -> tuple[Array, Array]:
    """The bursts and the level of the most probable parts.

    values: shape (samples,), mean 0 and deviation 1. bateman: three taps. level: shape (samples, shapes), the
    last two a constant and a line, which cost nothing. Returns two arrays of shape (samples,).
    """
    programme = _Programme(values, bateman, level)
    for _ in range(STEPS):
        if programme.is_done():
            break
        programme.step()
    return programme.q, _sum(level, programme.t)


class _Programme:
    """Where the search stands: bursts q, weights t, slack of "not negative", and its price."""

    def __init__(self, values: Array, bateman: Array, level: Array) -> None:
        count, shapes = level.shape
        self._values, self._bateman, self._level = values, bateman, level
        self._penalty = np.r_[np.full(shapes - 2, SMOOTHNESS), 0.0, 0.0]
        self._seen = back(MOVING, level)
        self._still = products(level, level) + np.diag(self._penalty)
        self._fixed = _bands(MOVING, np.ones(count))
        self.q = np.zeros(count)
        self.t: Array = np.linalg.solve(self._still + 1e-9 * np.eye(shapes), _onto(level, values))
        self._slack, self._price = np.ones(count), np.full(count, SPARSITY)
        self._miss()

    def _miss(self) -> None:
        """How far each condition of the optimum is missed."""
        miss = through(MOVING, self.q) + _sum(self._level, self.t) - self._values
        self._wrong_q = back(MOVING, miss) + back(self._bateman, SPARSITY - self._price)
        self._wrong_t = _onto(self._level, miss) + self._penalty * self.t
        self._wrong_s = through(self._bateman, self.q) - self._slack
        self._wrong_s[:2] = 0.0
        self._gap = self._mean(self._slack * self._price)

    @staticmethod
    def _mean(row: Array) -> float:
        # The first two places have no condition.
        return float(np.mean(row[2:]))

    def is_done(self) -> bool:
        """Whether what is left to gain is a ten-thousandth of the price of a burst."""
        is_fitting = np.max(np.abs(self._wrong_s)) < 1e-8 * (1 + np.max(np.abs(self._slack)))
        return bool(self._gap < TOLERANCE * SPARSITY and is_fitting)

    def step(self) -> None:
        """One step: straight ahead to see how far it goes, then corrected towards the middle."""
        self._matrix = self._fixed + _bands(self._bateman, self._price / self._slack)
        self._solved = self._seen.copy()
        solve(self._matrix.copy(), self._solved)
        self._schur = self._still - products(self._seen, self._solved)
        _, _, ds, dz = self._move(np.zeros_like(self.q))
        ahead = (self._slack + _reach(self._slack, ds) * ds) * (self._price + _reach(self._price, dz) * dz)
        centre = self._gap * (self._mean(ahead) / self._gap) ** 3 - ds * dz
        dq, dt, ds, dz = self._move(centre)
        far = min(1.0, 0.995 * min(_reach(self._slack, ds), _reach(self._price, dz)))
        self.q, self.t = self.q + far * dq, self.t + far * dt
        self._slack, self._price = self._slack + far * ds, self._price + far * dz
        self._miss()

    def _move(self, centre: Array) -> tuple[Array, Array, Array, Array]:
        """One Newton step towards slack * price = centre: changes of q, t, slack and price."""
        weights = self._price / self._slack
        pull = centre / self._slack - self._price - weights * self._wrong_s
        side = (back(self._bateman, pull) - self._wrong_q)[:, None].copy()
        solve(self._matrix.copy(), side)
        dt: Array = np.linalg.solve(self._schur, -self._wrong_t - products(self._seen, side)[:, 0])
        dq = side[:, 0] - _sum(self._solved, dt)
        ds = through(self._bateman, dq) + self._wrong_s
        dz = centre / self._slack - self._price - weights * ds
        dz[:2] = 0.0
        return dq, dt, ds, dz


def through(taps: Array, burst: Array) -> Array:
    """Three taps over the bursts, shape kept; the first two come from what lay before and are 0."""
    out = np.zeros_like(burst)
    out[2:] = taps[0] * burst[2:] + taps[1] * burst[1:-1] + taps[2] * burst[:-2]
    return out


def back(taps: Array, values: Array) -> Array:
    """The transpose of `through`, for one or many columns."""
    out = np.zeros_like(values)
    out[2:] += taps[0] * values[2:]
    out[1:-1] += taps[1] * values[2:]
    out[:-2] += taps[2] * values[2:]
    return out


def _bands(taps: Array, weights: Array) -> Array:
    """The three bands of taps^T diag(weights) taps, shape (3, count); the first two weights are not used."""
    w = weights[2:]
    bands = np.zeros((3, len(weights)))
    for late in range(3):
        for early in range(late, 3):
            # Row i touches columns i, i-1 and i-2.
            start = 2 - early
            bands[early - late, start : start + len(w)] += taps[late] * taps[early] * w
    return bands


def _onto(shapes: Array, values: Array) -> Array:
    return products(shapes, values[:, None].copy())[:, 0]


def _sum(shapes: Array, weights: Array) -> Array:
    return np.asarray(np.einsum("ij,j->i", shapes, weights))


def _reach(values: Array, steps: Array) -> float:
    """How far, up to 1, one can go before a value reaches 0."""
    down = steps[2:] < 0.0
    return min(1.0, float(np.min(-values[2:][down] / steps[2:][down]))) if down.any() else 1.0
