import numpy as np
import pytest

from cext import effects
from tests.cext.sound import RATE_HZ, rms, through


def _tones(parts, seconds=1.2):
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    sound = sum(level * np.sin(2 * np.pi * hz * time_s) for hz, level in parts)
    return np.stack([sound, sound]).astype(np.float32)


def _sung(hz):
    return _tones([(hz * h, 0.1 / h) for h in range(1, 6)])


def _level(sound, hz):
    """Amplitude of one tone in the second half, by its projection."""
    cut = sound[len(sound) // 2 :]
    window = np.hanning(len(cut))
    wave = np.exp(-2j * np.pi * hz * np.arange(len(cut)) / RATE_HZ)
    return 2 * abs(np.sum(cut * window * wave)) / window.sum()


@pytest.mark.parametrize(
    ("sung_hz", "voices_hz"),
    [(261.63, (329.63, 392.0)), (293.66, (349.23, 440.0)), (246.94, (293.66, 349.23))],
)
def test_the_harmony_stays_in_the_key(sung_hz, voices_hz):
    # A third on C is major and one on D is minor: the voices are not a fixed interval above.
    out = through(effects.make("harmoniser", key="C", dry_db=-80, voices_db=0, spread=0), _sung(sung_hz))[0]
    for hz in voices_hz:
        assert _level(out, hz) > 0.05
        assert _level(out, hz * 2 ** (1 / 12)) < 0.02
    assert _level(out, sung_hz) < 0.005


def test_music_at_443_hz_is_found_and_moved_to_432_hz():
    chord = _tones([(443 * 2 ** (step / 12), 0.1) for step in (-5, 0, 4, 7)])
    effect = effects.make("retune_432", tuning="measured")
    out = through(effect, chord)[0]
    assert effect.readings()["tuning_hz"] == pytest.approx(443, abs=0.2)
    for step in (-5, 0, 4, 7):
        assert _level(out, 432 * 2 ** (step / 12)) == pytest.approx(0.1, rel=0.05)
        assert _level(out, 443 * 2 ** (step / 12)) < 0.003


def test_the_throat_moves_and_the_note_does_not():
    # Harmonics of 150 Hz under a formant at 1200 Hz: an octave down it stands at 600 Hz.
    parts = [(150 * h, 0.3 / (1 + ((150 * h - 1200) / 150) ** 2)) for h in range(1, 30)]
    out = through(effects.make("formant_shifter", formant_semitones=-12), _tones(parts))[0]
    levels = np.array([_level(out, 150 * h) for h in range(1, 30)])
    assert 150 * (1 + np.argmax(levels)) == pytest.approx(600, abs=150)
    assert max(_level(out, 150 * h + 75) for h in range(1, 20)) < 0.02 * levels.max()


@pytest.mark.parametrize(("knob", "ratio"), [("sub_1", 0.5), ("sub_2", 0.25), ("up", 2.0)])
def test_the_octaver_sings_octaves(knob, ratio):
    silent = {"sub_1": 0.0, "sub_2": 0.0, "up": 0.0, "dry": 0.0}
    out = through(effects.make("octaver", **{**silent, knob: 1.0}), _tones([(220.0, 0.3)]))[0]
    levels = {hz: _level(out, hz) for hz in (27.5, 55.0, 110.0, 220.0, 440.0, 880.0)}
    assert max(levels, key=lambda hz: levels[hz]) == 220.0 * ratio
    assert levels[220.0 * ratio] > 0.05


def test_a_stopping_tape_sinks_in_pitch_and_stands():
    effect = effects.make("tape_stop", machine="stops", stop_s=1.0)
    out = through(effect, _tones([(1000.0, 0.3)], 1.2))[0]

    def pitch_hz(at_s):
        cut = out[int(at_s * RATE_HZ) - 960 : int(at_s * RATE_HZ) + 960] * np.hanning(1920)
        return np.argmax(np.abs(np.fft.rfft(cut, 48_000)))

    # The speed falls evenly: half of it after half a second.
    assert pitch_hz(0.25) == pytest.approx(750, rel=0.02)
    assert pitch_hz(0.5) == pytest.approx(500, rel=0.02)
    assert pitch_hz(0.75) == pytest.approx(250, rel=0.03)
    assert rms(out[int(1.01 * RATE_HZ) :]) == 0.0


def test_a_tape_that_starts_again_is_live_when_it_has_its_speed():
    sound = _tones([(1000.0, 0.3)], 1.0)
    effect = effects.make("tape_stop", machine="stops", stop_s=0.1, start_s=0.2)
    through(effect, sound[:, :9600])
    effect.set("machine", "runs")
    out = through(effect, sound[:, 9600:])
    late = effect.latency_frames
    begin = 9600 + 64 + int(0.2 * RATE_HZ)
    assert np.allclose(out[:, begin - 9600 :], sound[:, begin - late : -late], atol=1e-6)
