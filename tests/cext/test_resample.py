import numpy as np
import pytest

from cext.resample import resample

PAIRS = [
    (48_000, 44_100),
    (44_100, 48_000),
    (96_000, 44_100),
    (44_100, 96_000),
    (8_000, 48_000),
    (48_000, 16_000),
]


def _tone(hz, rate_hz, seconds=0.3):
    return np.sin(2 * np.pi * hz * np.arange(int(seconds * rate_hz)) / rate_hz + 0.3)[None].astype(np.float32)


def _db(sound, truth):
    cut = slice(len(truth) // 4, -len(truth) // 4)
    return 20 * np.log10(np.sqrt(np.mean((sound - truth)[cut] ** 2) / np.mean(truth[cut] ** 2)) + 1e-12)


@pytest.mark.parametrize(("before_hz", "after_hz"), PAIRS)
@pytest.mark.parametrize("share", [0.01, 0.5, 0.906])
def test_a_tone_at_another_rate_is_the_same_tone_at_the_same_time(before_hz, after_hz, share):
    hz = share * min(before_hz, after_hz) / 2
    out = resample(_tone(hz, before_hz), before_hz, after_hz)[0].astype(np.float64)
    truth = _tone(hz, after_hz, len(out) / after_hz + 1e-9)[0].astype(np.float64)
    assert _db(out, truth[: len(out)]) < -100


@pytest.mark.parametrize(("before_hz", "after_hz"), [(96_000, 44_100), (48_000, 44_100), (48_000, 16_000)])
def test_what_the_lower_rate_cannot_hold_does_not_come_back(before_hz, after_hz):
    for share in (1.0, 1.05, 1.08):
        out = resample(_tone(share * after_hz / 2, before_hz), before_hz, after_hz)[0]
        quiet = out[len(out) // 4 : -len(out) // 4]
        assert 20 * np.log10(np.abs(quiet).max() + 1e-12) < -118
    # The control: just inside the band it is there.
    assert np.abs(resample(_tone(0.9 * after_hz / 2, before_hz), before_hz, after_hz)).max() > 0.9


def test_length_and_channels_and_the_same_rate():
    sound = np.random.default_rng(1).standard_normal((3, 1001)).astype(np.float32)
    assert resample(sound, 48_000, 44_100).shape == (3, 920)
    assert np.array_equal(resample(sound, 48_000, 48_000), sound)
    assert resample(sound[:, :1], 8_000, 48_000).shape == (3, 6)
    assert resample(sound[:, :0], 8_000, 48_000).shape == (3, 0)


def test_a_rate_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="outside 1000 to 768000"):
        resample(np.zeros((1, 8), np.float32), 10, 48_000)
    with pytest.raises(ValueError, match="no common measure"):
        resample(np.zeros((1, 8), np.float32), 700_001, 44_101)
