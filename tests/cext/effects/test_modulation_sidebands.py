"""Vibrato, shifters, ring and rotor by the spectra they make."""

import numpy as np
import pytest

from cext import effects
from tests.cext.effects.probe import RATE_HZ, click, gain_db, heard, tone

FRAMES = 1 << 15


def _partials(sound):
    """Levels in dB of a full-scale sine, a bin is RATE_HZ / FRAMES; the tones here stand on bins."""
    spectrum = np.abs(np.fft.rfft(sound[-FRAMES:] * np.blackman(FRAMES))) / (0.21 * FRAMES)
    return 20 * np.log10(np.maximum(spectrum, 1e-10))


def _on_bin(hz):
    return round(hz * FRAMES / RATE_HZ) * RATE_HZ / FRAMES


@pytest.mark.parametrize("shift_hz", [-450.0, 0.0, 123.0, 2000.0])
@pytest.mark.parametrize("tone_hz", [60.0, 997.0, 15000.0])
def test_a_shifter_moves_a_tone_and_leaves_no_image(tone_hz, shift_hz):
    tone_hz, shift_hz = _on_bin(tone_hz), _on_bin(shift_hz)
    out = _partials(heard("frequency_shifter", tone(tone_hz, 1.5), shift_hz=shift_hz)[0])
    bin_hz = RATE_HZ / FRAMES
    wanted = round(abs(tone_hz + shift_hz) / bin_hz)
    image = round(abs(tone_hz - shift_hz) / bin_hz)
    assert out[wanted] == pytest.approx(0, abs=0.1)
    if image != wanted:
        assert out[image] < -70
    out[max(wanted - 3, 0) : wanted + 4] = -200
    assert out.max() < -70


def test_a_shifter_can_turn_the_ears_apart():
    out = heard("frequency_shifter", tone(_on_bin(1000), 1.5), shift_hz=_on_bin(100), right_ear="opposite")
    places = [round(hz * FRAMES / RATE_HZ) for hz in (1000, 100)]
    assert [_partials(ear).argmax() for ear in out] == [sum(places), places[0] - places[1]]


@pytest.mark.parametrize("speed_hz", [0.5, -0.5])
def test_the_notches_of_a_barber_pole_move_one_way_for_ever(speed_hz):
    """A click every quarter of a second: the notch near 3 kHz has moved on by the same number of hertz."""
    effect = effects.make("barber_pole", RATE_HZ, speed_hz=speed_hz, delay_ms=1, feedback=0, mix=1)
    notches = []
    for _ in range(8):
        block = click(RATE_HZ // 4)
        effect.process(block)
        level = np.abs(np.fft.rfft(block[0].astype(np.float64)))
        # The delay of 1 ms puts a notch every 1000 Hz; follow the one between 3 and 4 kHz.
        notches.append(4 * (level[3000 // 4 : 4000 // 4].argmin()) + 3000)
    moves = (np.diff(notches) + 500) % 1000 - 500
    assert np.abs(moves - 125 * np.sign(speed_hz)).max() <= 12


def test_a_ring_modulator_makes_sum_and_difference_only():
    carrier_hz, tone_hz = _on_bin(440), _on_bin(1000)
    out = _partials(heard("ring_modulator", tone(tone_hz, 1.5), frequency_hz=carrier_hz)[0])
    for hz in (tone_hz - carrier_hz, tone_hz + carrier_hz):
        place = round(hz * FRAMES / RATE_HZ)
        assert out[place] == pytest.approx(-6.02, abs=0.05)
        out[place - 3 : place + 4] = -200
    assert out.max() < -90


def test_a_sum_above_half_the_rate_does_not_fold_back():
    carrier_hz, tone_hz = _on_bin(7000), _on_bin(19500)
    out = _partials(heard("ring_modulator", tone(tone_hz, 1.5), frequency_hz=carrier_hz)[0])
    assert out[round((tone_hz - carrier_hz) * FRAMES / RATE_HZ)] == pytest.approx(-6.02, abs=0.1)
    assert out[round((RATE_HZ - tone_hz - carrier_hz) * FRAMES / RATE_HZ)] < -75


@pytest.mark.parametrize("cents", [10.0, 50.0])
def test_a_vibrato_bends_by_its_cents(cents):
    out = heard("vibrato", tone(1000, 2.0), depth_cents=cents, speed_hz=5)[0] * np.hanning(2 * RATE_HZ)
    spectrum = np.fft.fft(out)
    spectrum[len(spectrum) // 2 :] = 0
    phase = np.unwrap(np.angle(np.fft.ifft(spectrum)))[24000:-24000:48]
    bent = 1200 * np.log2(np.diff(phase) / (2 * np.pi))
    assert bent.max() == pytest.approx(cents, rel=0.02)
    assert bent.min() == pytest.approx(1200 * np.log2(2 - 2 ** (cents / 1200)), rel=0.02)


def test_a_flanger_through_zero_cancels_where_the_machines_meet():
    """The wave begins in the middle, so the first frames out are sound minus itself."""
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (2, 48000)).astype(np.float32)
    late = effects.make("through_zero_flanger").latency_frames
    minus = heard("through_zero_flanger", noise, speed_hz=0.05, depth_ms=0.5)
    plus = heard("through_zero_flanger", noise, speed_hz=0.05, depth_ms=0.5, polarity="plus")
    assert gain_db(minus[0, late : late + 32], noise[0, :32]) < -12
    assert gain_db(minus[0, 4800:], noise[0]) > -6
    assert np.abs((minus + plus)[0, late:] - noise[0, :-late]).max() < 1e-6


def test_a_rotor_at_rest_passes_every_frequency_alike():
    options = {"speed": "stop", "tremolo": 0, "doppler": 0, "width": 0}
    level = np.abs(np.fft.rfft(heard("rotary_speaker", click(1 << 14), **options)[0]))
    assert 20 * np.log10(level[1:]) == pytest.approx(0, abs=1e-3)


def test_a_horn_comes_and_goes_by_its_radius():
    """At 6.67 turns a second a mouth 19 cm from the axis moves at 8 m/s: 2.3 % of the pitch."""
    out = heard("rotary_speaker", tone(4000, 4.0), tremolo=0, start_s=0.1, balance=1)[0, 2 * RATE_HZ :]
    spectrum = np.fft.fft(out * np.hanning(len(out)))
    spectrum[len(spectrum) // 2 :] = 0
    phase = np.unwrap(np.angle(np.fft.ifft(spectrum)))[24000:-24000:48]
    bent = np.diff(phase) / (2 * np.pi * 4) - 1
    speed = 2 * np.pi * 6.67 * 0.19 / 343
    assert bent.max() == pytest.approx(speed, rel=0.02)
    assert bent.min() == pytest.approx(-speed, rel=0.02)


def test_a_rotor_takes_its_time():
    effect = effects.make(
        "rotary_speaker", RATE_HZ, speed="slow", start_s=1.0, doppler=0, tremolo=1, balance=0
    )
    sound = tone(100, 1.0)
    effect.process(sound.copy())
    effect.set("speed", "fast")
    crossings = []
    for _ in range(12):
        block = sound.copy()
        effect.process(block)
        level = np.abs(block[0]).reshape(-1, 480).max(axis=1)
        level -= level.mean()
        crossings.append(int(np.sum(level[1:] * level[:-1] < 0)))
    # The drum's time constant is four seconds: slower after one second than after ten.
    assert crossings[0] < crossings[3] < crossings[-1]
    assert crossings[-1] in (10, 11, 12)
