"""Edges, bits and clocks: clipping, crushing, holding."""

import numpy as np
import pytest

from cext import effects
from tests.cext.effects.test_distortion_curves import alias_db
from tests.cext.sound import RATE_HZ, through


def _noise(frames, level=0.4, seed=1):
    return (level * np.random.default_rng(seed).standard_normal((2, frames))).astype(np.float32)


def test_the_hard_edge_is_the_triangle_average_of_a_clipped_line():
    sound = _noise(400)
    edge = 10 ** (-12 / 20)
    out = through(effects.make("hard_clip", threshold_dbfs=-12.0), sound)
    x = sound[0].astype(np.float64)
    share = (np.arange(4000) + 0.5) / 4000
    line = x[:-1, None] + np.diff(x)[:, None] * share
    beyond = line - np.clip(line, -edge, edge)
    to, away = (beyond * share).mean(axis=1), (beyond * (1 - share)).mean(axis=1)
    ideal = x[1:-1] - to[:-1] - away[1:]
    assert np.abs(out[0, 2:] - ideal).max() < 1e-6


def test_below_the_edge_the_clip_passes_to_the_bit_a_frame_later():
    sound = np.clip(_noise(500), -0.24, 0.24)
    assert np.array_equal(through(effects.make("hard_clip"), sound)[:, 1:], sound[:, :-1])


def test_without_antialias_the_clip_is_a_clip():
    sound = _noise(500)
    edge = np.float32(10 ** (-6 / 20))
    out = through(effects.make("hard_clip", threshold_dbfs=-6.0, antialias="off"), sound)
    assert np.abs(out[:, 1:] - np.clip(sound, -edge, edge)[:, :-1]).max() < 1e-7


def test_a_full_scale_square_stays_finite_and_at_the_edge():
    square = np.where(np.arange(960) // 48 % 2, 1.0, -1.0) * np.ones((2, 1))
    out = through(effects.make("hard_clip", threshold_dbfs=-6.0), square.astype(np.float32))
    flat = np.arange(960) % 48 > 2
    assert np.abs(np.abs(out[:, flat]) - 10 ** (-6 / 20)).max() < 1e-6


def test_the_hard_edge_folds_back_less_than_a_plain_one():
    for hz in (1249, 5003):
        plain = alias_db("hard_clip", hz, antialias="off")
        assert alias_db("hard_clip", hz, antialias="on") < plain - 10.0


@pytest.mark.parametrize("bits", [1.0, 4.0, 7.5, 16.0])
def test_the_crusher_rounds_to_the_nearest_step(bits):
    sound = _noise(500)
    steps = np.float32(2 ** (bits - 1))
    out = through(effects.make("bitcrusher", bits=bits), sound)
    assert np.abs(out - np.rint(sound * steps).astype(np.float64) / steps).max() < 1e-7


def test_triangular_dither_frees_the_error_from_the_sound():
    # Its mean and its power do not depend on where between two steps a value lies.
    powers = []
    for place in (0.0, 0.25, 0.5):
        sound = np.full((2, 48_000), place / 8, np.float32)
        error = (through(effects.make("bitcrusher", bits=4.0, dither="triangular"), sound) - place / 8) * 8
        assert abs(error[0].mean()) < 0.02
        powers.append(np.mean(error[0] ** 2))
    assert np.allclose(powers, 0.25, rtol=0.03)


def test_a_slow_clock_holds_each_value_and_takes_it_where_it_struck():
    sound = np.tile(np.arange(480, dtype=np.float32) / 480, (2, 1))
    out = through(effects.make("sample_rate_reducer", clock_hz=7_000.0), sound)[0]
    heard = np.unique(out)
    assert len(heard) == pytest.approx(480 * 7 / 48, abs=1)
    # On a ramp the values say when they were taken: evenly, to a fraction of a frame.
    assert np.allclose(np.diff(heard[1:]) * 480, 48 / 7, atol=1e-3)


def test_a_clock_as_fast_as_the_sound_changes_nothing():
    sound = _noise(2000)
    assert np.array_equal(through(effects.make("sample_rate_reducer", clock_hz=48_000.0), sound), sound)


def test_jitter_moves_the_strokes_but_not_their_mean():
    sound = np.tile(np.arange(RATE_HZ, dtype=np.float32) / RATE_HZ, (2, 1))
    heard = np.unique(through(effects.make("sample_rate_reducer", clock_hz=1_000.0, jitter=0.5), sound)[0])
    gaps = np.diff(heard[1:]) * RATE_HZ
    assert gaps.std() > 5.0
    assert gaps.mean() == pytest.approx(48.0, rel=0.15)


def test_the_filter_keeps_what_the_clock_cannot_carry_out():
    time_s = np.arange(RATE_HZ) / RATE_HZ
    sound = np.tile(np.sin(2 * np.pi * 5000 * time_s), (2, 1)).astype(np.float32)

    def folded(choice):
        out = through(effects.make("sample_rate_reducer", clock_hz=6_000.0, filter=choice), sound)[0]
        return np.abs(np.fft.rfft(out))[1000]

    assert folded("on") < 0.3 * folded("off")
