import numpy as np
import pytest

from cext import effects
from tests.cext.sound import RATE_HZ, db, rms, through

TIME_S = np.arange(RATE_HZ) / RATE_HZ


def _voice(hz):
    """Harmonics under a formant at 700 Hz."""
    return sum(
        (0.2 * np.exp(-(((hz * h - 700) / 400) ** 2)) + 0.05 / h) * np.sin(2 * np.pi * hz * h * TIME_S)
        for h in range(1, 20)
    )


def _out(name, sound, **values):
    effect = effects.make(name, **values)
    late = effect.latency_frames
    both = np.pad(np.stack([sound, sound]), ((0, 0), (0, late))).astype(np.float32)
    return through(effect, both)[0, late:], effect


def _pitch_hz(sound):
    """By the highest peak of the autocorrelation of 8192 frames, with a parabola over it."""
    cut = sound[16_000:24_192] * np.hanning(8192)
    r = np.fft.irfft(np.abs(np.fft.rfft(cut, 16_384)) ** 2)
    k = 40 + np.argmax(r[40:800])
    return RATE_HZ / (k + 0.5 * (r[k - 1] - r[k + 1]) / (r[k - 1] - 2 * r[k] + r[k + 1]))


@pytest.mark.parametrize("hz", [110.0, 203.3])
@pytest.mark.parametrize("semitones", [4.0, -5.0])
def test_a_voice_moves_by_its_interval_and_keeps_its_throat(hz, semitones):
    out, _ = _out("psola", _voice(hz), semitones=semitones)
    wanted = hz * 2 ** (semitones / 12)
    assert _pitch_hz(out) == pytest.approx(wanted, rel=0.001)
    level = np.abs(np.fft.rfft(out[12_000:36_000] * np.blackman(24_000))) ** 2
    at = np.fft.rfftfreq(24_000, 1 / RATE_HZ)
    off = np.abs((at + wanted / 2) % wanted - wanted / 2) > 12
    assert 10 * np.log10(level[off & (at > 40)].sum() / level.sum()) < -45
    near = (at > 350) & (at < 1500)
    assert np.sum(at[near] * level[near]) / level[near].sum() == pytest.approx(700, abs=70)


def test_sound_without_a_pitch_goes_through_unchanged():
    noise = 0.1 * np.random.default_rng(1).standard_normal(RATE_HZ)
    out, _ = _out("psola", noise)
    assert db(rms((out - noise)[8000:-8000]) / rms(noise)) < -120


@pytest.mark.parametrize(
    ("sung_hz", "note_hz", "values"),
    [
        (447.0, 440.0, {}),
        (215.0, 220.0, {}),
        (270.0, 261.63, {}),
        (280.0, 277.18, {"scale": "chromatic"}),
        (280.0, 293.66, {"key": "C"}),
    ],
)
def test_a_voice_beside_the_note_is_put_onto_the_nearest_of_the_scale(sung_hz, note_hz, values):
    out, _ = _out("pitch_correction", _voice(sung_hz), **values)
    assert _pitch_hz(out) == pytest.approx(note_hz, rel=0.001)


@pytest.mark.parametrize("hz", [85.0, 147.3, 523.0, 950.0])
def test_the_pitch_that_is_heard_is_the_one_that_is_sung(hz):
    effect = effects.make("pitch_correction")
    through(effect, np.stack([_voice(hz)] * 2).astype(np.float32))
    assert effect.readings()["pitch_hz"] == pytest.approx(hz, rel=0.001)
    through(effect, 0.1 * np.random.default_rng(1).standard_normal((2, 24_000)).astype(np.float32))
    assert effect.readings()["pitch_hz"] == 0.0
