import numpy as np
import pytest

from cext import effects
from tests.cext.sound import RATE_HZ, db, rms, through


def _noise(seconds, level=0.1, seed=1):
    return (level * np.random.default_rng(seed).standard_normal((2, int(seconds * RATE_HZ)))).astype(
        np.float32
    )


def _tones(parts, seconds):
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    sound = sum(level * np.sin(2 * np.pi * hz * time_s) for hz, level in parts)
    return np.stack([sound, sound]).astype(np.float32)


def _on_time(effect, sound):
    late = effect.latency_frames
    return through(effect, np.pad(sound, ((0, 0), (0, late))))[:, late:]


def _level_db(sound, hz):
    window = np.hanning(len(sound))
    wave = np.exp(-2j * np.pi * hz * np.arange(len(sound)) / RATE_HZ)
    return db(2 * abs(np.sum(sound * window * wave)) / window.sum())


@pytest.mark.parametrize(
    ("name", "values"), [("noise_reduction", {}), ("nlm_denoise", {"noise_dbfs": -46.0})]
)
def test_noise_falls_further_than_the_voice_in_it(name, values):
    noise = _noise(3.0, 0.005)
    time_s = np.arange(noise.shape[1]) / RATE_HZ
    talks = (time_s % 1.0 > 0.6) & (time_s > 1.0)
    voice = talks * sum(0.1 / h * np.sin(2 * np.pi * 400 * h * time_s) for h in range(1, 11))
    out = _on_time(effects.make(name, **values), (noise + voice).astype(np.float32))
    pause = (time_s % 1.0 > 0.2) & (time_s % 1.0 < 0.5) & (time_s > 1.0)
    word = (time_s % 1.0 > 0.7) & (time_s % 1.0 < 0.95) & (time_s > 1.0)
    assert db(rms(out[:, pause]) / rms(noise[:, pause])) < -9
    assert db(rms(out[:, word]) / rms((noise + voice)[:, word])) == pytest.approx(0, abs=0.6)
    error = db(rms((out - voice)[:, word]) / rms(noise[:, word]))
    assert error < (-3 if name == "noise_reduction" else -4)


def test_the_gate_closes_quiet_frequencies_and_not_loud_ones():
    out = _on_time(effects.make("spectral_gate"), _tones([(1000, 0.3), (3000, 0.0003)], 1.0))[0]
    assert _level_db(out[24_000:43_000], 1000) == pytest.approx(db(0.3), abs=0.05)
    assert _level_db(out[24_000:43_000], 3000) == pytest.approx(db(0.0003) - 24, abs=0.5)


def test_blur_holds_a_tone_that_has_stopped_at_its_pitch_for_its_time():
    sound = _tones([(1000, 0.3)], 2.0)
    sound[:, RATE_HZ:] = 0
    out = _on_time(effects.make("spectral_blur", blur_ms=500), sound)[0]
    early, late = out[54_000:60_000], out[78_000:84_000]
    # Half a second later it is a neper (8.7 dB) down.
    assert _level_db(late, 1000) - _level_db(early, 1000) == pytest.approx(-8.686, abs=0.5)
    assert _level_db(early, 1000) > -20


def test_a_frozen_moment_goes_on_when_the_sound_has_stopped():
    sound = _tones([(440, 0.2), (1234, 0.1)], 1.5)
    sound[:, 24_000:] = 0
    out = through(effects.make("spectral_freeze", every_s=60), sound)[0]
    for hz, level in ((440, 0.2), (1234, 0.1)):
        assert _level_db(out[40_000:60_000], hz) == pytest.approx(db(level), abs=1.0)


def test_the_robot_speaks_on_its_own_note():
    out = _on_time(
        effects.make("robot", pitch_hz=120), _tones([(170 * h, 0.1 / h) for h in range(1, 8)], 1.5)
    )[0]
    level = np.abs(np.fft.rfft(out[20_000:68_000] * np.hanning(48_000))) ** 2
    hz = np.arange(len(level))
    near = np.abs((hz + 60) % 120 - 60) < 4
    assert level[near].sum() > 0.98 * level.sum()


@pytest.mark.parametrize("name", ["whisper", "smear"])
def test_random_phases_keep_loudness_and_lose_the_wave(name):
    sound = _noise(3.0)
    out = _on_time(effects.make(name, mix=1.0), sound)[:, 24_000:-24_000]
    assert db(rms(out) / rms(sound)) == pytest.approx(0, abs=0.5)
    assert abs(np.corrcoef(out[0], sound[0, 24_000:-24_000])[0, 1]) < 0.1


