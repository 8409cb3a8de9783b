"""Freeverb against the same network worked out frame by frame in 64-bit numbers."""

import numpy as np

from cext import effects
from tests.cext.sound import db, rms, through

COMBS = (1116, 1188, 1277, 1356, 1422, 1491, 1557, 1617)
PASSES = (556, 441, 341, 225)


def _reference(sound, room_size, damping, width):
    """Jezar's loops as he wrote them, at his rate of 44.1 kHz, wet only, shape (2, frames)."""
    mono = 0.015 * (sound[0].astype(np.float64) + sound[1])
    feedback, damp = 0.7 + 0.28 * room_size, 0.4 * damping
    ears = []
    for spread in (0, 23):
        total = np.zeros(len(mono))
        for frames in COMBS:
            total += _comb(mono, frames + spread, feedback, damp)
        for frames in PASSES:
            total = _all_pass(total, frames + spread)
        ears.append(total)
    near, far = (1 + width) / 2, (1 - width) / 2
    return np.array([near * ears[0] + far * ears[1], near * ears[1] + far * ears[0]])


def _comb(sound, frames, feedback, damp):
    out, kept, stored = np.zeros(len(sound)), 0.0, np.zeros(frames)
    for n, x in enumerate(sound):
        y = stored[n % frames]
        kept = y * (1 - damp) + kept * damp
        stored[n % frames] = x + kept * feedback
        out[n] = y
    return out


def _all_pass(sound, frames):
    out, stored = np.zeros(len(sound)), np.zeros(frames)
    for n, x in enumerate(sound):
        before = stored[n % frames]
        out[n] = before - x
        stored[n % frames] = x + 0.5 * before
    return out


def test_freeverb_equals_the_published_loops_to_120_db():
    sound = np.zeros((2, 9000), np.float32)
    sound[:, :700] = np.random.default_rng(1).standard_normal((2, 700)).astype(np.float32)
    values = {"room_size": 0.7, "damping": 0.35, "width": 0.6}
    wet = through(effects.make("freeverb", 44_100, mix=1.0, **values), sound)
    expected = _reference(sound, **values)
    factor = np.vdot(wet, expected) / np.vdot(expected, expected)
    assert db(rms(wet - factor * expected) / rms(wet)) < -120
    wrong = _reference(sound, **{**values, "damping": 0.351})
    assert db(rms(wet - factor * wrong) / rms(wet)) > -80


def test_freeverb_says_nothing_before_its_shortest_way():
    click = np.zeros((2, 4000), np.float32)
    click[:, 0] = 1.0
    heard = np.flatnonzero(through(effects.make("freeverb", 44_100, mix=1.0, width=1.0), click)[0])
    assert heard[0] == COMBS[0]
