"""The latency that is said is the one that is measured: so late comes the middle of a tone burst."""

import numpy as np
import pytest

from cext import effects

# What moves sound in time on purpose, or takes a burst in the middle away; its neutral values are in the
# contract.
MOVING = {"align_delay", "centre_remover", "smear", "spectral_blur", "spectral_freeze", "tape_stop"}
LATE = [name for name in effects.EFFECTS if name not in MOVING and effects.make(name).latency_frames]


def _middle(sound):
    """The middle of a sound's energy, frames."""
    power = np.sum(sound.astype(np.float64) ** 2, axis=0)
    power[power < 1e-3 * power.max()] = 0.0
    return np.sum(np.arange(len(power)) * power) / power.sum()


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
@pytest.mark.parametrize("name", LATE)
def test_a_burst_comes_as_late_as_is_said(name, rate_hz):
    effect = effects.make(name, rate_hz)
    frames = rate_hz // 2 + effect.latency_frames
    at = np.arange(frames) - rate_hz // 4
    burst = 0.5 * np.exp(-((at / 300.0) ** 2)) * np.sin(2 * np.pi * 440.0 * at / rate_hz)
    sound = np.stack([burst, burst]).astype(np.float32)
    into = _middle(sound)
    effect.process(sound)
    assert _middle(sound) - into == pytest.approx(effect.latency_frames, abs=64)
