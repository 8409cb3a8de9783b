import numpy as np
import pytest

from cext import effects
from tests.cext.effects.dynamics import gain_db, null_db, square
from tests.cext.sound import RATE_HZ, db, rms, through

CENTRES_HZ = {1: 50.0, 2: 330.0, 3: 2200.0, 4: 11_000.0}


def _impulse_answer(effect, seconds=1.0, level=1e-3):
    impulse = np.zeros((2, int(seconds * RATE_HZ)), np.float32)
    impulse[:, 0] = level
    return through(effect, impulse)[0] / level


def _tone(frequency_hz, level_db, seconds=0.6):
    tone = 10 ** (level_db / 20) * np.sin(
        2 * np.pi * frequency_hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    )
    return np.stack([tone, tone]).astype(np.float32)


@pytest.mark.parametrize("name", ["multiband_compressor", "multiband_limiter"])
def test_four_bands_together_are_flat(name):
    effect = effects.make(name)
    answer = np.abs(np.fft.rfft(_impulse_answer(effect)))
    hz = np.arange(len(answer))
    assert np.abs(20 * np.log10(answer[(hz > 10) & (hz < 20_000)])).max() < 0.001


def _bands(*corners_hz):
    """The spectra of the four bands at 0..24 kHz: Linkwitz and Riley's filters, bilinear transform."""
    z = np.exp(-2j * np.pi * np.arange(RATE_HZ // 2 + 1) / RATE_HZ)
    lows, highs, turns = [], [], []
    for corner_hz in corners_hz:
        s = (1 - z) / (1 + z + 1e-300) / np.tan(np.pi * corner_hz / RATE_HZ)
        below = s * s + np.sqrt(2) * s + 1
        lows.append(1 / below**2)
        highs.append(s**4 / below**2)
        turns.append((s * s - np.sqrt(2) * s + 1) / below)
    low, high = lows[1] * turns[2], highs[1] * turns[0]
    return low * lows[0], low * highs[0], high * lows[2], high * highs[2]


def test_the_bands_come_together_as_late_as_reported():
    effect = effects.make("multiband_limiter", low_hz=100, middle_hz=1000, high_hz=8000)
    late = np.exp(-2j * np.pi * np.arange(RATE_HZ // 2 + 1) * effect.latency_frames / RATE_HZ)
    assert null_db(_impulse_answer(effect), np.fft.irfft(late * sum(_bands(100, 1000, 8000)))) < -100


def test_each_band_is_the_linkwitz_riley_one_with_its_own_gain():
    gains_db = (-24.0, 6.0, -12.0, 3.0)
    knobs = {f"gain_{band}_db": gain for band, gain in enumerate(gains_db, 1)}
    effect = effects.make("multiband_compressor", low_hz=120, middle_hz=900, high_hz=5000, **knobs)
    bands = _bands(120, 900, 5000)
    wanted = sum(10 ** (gain / 20) * band for gain, band in zip(gains_db, bands, strict=True))
    assert null_db(_impulse_answer(effect), np.fft.irfft(wanted)) < -100


def test_each_band_is_compressed_by_its_own_curve():
    for band, frequency_hz in CENTRES_HZ.items():
        knobs = {f"threshold_{band}_db": -40.0, f"ratio_{band}": 4.0, f"release_{band}_ms": 5000.0}
        effect = effects.make("multiband_compressor", knee_db=0.0, **knobs)
        through(effect, _tone(frequency_hz, -10, 1.0))
        heard_db = -10 + db(abs(_bands(120, 900, 5000)[band - 1][round(frequency_hz)]))
        assert effect.readings()[f"gain_{band}_db"] == pytest.approx(-0.75 * (heard_db + 40), abs=0.3)


def test_a_shut_band_lets_an_open_one_pass():
    gate = effects.make("multiband_gate", range_1_db=60, range_2_db=90, threshold_2_db=0)
    bass, voice = _tone(50, -60), _tone(2200, -10)
    out = through(gate, bass + voice)[0, -24_000:]
    spectrum = np.abs(np.fft.rfft(out * np.hanning(24_000))) / 6000
    assert db(spectrum[25]) < -60 - 50
    assert db(spectrum[1100]) == pytest.approx(-10, abs=0.4)


def test_the_multiband_limiter_keeps_its_ceiling_and_its_bands():
    rng = np.random.default_rng(3)
    loud = (2.0 * rng.standard_normal((2, RATE_HZ // 2)) + _tone(60, 12, 0.5)).astype(np.float32)
    effect = effects.make("multiband_limiter", drive_db=12, ceiling_dbfs=-3)
    assert np.abs(through(effect, loud, 333)).max() <= 10 ** (-3 / 20)
    bass = _tone(50, 0, 0.6)
    out = through(effects.make("multiband_limiter", low_hz=500, middle_hz=1000, threshold_1_db=-20), bass)
    assert np.abs(out[:, -9600:]).max() == pytest.approx(10 ** (-20 / 20), rel=0.02)


def test_the_limiter_has_a_release_of_its_time():
    sound = np.concatenate((square(11, 0.1), square(-20, 1.5)), axis=1)
    effect = effects.make("limiter", release_ms=100, ceiling_dbfs=-1)
    gains = 10 ** (gain_db(effect, sound) / 20)
    loud = int(0.1 * RATE_HZ)
    assert gains[loud - 1000] == pytest.approx(10 ** (-12 / 20), rel=1e-5)
    missing = (1 - gains) / (1 - gains[loud - 1000])
    reached = int(np.argmax(missing[loud:] < np.exp(-1)))
    # The window holds the least gain for 64 frames and its mean is 32 later.
    assert reached - 32 == pytest.approx(0.1 * RATE_HZ, abs=70)


def test_the_leveller_brings_two_speakers_to_one_level():
    rng = np.random.default_rng(5)
    loud, quiet = (10 ** (level / 20) * rng.standard_normal((2, 6 * RATE_HZ)) for level in (-12, -32))
    sound = np.concatenate((loud, quiet), axis=1).astype(np.float32)
    effect = effects.make("leveller", target_db=-20, window_s=0.5)
    out = through(effect, sound)
    late = effect.latency_frames
    for end in (6, 12):
        part = out[:, late + (end - 2) * RATE_HZ : min(late + end * RATE_HZ, out.shape[1])]
        assert db(rms(part)) == pytest.approx(-20, abs=0.3)
    assert effect.readings()["gain_db"] == pytest.approx(12, abs=0.3)


@pytest.mark.parametrize("rate_hz", [8_000, 44_100])
def test_the_levellers_hops_are_whole_ticks_at_every_rate(rate_hz):
    sound = 0.3 * np.random.default_rng(1).standard_normal((2, rate_hz // 2))
    whole = through(effects.make("leveller", rate_hz), sound)
    assert np.array_equal(through(effects.make("leveller", rate_hz), sound, 37), whole)


def test_the_leveller_leaves_its_hand_where_it_is_in_silence():
    rng = np.random.default_rng(6)
    speech = 0.02 * rng.standard_normal((2, 3 * RATE_HZ))
    hiss = 1e-4 * rng.standard_normal((2, 3 * RATE_HZ))
    effect = effects.make("leveller", target_db=-24, window_s=0.3, gate_db=-60)
    through(effect, speech.astype(np.float32))
    before = effect.readings()["gain_db"]
    through(effect, hiss.astype(np.float32))
    assert effect.readings()["gain_db"] == pytest.approx(before, abs=0.5)


def test_the_compander_there_and_back_is_the_sound():
    rng = np.random.default_rng(7)
    loud = np.where(np.arange(RATE_HZ) // 6000 % 2, 0.3, 0.003)
    sound = (loud * rng.standard_normal((2, RATE_HZ))).astype(np.float32)
    coded = through(effects.make("compander", mode="encode", amount_db=12), sound)
    assert null_db(coded, sound.astype(np.float64)) > -20  # the control: something was done in between
    back = through(effects.make("compander", mode="decode", amount_db=12), coded.astype(np.float32))
    assert null_db(back, sound.astype(np.float64)) < -100


def test_the_compander_takes_hiss_from_quiet_sound_and_lifts_no_loud_treble():
    rng = np.random.default_rng(8)
    knobs = {"amount_db": 10.0, "corner_hz": 1000.0}
    hiss = (1e-4 * rng.standard_normal((2, RATE_HZ))).astype(np.float32)
    left = through(effects.make("compander", mode="decode", **knobs), hiss)
    power = [np.abs(np.fft.rfft(x[0]))[6000:18_000] ** 2 for x in (left, hiss)]
    assert 10 * np.log10(power[0].sum() / power[1].sum()) == pytest.approx(-10, abs=0.6)
    for level_db, lifted_db in ((-70, 10), (-3, 0)):
        tone = _tone(8000, level_db)
        out = through(effects.make("compander", mode="encode", **knobs), tone)
        assert db(rms(out[:, -9600:]) / rms(tone[:, -9600:])) == pytest.approx(lifted_db, abs=0.8)
