import numpy as np
import pytest

from cext import effects
from tests.cext.sound import RATE_HZ, db, rms, through

SECONDS = 1.0
TIME_S = np.arange(int(SECONDS * RATE_HZ)) / RATE_HZ


def _music():
    sound = 0.002 * np.random.default_rng(3).standard_normal(len(TIME_S))
    for base_hz, level in ((220.0, 0.15), (331.7, 0.1)):
        for h in range(1, 8):
            sound += level / h * np.sin(2 * np.pi * base_hz * h * TIME_S + h)
    return sound


def _mended(name, sound, **values):
    effect = effects.make(name, **values)
    late = effect.latency_frames
    both = np.pad(np.stack([sound, sound]), ((0, 0), (0, late))).astype(np.float32)
    return through(effect, both)[0, late:]


def _error_db(sound, truth):
    return db(rms((sound - truth)[4000:-4000]) / rms(truth[4000:-4000]))


def test_clicks_go_and_the_music_beneath_them_comes_back():
    music = _music()
    scratched = music.copy()
    random = np.random.default_rng(1)
    for at in range(3000, len(music) - 3000, 487):
        width = int(random.integers(1, 20))
        scratched[at : at + width] += random.uniform(-0.6, 0.6, width)
    assert _error_db(_mended("de_click", scratched), music) < _error_db(scratched, music) - 10


def test_music_without_clicks_is_left_alone():
    assert _error_db(_mended("de_click", _music()), _music()) < -100


@pytest.mark.parametrize(("limit", "gain_db"), [(0.4, 8), (0.3, 15)])
def test_the_tops_of_clipped_waves_are_drawn_again(limit, gain_db):
    music = _music()
    clipped = np.clip(music, -limit, limit)
    assert np.mean(np.abs(music) > limit) > 0.001
    mended = _mended("de_clip", clipped, threshold_dbfs=db(limit))
    assert _error_db(mended, music) < _error_db(clipped, music) - gain_db


@pytest.mark.parametrize(("mains", "hum_hz"), [("50 Hz", 50.0), ("50 Hz", 50.13), ("60 Hz", 59.8)])
def test_hum_is_followed_and_taken_out(mains, hum_hz):
    time_s = np.arange(3 * RATE_HZ) / RATE_HZ
    hum = sum(0.1 / h * np.sin(2 * np.pi * hum_hz * h * time_s + h * h) for h in range(1, 12))
    effect = effects.make("de_hum", mains=mains)
    out = through(effect, np.stack([hum, hum]).astype(np.float32))[0]
    assert effect.readings()["mains_hz"] == pytest.approx(hum_hz, abs=0.01)
    assert db(rms(out[-RATE_HZ // 2 :]) / rms(hum)) < -35


@pytest.mark.parametrize("width_hz", [1.0, 4.0])
def test_each_notch_is_as_wide_as_it_says(width_hz):
    # Half the width beside the harmonic a tone is 3 dB down, a semitone away it is not touched.
    effect = effects.make("de_hum", width_hz=width_hz, follow="off", harmonics=8)
    impulse = np.zeros((2, 4 * RATE_HZ), np.float32)
    impulse[:, 0] = 1.0
    out = through(effect, impulse)[0]
    time_s = np.arange(len(out)) / RATE_HZ

    def level_db(hz):
        return db(abs(np.sum(out * np.exp(-2j * np.pi * hz * time_s))))

    assert level_db(100.0) < -40
    assert level_db(100.0 + width_hz / 2) == pytest.approx(-3.01, abs=0.2)
    assert level_db(125.0) == pytest.approx(0.0, abs=0.05)
