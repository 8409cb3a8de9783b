"""Instruments, synthesisers, textures and players do what they are named for."""

import numpy as np
import pytest

from cext import voices
from tests.cext.instruments import made, recording
from tests.cext.sound import RATE_HZ, db, rms, voiced


def _loudest_hz(sound):
    size = 1 << 18
    power = np.abs(np.fft.rfft(sound[: size // 2] * np.hanning(len(sound[: size // 2])), size))
    return float(np.fft.rfftfreq(size, 1 / RATE_HZ)[power.argmax()])


@pytest.mark.parametrize("frequency_hz", [55.0, 220.0, 987.77])
def test_a_string_is_in_tune_and_dies_in_its_time(frequency_hz):
    wanted = {"frequency_hz": frequency_hz, "decay_s": 2.0, "brightness": 0.3}
    sound = voiced(voices.make("pluck", level=1.0, **wanted), 2.5)[0]
    heard = _loudest_hz(sound)
    number = round(heard / frequency_hz)
    assert abs(1200 * np.log2(heard / number / frequency_hz)) < 8
    # The fundamental itself, by its own narrow measure, half a decay apart: 30 dB.
    turns = np.exp(-2j * np.pi * frequency_hz * np.arange(RATE_HZ // 4) / RATE_HZ)
    levels = [
        db(abs(np.mean(sound[at : at + RATE_HZ // 4] * turns))) for at in (RATE_HZ // 2, RATE_HZ * 3 // 2)
    ]
    assert levels[0] - levels[1] == pytest.approx(30.0, abs=4.0)


def test_a_bowl_rings_at_its_pitch_and_beats():
    sound = voiced(made("bowl", level=1.0, frequency_hz=200.0, beat_hz=2.0, width=0.0, hardness=0.2), 4)[0]
    assert _loudest_hz(sound) == pytest.approx(200.0, abs=1.5)
    frames = RATE_HZ // 20
    envelope = np.array([rms(sound[at : at + frames]) for at in range(0, 3 * RATE_HZ, frames)])
    valleys = (envelope[1:-1] < envelope[:-2]) & (envelope[1:-1] < envelope[2:])
    assert valleys.sum() == 6


def test_a_bell_has_its_hum_its_tierce_and_its_nominal():
    sound = voiced(made("bell", level=1.0, frequency_hz=400.0, beat_hz=0.0), 1)[0]
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    floor = np.median(power)
    for hz in (200, 400, 480, 600, 800):
        assert db(power[hz] / floor) > 40


@pytest.mark.parametrize("name", ["kick", "snare", "hat", "pluck", "bowl"])
def test_strokes_fall_on_the_beat_to_the_frame(name):
    voice = made(name, level=1.0, pace_bpm=240.0, decay_s=0.1 if name != "bowl" else 0.2)
    sound = np.abs(voiced(voice, 1.01)[0])
    beat = RATE_HZ // 4
    for number in range(1, 4):
        at = number * beat
        before, after = sound[at - 400 : at].max(), sound[at : at + 400].max()
        assert after > 3 * before, number
        # The first new sample is there within two frames of the beat.
        assert np.argmax(sound[at - 4 : at + 64] > 1.5 * before + 1e-6) <= 4 + 20


def test_a_stroke_by_hand_is_heard_and_rests_otherwise():
    voice = made("kick", level=1.0, decay_s=0.05)
    voiced(voice, 1)
    assert rms(voiced(voice, 0.1)) < 1e-4
    voice.set("strike", 0.8)
    assert rms(voiced(voice, 0.1)) > 0.05


@pytest.mark.parametrize("name", ["supersaw", "wavetable", "additive", "fm"])
def test_synthesisers_are_in_tune(name):
    values = {"supersaw": {"mix": 0.0}, "fm": {"index": 0.3}}.get(name, {})
    sound = voiced(made(name, level=1.0, frequency_hz=441.0, **values), 3)[0]
    assert _loudest_hz(sound) == pytest.approx(441.0, abs=0.3)


def test_additive_partials_fall_by_their_tilt():
    sound = voiced(made("additive", level=1.0, frequency_hz=200.0, tilt_db=-12.0, partials=8.0), 1)[0]
    power = np.abs(np.fft.rfft(sound))
    assert db(power[400] / power[200]) == pytest.approx(-12.0, abs=0.1)
    assert db(power[1600] / power[200]) == pytest.approx(-36.0, abs=0.1)
    assert db(power[1800] / power[200]) < -90


def test_fm_sidebands_are_bessel_functions():
    sound = voiced(made("fm", level=1.0, frequency_hz=1_000.0, ratio=0.25, index=1.0), 1)[0]
    power = 2 * np.abs(np.fft.rfft(sound)) / RATE_HZ
    assert power[1_000] == pytest.approx(0.7652, abs=1e-3)
    assert power[1_250] == pytest.approx(0.4401, abs=1e-3)
    assert power[1_500] == pytest.approx(0.1149, abs=1e-3)


def test_the_endless_glissando_ends_where_it_began():
    # One octave a minute at 12 a minute: after 5 s it sounds as at first, an octave of partials further on.
    voice = made("risset", level=1.0, rate_octaves=12.0)
    sound = voiced(voice, 10.5)[0]

    def spectrum(at):
        part = sound[at : at + RATE_HZ // 4] * np.hanning(RATE_HZ // 4)
        return np.abs(np.fft.rfft(part))

    first, later, half = spectrum(0), spectrum(5 * RATE_HZ), spectrum(RATE_HZ * 5 // 2)
    assert np.corrcoef(first, later)[0, 1] > 0.95
    assert np.corrcoef(first, half)[0, 1] < 0.8
    steps = np.abs(np.diff(sound))
    assert steps.max() < 8 * rms(steps)


def test_waves_of_the_sea_come_and_go():
    sound = voiced(made("ocean", level=1.0, period_s=4.0), 20)[0]
    levels = [rms(sound[at : at + RATE_HZ // 4]) for at in range(0, len(sound), RATE_HZ // 4)]
    assert max(levels) > 2.5 * min(levels)


def test_more_rain_is_denser():
    few = voiced(made("rain", level=1.0, drops_hz=2.0, bed=0.0), 5)
    many = voiced(made("rain", level=1.0, drops_hz=200.0, bed=0.0), 5)
    assert rms(many) > 4 * rms(few)


def test_a_loop_plays_what_it_was_given_and_comes_round_without_a_seam():
    sound = recording()
    heard = voiced(made("loop", level=1.0, sound=sound, crossfade_ms=0.0), 1.2)
    assert np.array_equal(heard[:, : sound.shape[1]].astype(np.float32), sound)
    assert np.array_equal(heard[:, sound.shape[1] : 2 * sound.shape[1]].astype(np.float32), sound)
    ramp = np.linspace(-1, 1, 24_000, dtype=np.float32)
    joined = voiced(made("loop", level=1.0, sound=ramp, crossfade_ms=50.0), 2)[0]
    assert np.abs(np.diff(joined)).max() < 0.002


def test_a_loop_at_twice_the_speed_is_an_octave_higher():
    tone = np.sin(2 * np.pi * 300 * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)
    assert _loudest_hz(voiced(made("loop", level=1.0, sound=tone, speed=2.0), 1)[0]) == pytest.approx(
        600, abs=1
    )
    slow = made("loop", level=1.0, sound=tone[: RATE_HZ // 2], sound_rate_hz=RATE_HZ / 2)
    assert _loudest_hz(voiced(slow, 1)[0]) == pytest.approx(150, abs=1)


def test_grains_keep_the_pitch_they_are_given():
    tone = np.sin(2 * np.pi * 300 * np.arange(2 * RATE_HZ) / RATE_HZ).astype(np.float32)
    grains = made("granular", level=1.0, sound=tone, pitch=12.0, grain_ms=300.0, spray=0.4)
    assert _loudest_hz(voiced(grains, 3)[0]) == pytest.approx(600, abs=5)
