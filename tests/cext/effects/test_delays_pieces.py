"""Pieces of the past: backwards, as a cloud, as a loop, and through a bucket brigade."""

import numpy as np
import pytest

from cext import effects
from tests.cext.effects.probe import RATE_HZ, click, gain_db, heard, settled, tone

NOISE = np.random.default_rng(5).uniform(-0.5, 0.5, (2, RATE_HZ)).astype(np.float32)


def test_a_reverse_delay_plays_pieces_backwards_at_an_even_loudness():
    length = RATE_HZ // 10
    out = heard("reverse_delay", NOISE, length_ms=100, mix=1)
    # From the third piece on, both the rising and the falling one have a past.
    for n in range(3 * length, 4 * length, 97):
        gone = n - 3 * length
        up = np.sin(np.pi / 2 * gone / length) ** 2
        wanted = up * NOISE[0, 3 * length - 1 - gone] + (1 - up) * NOISE[0, 2 * length - 1 - gone - length]
        assert out[0, n] == pytest.approx(wanted, abs=1e-5)


def test_a_rising_tone_falls_when_it_is_reversed():
    time_s = np.arange(RATE_HZ) / RATE_HZ
    rising = np.tile(np.sin(2 * np.pi * (500 * time_s + 1000 * time_s**2)), (2, 1)).astype(np.float32)
    out = heard("reverse_delay", rising, length_ms=400, mix=1)[0, 19200 + 7000 : 19200 + 12200]
    pace = [np.abs(np.fft.rfft(part * np.hanning(2600))).argmax() for part in (out[:2600], out[2600:])]
    assert pace[0] > pace[1]


