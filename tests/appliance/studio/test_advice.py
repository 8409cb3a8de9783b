"""The analyser finds what was done to a sound, turns it back, and says why."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from appliance.studio.advice import Advice, Heard, advise
from appliance.studio.loudness import Loudness
from appliance.studio.mix import chain
from appliance.studio.sliders import Sliders
from appliance.studio.spectrum import Listener, content
from cext import effects
from cext.loudness import Meter
from tests.appliance.studio.sounds import RATE_HZ, tone

SECONDS = 6.0


def heard(sound: NDArray[np.float32]) -> Heard:
    meter = Meter(RATE_HZ, 2)
    meter.feed(sound)
    return Heard(Loudness.of(meter), content([sound], RATE_HZ))


def usual(seed: int = 1, level: float = 0.05) -> NDArray[np.float32]:
    """Noise with the balance of records: third octaves level, then 2 and 4 dB an octave down."""
    frames = int(SECONDS * RATE_HZ)
    random = np.random.default_rng(seed)
    hz = np.maximum(20.0, np.fft.rfftfreq(frames, 1 / RATE_HZ))
    fall_db = 2.0 * np.log2(np.clip(hz, 100.0, 4_000.0) / 100.0) + 4.0 * np.log2(
        np.maximum(hz, 4_000.0) / 4_000.0
    )
    shape = 10 ** (-fall_db / 20) / np.sqrt(hz)
    wave = np.fft.irfft(np.fft.rfft(random.standard_normal((2, frames))) * shape, frames)
    return (level * wave / wave.std()).astype(np.float32)


def voice(level: float = 0.05) -> NDArray[np.float32]:
    return sum(tone(SECONDS, 200.0 * k, level / k) for k in range(1, 12))  # type: ignore[return-value]


def turned(name: str, sound: NDArray[np.float32], **values: float) -> NDArray[np.float32]:
    changed = sound.copy()
    effects.make(name, **values).process(changed)
    return changed


def said(advice: Advice, words: str) -> bool:
    return any(words in reason for reason in advice.reasons)


def test_a_balanced_sound_is_left_alone() -> None:
    advice = advise(heard(usual()), None, Sliders())
    assert advice.sliders == Sliders()
    assert said(advice, "nothing was turned")


@pytest.mark.parametrize(
    ("slider", "name", "effect", "values"),
    [
        ("eq_low", "bass", "low_shelf", {"frequency_hz": 200.0}),
        ("eq_mid", "middle", "peak", {"frequency_hz": 1_500.0, "q": 0.7}),
        ("eq_high", "treble", "high_shelf", {"frequency_hz": 5_000.0}),
    ],
)
@pytest.mark.parametrize("gain_db", [-8.0, 8.0])
def test_too_much_or_too_little_of_a_band_is_turned_back(
    slider: str, name: str, effect: str, values: dict[str, float], gain_db: float
) -> None:
    spoilt = turned(effect, usual(), gain_db=gain_db, **values)
    advice = advise(heard(spoilt), None, Sliders())
    step = getattr(advice.sliders, slider)
    assert np.sign(step) == -np.sign(gain_db)
    assert 2.0 < abs(step) <= 6.0
    assert said(advice, f"the {name} is")
    mended = spoilt.copy()
    chain(advice.sliders, RATE_HZ).process(mended)
    assert _distance_db(mended[:, 4_800:]) < _distance_db(spoilt)


def _distance_db(sound: NDArray[np.float32]) -> float:
    """How far the balance is from that of records."""
    plain, found = content([usual()], RATE_HZ), content([sound], RATE_HZ)
    bands = [(50.0, 180.0), (200.0, 800.0), (900.0, 2_500.0), (6_000.0, 16_000.0)]
    away = np.array([found.band_db(*band) - plain.band_db(*band) for band in bands])
    return float(np.std(away))


def test_high_peaks_ask_for_compression() -> None:
    sound = usual()
    sound[:, ::12_000] = 0.9
    advice = advise(heard(sound), None, Sliders())
    assert advice.sliders.compression > 0.3
    assert said(advice, "peaks stand")


@pytest.mark.parametrize(("gain_db", "expected"), [(-12.0, 12.0), (6.0, -6.0)])
def test_a_voice_is_put_in_its_place_over_the_beat(gain_db: float, expected: float) -> None:
    beat = heard(usual())
    sung = voice()
    over = heard(sung).loudness.integrated_lufs - beat.loudness.integrated_lufs  # type: ignore[operator]
    placed = (sung * 10 ** ((-2.0 - over + gain_db) / 20)).astype(np.float32)
    advice = advise(beat, heard(placed), Sliders())
    assert advice.sliders.vocal_gain == pytest.approx(expected, abs=0.1)


def test_sharp_s_sounds_ask_for_a_de_esser_and_soft_ones_do_not() -> None:
    hiss = turned("highpass", usual(3, 0.5), cutoff_hz=5_000.0)
    at = (np.arange(hiss.shape[1]) / RATE_HZ) % 1.0 < 0.12
    sharp = (voice() + 3.0 * hiss * at).astype(np.float32)
    assert advise(heard(usual()), heard(sharp), Sliders()).sliders.deess_amount > 0.2
    assert advise(heard(usual()), heard(voice()), Sliders()).sliders.deess_amount == 0.0


def test_rumble_under_a_voice_asks_for_a_high_pass() -> None:
    rumbling = (voice() + tone(SECONDS, 45.0, 0.2)).astype(np.float32)
    advice = advise(heard(usual()), heard(rumbling), Sliders())
    assert advice.sliders.hpf_hz == 90.0


def test_clipping_opposite_ears_and_silence_are_told_and_nothing_is_turned() -> None:
    clipped = np.clip(20 * usual(), -1.0, 1.0).astype(np.float32)
    assert said(advise(heard(clipped), None, Sliders()), "clipped in")
    against = usual()
    against[1] = -against[0]
    assert said(advise(heard(against), None, Sliders()), "against each other")
    silent = advise(heard(np.zeros((2, RATE_HZ), np.float32)), None, Sliders())
    assert silent.sliders == Sliders()
    assert said(silent, "silent")


def test_what_is_nearly_mono_gets_room() -> None:
    mono = usual()
    mono[1] = mono[0]
    assert advise(heard(mono), None, Sliders()).sliders.reverb == 0.1


def test_content_does_not_depend_on_how_it_comes_in_blocks() -> None:
    sound = np.clip(4 * usual(), -1.0, 1.0).astype(np.float32)[:, :50_000] * 3
    sound = np.clip(sound, -1.0, 1.0)
    whole, cut = content([sound], RATE_HZ), Listener(RATE_HZ)
    for at in range(0, 50_000, 777):
        cut.feed(sound[:, at : at + 777])
    assert cut.content().clipped == whole.clipped > 10
    assert cut.content().power == pytest.approx(whole.power, rel=1e-5)
    assert cut.content().crest_db == pytest.approx(whole.crest_db, abs=1e-4)
