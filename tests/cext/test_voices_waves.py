"""Waves and beats against the ideal: purity, aliases, exact frequency."""

import numpy as np
import pytest

from cext import voices
from tests.cext.sound import RATE_HZ, db, rms, voiced


def _fit(sound, frequency_hz, start=0):
    """The best-fitting pure tone's phase in turns, and what remains without it, in dB."""
    turns = 2 * np.pi * frequency_hz * (np.arange(len(sound)) + start) / RATE_HZ
    basis = np.stack([np.sin(turns), np.cos(turns)], axis=1)
    weights, *_ = np.linalg.lstsq(basis, sound, rcond=None)
    rest = db(rms(sound - basis @ weights) / rms(sound))
    return float(np.arctan2(weights[1], weights[0]) / (2 * np.pi)), rest


@pytest.mark.parametrize("frequency_hz", [20.0, 220.37, 1999.0])
def test_sine_is_purer_than_140_db_at_every_pitch(frequency_hz):
    sound = voiced(voices.make("sine", level=0.9, frequency_hz=frequency_hz), 2)
    assert _fit(sound[0], frequency_hz)[1] <= -140


@pytest.mark.parametrize("name", ["saw", "square", "triangle"])
def test_waves_with_edges_have_no_aliases_to_hear(name):
    frequency_hz = 4_999.7
    sound = voiced(voices.make(name, level=1.0, frequency_hz=frequency_hz), 2)[0]
    assert _worst_alias_db(sound, frequency_hz) < -100


def test_the_measure_of_aliases_hears_a_plain_saw():
    plain = 2 * (4_999.7 * np.arange(2 * RATE_HZ) / RATE_HZ % 1.0) - 1
    assert _worst_alias_db(plain, 4_999.7) > -40


def _worst_alias_db(sound, frequency_hz):
    """The loudest thing below 19 kHz that is no harmonic, relative to the loudest."""
    power = np.abs(np.fft.rfft(sound * np.kaiser(len(sound), 20)))
    hz = np.fft.rfftfreq(len(sound), 1 / RATE_HZ)
    away = np.abs(hz / frequency_hz - np.round(hz / frequency_hz)) * frequency_hz
    return db(power[(away > 40) & (hz < 19_000)].max() / power.max())


@pytest.mark.parametrize(
    ("name", "amplitude"),
    [
        ("saw", lambda n: 2 / (np.pi * n)),
        ("square", lambda n: 4 / (np.pi * n) if n % 2 else 0.0),
        ("triangle", lambda n: 8 / (np.pi * n) ** 2 if n % 2 else 0.0),
    ],
)
def test_harmonics_have_the_loudness_of_their_wave(name, amplitude):
    sound = voiced(voices.make(name, level=1.0, frequency_hz=480.0), 1.1)[0][-RATE_HZ:]
    found = 2 * np.abs(np.fft.rfft(sound)) / RATE_HZ
    for number in range(1, 30):
        assert found[480 * number] == pytest.approx(amplitude(number), abs=2e-3)


def test_a_binaural_pair_stands_half_a_beat_around_its_carrier():
    sound = voiced(voices.make("binaural", level=0.9, carrier_hz=200.0, beat_hz=10.0), 2)
    assert _fit(sound[0], 205.0)[1] <= -140
    assert _fit(sound[1], 195.0)[1] <= -140


def test_a_beat_keeps_its_frequency_to_a_hundredth_of_a_microhertz():
    # In 100 s an error of 0.01 uHz turns the phase by 1e-6 of a turn.
    voice = voices.make("binaural", level=1.0, carrier_hz=200.0, beat_hz=7.83)
    sound = voiced(voice, 101)
    for ear, frequency_hz in enumerate((203.915, 196.085)):
        early = _fit(sound[ear, :RATE_HZ], frequency_hz)[0]
        late = _fit(sound[ear, -RATE_HZ:], frequency_hz, 100 * RATE_HZ)[0]
        assert abs(late - early) / 100 < 1e-8


def test_a_monaural_beat_is_in_both_ears_alike():
    left, right = voiced(voices.make("monaural", level=1.0, carrier_hz=300.0, beat_hz=10.0), 1)
    time_s = np.arange(RATE_HZ) / RATE_HZ
    ideal = np.sin(2 * np.pi * 300 * time_s) * np.cos(2 * np.pi * 5 * time_s)
    assert np.array_equal(left, right)
    assert np.abs(left - ideal).max() < 1e-6


def test_an_isochronic_tone_is_open_for_its_duty_and_has_cosine_edges():
    wanted = {"carrier_hz": 1_000.0, "beat_hz": 4.0, "duty": 0.4, "edge": 0.2}
    sound = voiced(voices.make("isochronic", level=1.0, **wanted), 1)[0]
    share = np.arange(RATE_HZ) * 4.0 / RATE_HZ % 1.0
    slope = np.clip((0.2 - np.abs(share - 0.5)) / 0.2, -0.5, 0.5)
    gate = 0.5 + 0.5 * np.sin(np.pi * slope)
    ideal = gate * np.sin(2 * np.pi * 1_000 * np.arange(RATE_HZ) / RATE_HZ)
    assert np.abs(sound - ideal).max() < 1e-6


def test_a_beat_turned_while_it_sounds_neither_jumps_nor_clicks():
    voice = voices.make("binaural", level=1.0, carrier_hz=200.0, beat_hz=4.0)
    before = voiced(voice, 0.5)
    voice.set("beat_hz", 12.0)
    sound = np.concatenate((before, voiced(voice, 0.5)), axis=1)
    steps = np.abs(np.diff(sound, axis=1))
    assert steps.max() < 2 * np.pi * 207 / RATE_HZ
    assert _fit(sound[0, RATE_HZ * 3 // 5 :], 206.0)[1] < -140