def test_a_cloud_is_the_same_for_the_same_sound_and_as_loud_as_it():
    cloud = [heard("granular_delay", NOISE, feedback=0, mix=1, pitch=0, width=0) for _ in range(2)]
    assert np.array_equal(*cloud)
    assert gain_db(cloud[0][0, RATE_HZ // 2 :], NOISE[0]) == pytest.approx(-4, abs=3)


@pytest.mark.parametrize("semitones", [-12, 0, 7])
def test_grains_have_their_pitch(semitones):
    options = {"pitch": semitones, "feedback": 0, "mix": 1, "grain_ms": 200, "jitter_ms": 50}
    out = settled(effects.make("granular_delay", **options), tone(1000, 4.0))
    power = np.abs(np.fft.rfft(out * np.hanning(len(out)))) ** 2
    hz = np.fft.rfftfreq(len(out), 1 / RATE_HZ)
    assert np.average(hz, weights=power) == pytest.approx(1000 * 2 ** (semitones / 12), rel=0.005)


def test_a_single_grain_is_a_window_on_the_past():
    out = heard("granular_delay", np.ones((2, 9600), np.float32), density_hz=1, grain_ms=40, delay_ms=5,
                jitter_ms=0, pitch=0, width=0, feedback=0, mix=1)  # fmt: skip
    frames = 64 * round(0.04 * RATE_HZ / 64)
    window = np.sin(np.pi * np.arange(frames) / frames) ** 2
    window[:240] = 0  # before anything was heard
    assert out[0, 242:frames] == pytest.approx(window[242:], abs=1e-5)
    assert not out[0, frames:].any()


def test_a_recorded_loop_comes_back_to_the_frame():
    looper = effects.make("looper", mode="record", level=1)
    played = NOISE[:, : 64 * 100].copy()
    looper.process(played.copy())
    looper.set("mode", "play")
    out = np.zeros((2, 64 * 250), np.float32)
    looper.process(out)
    # One tick fades the recording in and one fades the playback in; then it is exact, round after round.
    assert np.array_equal(out[:, 64:6400], played[:, 64:])
    assert np.array_equal(out[:, 6400 + 64 : 12800], played[:, 64:])


def test_overdub_lays_sound_on_sound_and_fades_the_old():
    out = heard("looper", click(3000, 200), mode="overdub", length_s=0.0125 * 4, feedback=0.5, level=1)
    assert list(np.flatnonzero(out[0])) == [200, 2600]
    looper = effects.make("looper", mode="overdub", length_s=0.05, feedback=0.5, level=1)
    looper.process(click(2400, 200))
    rounds = np.zeros((2, 4 * 2400), np.float32)
    looper.process(rounds)
    assert rounds[0, 200::2400] == pytest.approx([1, 0.5, 0.25, 0.125])


def test_stop_is_silent_and_keeps_the_loop():
    looper = effects.make("looper", mode="record", level=1)
    looper.process(NOISE[:, :6400].copy())
    looper.set("mode", "stop")
    silent = np.zeros((2, 6400), np.float32)
    looper.process(silent)
    assert not silent.any()
    looper.set("mode", "play")
    again = np.zeros((2, 6400), np.float32)
    looper.process(again)
    assert np.array_equal(again[:, 64:], NOISE[:, 64:6400])


def test_a_full_loop_goes_on_as_overdub():
    looper = effects.make("looper", 8000, mode="record", level=1)
    for _ in range(31):
        looper.process(np.full((2, 8000), 0.1, np.float32))
    block = np.zeros((2, 8000), np.float32)
    looper.process(block)
    assert block[0, -1] == pytest.approx(0.1, abs=1e-6)


def _butterworth(hz, corner_hz):
    s = 1j * np.asarray(hz) / corner_hz
    return 1 / ((s**2 + 2 * np.cos(np.pi / 8) * s + 1) * (s**2 + 2 * np.cos(3 * np.pi / 8) * s + 1))


BUCKETS = {"feedback": 0, "depth": 0, "compander": "off", "mix": 1}


@pytest.mark.parametrize("hz", [100, 1000, 3000, 6000])
def test_a_fast_bucket_brigade_is_its_two_filters_and_its_time(hz):
    sound = tone(hz, 0.5)
    out = heard("bbd_delay", sound, time_ms=10, band_hz=4000, **BUCKETS)[0, 12000:]
    turn = np.exp(-2j * np.pi * hz * np.arange(12000, 24000) / RATE_HZ)
    gain = 2j * np.mean(out * turn)
    # Half a clock tick more for the staircase.
    wanted = _butterworth(hz, 4000) ** 2 * np.exp(-2j * np.pi * hz * (0.01 + 0.5 * 0.01 / 2048))
    assert abs(gain - wanted) < 0.015
    assert 20 * np.log10(abs(gain) / abs(wanted)) == pytest.approx(0, abs=0.15)


def test_a_slow_clock_makes_the_image_it_must():
    # 2048 samples in half a second: 4096 Hz. A tone of 1 kHz comes back at 3096 Hz as well, as a held
    # staircase has it, and nothing else is made by frames and clock beating.
    sound = tone(1000, 3.0)
    out = heard("bbd_delay", sound, time_ms=500, band_hz=5000, **BUCKETS)[0, -(1 << 16) :]
    spectrum = np.abs(np.fft.rfft(out * np.blackman(len(out))))
    hz = np.fft.rfftfreq(len(out), 1 / RATE_HZ)

    def level(at_hz):
        return np.sqrt(np.sum(spectrum[np.abs(hz - at_hz) < 4] ** 2))

    image = level(3096) / level(1000) * abs(_butterworth(1000, 5000) / _butterworth(3096, 5000))
    assert 20 * np.log10(image) == pytest.approx(20 * np.log10(1000 / 3096), abs=0.1)
    for k in range(1, 6):
        for side in (-1000, 1000):
            spectrum[np.abs(hz - abs(4096 * k + side)) < 6] = 0
    spectrum[np.abs(hz - 1000) < 6] = 0
    assert 20 * np.log10(spectrum.max() / (0.42 * len(out) / 2)) < -70


@pytest.mark.parametrize("level_db", [-40, -20, -6])
def test_the_compander_gives_back_the_level_it_took(level_db):
    sound = tone(500, 1.0, 10 ** (level_db / 20))
    out = settled(effects.make("bbd_delay", **{**BUCKETS, "compander": "on"}, time_ms=20), sound)
    assert gain_db(out, sound[0]) == pytest.approx(0, abs=0.5)
