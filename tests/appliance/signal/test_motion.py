"""Steps, posture and artefact of movements that are known."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.signal.motion import Motion

RATE_HZ = 50.0


UP = (0.0, 1.0, 0.0)


def _walk(steps_per_min: float, length_s: float) -> np.ndarray:
    """A chest that rises and falls with each step, every other one a little more, with a heel's knock."""
    times_s = np.arange(int(length_s * RATE_HZ)) / RATE_HZ
    phase = times_s * steps_per_min / 60
    bounce = (0.25 + 0.05 * np.cos(np.pi * phase)) * np.sin(2 * np.pi * phase) + 0.06 * np.sin(
        4 * np.pi * phase
    )
    sway = 0.1 * np.sin(np.pi * phase)
    noise = 0.02 * np.random.default_rng(1).standard_normal((len(times_s), 3))
    return np.outer(1.0 + bounce, UP) + np.outer(sway, [1.0, 0.0, 0.0]) + noise


def _still(direction: tuple[float, float, float], length_s: float) -> np.ndarray:
    count = int(length_s * RATE_HZ)
    rows = np.tile(np.asarray(direction) / np.linalg.norm(direction), (count, 1))
    return rows + 0.005 * np.random.default_rng(2).standard_normal((count, 3))


def _fed(motion: Motion, values: np.ndarray, step: int = 10) -> Motion:
    for first in range(0, len(values), step):
        motion.feed(values[first : first + step], 0.0)
    return motion


@pytest.mark.parametrize("per_minute", [70.0, 95.0, 118.0, 160.0])
def test_steps_are_counted(per_minute: float) -> None:
    motion = _fed(Motion(RATE_HZ), _walk(per_minute, 60.0))
    assert motion.cadence_per_min == pytest.approx(per_minute, rel=0.05)
    # The first seconds are needed to know that it is a walk.
    assert motion.steps == pytest.approx(per_minute * 55.0 / 60.0, rel=0.05)


def test_the_size_of_acceleration_alone_gives_steps_but_no_posture() -> None:
    motion = _fed(Motion(RATE_HZ, axes=1), np.linalg.norm(_walk(110.0, 30.0), axis=1))
    assert motion.cadence_per_min == pytest.approx(110.0, rel=0.05)
    assert motion.posture is None


def test_at_rest_nobody_walks_and_nothing_is_spoiled() -> None:
    motion = _fed(Motion(RATE_HZ), _still((0.0, 1.0, 0.0), 20.0))
    assert motion.cadence_per_min == 0.0
    assert motion.steps == 0.0
    assert motion.artefact is not None
    assert motion.artefact < 0.02


def test_one_bump_is_no_walk_but_spoils_its_second() -> None:
    values = _still((0.0, 1.0, 0.0), 20.0)
    values[-40:-30] += 0.8
    motion = _fed(Motion(RATE_HZ), values)
    assert motion.cadence_per_min == 0.0
    assert motion.artefact is not None
    assert motion.artefact > 0.8


@pytest.mark.parametrize(
    ("direction", "posture"),
    [
        ((0.0, 1.0, 0.1), "upright"),
        ((0.0, 0.7, 0.7), "leaning"),
        ((0.0, 0.05, 1.0), "lying"),
        ((1.0, 0.0, 0.0), "lying"),
    ],
)
def test_posture_is_known_after_a_walk(direction: tuple[float, float, float], posture: str) -> None:
    motion = _fed(Motion(RATE_HZ), _still(direction, 20.0))
    assert motion.posture is None
    _fed(motion, _walk(100.0, 20.0))
    assert motion.posture is None
    assert _fed(motion, _still(direction, 10.0)).posture == posture


def test_posture_is_known_at_once_where_up_was_given() -> None:
    assert _fed(Motion(RATE_HZ, up=(0.0, 0.0, -2.0)), _still((0.0, 0.0, -1.0), 5.0)).posture == "upright"


def test_any_pieces_give_the_same_figures() -> None:
    values = np.concatenate([_still((0.0, 1.0, 0.0), 10.0), _walk(105.0, 20.0)])
    said = [
        (one.cadence_per_min, one.steps, one.artefact)
        for one in (_fed(Motion(RATE_HZ), values, step) for step in (1, 7, 50, len(values)))
    ]
    assert said[0] == said[1] == said[2] == said[3]


def test_a_lost_sensor_knows_nothing() -> None:
    motion = _fed(Motion(RATE_HZ), _walk(100.0, 20.0))
    motion.feed(np.full((2, 3), np.nan), 20.0)
    assert motion.cadence_per_min is None
    assert motion.artefact is None
    assert motion.posture is None