def test_what_is_in_the_middle_goes_and_what_is_at_the_sides_stays():
    voice = _tones([(1000, 0.2)], 1.0)
    side = _tones([(1700, 0.2)], 1.0)
    side[1] = 0
    out = _on_time(effects.make("centre_remover"), voice + side)
    assert _level_db(out[0, 20_000:40_000], 1000) < db(0.2) - 40
    assert _level_db(out[0, 20_000:40_000], 1700) == pytest.approx(db(0.2), abs=0.3)
    kept = _on_time(effects.make("centre_remover", part="keep"), voice + side)
    assert _level_db(kept[0, 20_000:40_000], 1000) == pytest.approx(db(0.2), abs=0.3)
    assert _level_db(kept[0, 20_000:40_000], 1700) < db(0.2) - 30


def test_a_room_decays_faster_and_the_direct_sound_stays():
    time_s = np.arange(int(1.2 * RATE_HZ)) / RATE_HZ
    burst = np.random.default_rng(5).standard_normal(len(time_s))
    room = burst * 10 ** (-3 * time_s / 1.0) * 0.3
    sound = np.pad(room, (RATE_HZ // 4, 0))
    out = _on_time(effects.make("de_reverb", decay_s=1.0), np.stack([sound, sound]).astype(np.float32))[0]
    begin = RATE_HZ // 4
    assert db(rms(out[begin : begin + 2400]) / rms(sound[begin : begin + 2400])) > -2.5
    assert db(rms(out[begin + 12_000 : begin + 24_000]) / rms(sound[begin + 12_000 : begin + 24_000])) < -9


def test_two_recordings_get_one_tone():
    rough = _noise(6.0)
    spectrum = np.fft.rfft(rough[0])
    hz = np.fft.rfftfreq(rough.shape[1], 1 / RATE_HZ)
    dull = np.fft.irfft(spectrum / np.sqrt(1 + (hz / 1500) ** 2)) * 0.8
    effect = effects.make("match_eq", reference=rough, amount=1.0, range_db=24)
    out = through(effect, np.stack([dull, dull]).astype(np.float32))[0, -3 * RATE_HZ :]

    def bands(x):
        power = np.abs(np.fft.rfft(x)) ** 2
        at = np.fft.rfftfreq(len(x), 1 / RATE_HZ)
        return np.array(
            [10 * np.log10(power[(at > c) & (at < 1.26 * c)].mean()) for c in (200, 800, 2000, 6000)]
        )

    assert np.ptp(bands(out) - bands(rough[0, -3 * RATE_HZ :])) < 1.0
    assert np.ptp(bands(dull) - bands(rough[0])) > 9.0
    with pytest.raises(ValueError, match="silent"):
        effects.make("match_eq", reference=np.zeros((2, 8192), np.float32))


def test_the_vocoder_lets_through_what_the_voice_has():
    band_of_noise = _noise(1.0, 0.3)
    spectrum = np.fft.rfft(band_of_noise)
    hz = np.fft.rfftfreq(band_of_noise.shape[1], 1 / RATE_HZ)
    spectrum[:, (hz < 900) | (hz > 1100)] = 0
    voice = np.fft.irfft(spectrum).astype(np.float32)
    out = through(effects.make("vocoder", hiss=0, pitch_hz=100), voice)[0, 12_000:]
    level = np.abs(np.fft.rfft(out * np.hanning(len(out)))) ** 2
    at = np.fft.rfftfreq(len(out), 1 / RATE_HZ)
    assert level[(at > 600) & (at < 1600)].sum() > 0.85 * level.sum()
    near = np.abs((at + 50) % 100 - 50) < 25
    assert level[near].sum() > 0.8 * level.sum()
    assert not through(effects.make("vocoder"), np.zeros((2, 4800), np.float32)).any()


def test_pauses_close_and_no_beginning_is_cut():
    time_s = np.arange(3 * RATE_HZ) / RATE_HZ
    talks = time_s % 1.0 > 0.7
    sound = (0.001 * _noise(3.0, 1.0) + 0.2 * talks * np.sin(2 * np.pi * 440 * time_s)).astype(np.float32)
    out = _on_time(effects.make("silence_gate"), sound)
    pause = (time_s % 1.0 > 0.4) & (time_s % 1.0 < 0.65)
    assert db(rms(out[:, pause]) / rms(sound[:, pause])) < -25
    start = (time_s % 1.0 > 0.7) & (time_s % 1.0 < 0.72)
    assert db(rms(out[:, start]) / rms(sound[:, start])) > -0.5
