"""Taps, alignment and tape against arithmetic and the spectra they must keep or lose."""

import numpy as np
import pytest

from cext import effects
from tests.cext.effects.probe import RATE_HZ, click, gain_db, heard, response, settled, tone


def test_taps_fall_on_the_tempo_with_their_levels_and_places():
    levels = {f"level_{k + 1}": 0.1 * (k + 1) for k in range(8)}
    pans = {f"pan_{k + 1}": -1 + k / 3.5 for k in range(8)}
    out = heard(
        "multi_tap_delay", click(30000), tempo_bpm=200, grid="1/32", mix=1, feedback=0, **levels, **pans
    )
    for k in range(8):
        place = round((k + 1) * 60 / 200 / 8 * RATE_HZ)
        pan = -1 + k / 3.5
        assert out[0, place] == pytest.approx(0.1 * (k + 1) * min(1, 1 - pan), abs=1e-6)
        assert out[1, place] == pytest.approx(0.1 * (k + 1) * min(1, 1 + pan), abs=1e-6)
    assert np.count_nonzero(np.abs(out).max(axis=0) > 1e-6) == 8


def test_the_last_tap_goes_round_whatever_its_level():
    out = heard("multi_tap_delay", click(35000), tempo_bpm=240, grid="1/32", mix=1, feedback=0.5, level_8=0)
    first, again = round(0.25 / 8 * RATE_HZ), round(0.25 / 8 * RATE_HZ) + round(0.25 * RATE_HZ)
    assert out[0, again] == pytest.approx(0.5 * out[0, first])


@pytest.mark.parametrize("late_ms", [0.0, 0.01, 0.3337, 10.0, 123.456])
def test_an_aligned_ear_is_late_by_exactly_that_and_otherwise_untouched(late_ms):
    frames = 1 << 14
    out = heard("align_delay", click(frames), left_ms=late_ms, right_ms=0)
    latency = effects.make("align_delay").latency_frames
    hz = np.fft.rfftfreq(frames, 1 / RATE_HZ)
    ideal = np.exp(-2j * np.pi * hz * (latency / RATE_HZ + late_ms / 1000))
    error = np.abs(np.fft.rfft(out[0]) - ideal)[hz < 20000]
    assert error.max() < 0.0012  # 0.01 dB
    assert list(np.flatnonzero(out[1])) == [latency]


def _tape(**parameters):
    quiet = {"wow": 0, "flutter": 0, "drive_db": -12, "feedback": 0, "mix": 1, "time_ms": 20}
    return {**quiet, **parameters}


def test_tape_dulls_each_round_by_its_two_cuts():
    hz, gain = response("tape_delay", **_tape(high_cut_hz=3000, low_cut_hz=200, drive_db=-12), frames=1 << 15)
    turn = np.exp(-2j * np.pi * hz / RATE_HZ)
    low = 1 - np.exp(-2 * np.pi * 3000 / RATE_HZ)
    bass = 1 - np.exp(-2 * np.pi * 200 / RATE_HZ)
    wanted = low / (1 - (1 - low) * turn) * (1 - bass / (1 - (1 - bass) * turn))
    band = (hz > 30) & (hz < 20000)
    saturated = np.abs(gain[band]) / np.abs(wanted[band])
    # A click of full scale is softened a little by the tape, at every pitch alike.
    assert 20 * np.log10(saturated / saturated.mean()) == pytest.approx(0, abs=0.01)


def test_tape_curve_is_the_one_it_names():
    sound = tone(500, 0.2, 0.7)
    out = settled(effects.make("tape_delay", **_tape(drive_db=6, high_cut_hz=20000, low_cut_hz=10)), sound)
    x = 10 ** (6 / 20) * sound[0, 4800:].astype(np.float64)
    wanted = x * (27 + x**2) / (27 + 9 * x**2) / 10 ** (6 / 20)
    harmonics = [np.abs(np.fft.rfft(row))[[50, 150, 250]] for row in (out, wanted)]
    # The loop's one-pole takes its known share of each harmonic.
    low = 1 - np.exp(-2 * np.pi * 20000 / RATE_HZ)
    turn = np.exp(-2j * np.pi * np.array([500, 1500, 2500]) / RATE_HZ)
    assert harmonics[0] == pytest.approx(harmonics[1] * np.abs(low / (1 - (1 - low) * turn)), rel=2e-3)


def test_wow_bends_the_pitch_by_one_percent_at_most():
    out = heard("tape_delay", tone(1000, 4.0, 0.1), **_tape(wow=1, time_ms=50))[0, RATE_HZ:]
    spectrum = np.fft.fft(out * np.hanning(len(out)))
    spectrum[len(spectrum) // 2 :] = 0
    phase = np.unwrap(np.angle(np.fft.ifft(spectrum)))[14400:-14400:480]
    bent = np.diff(phase) / (2 * np.pi * 10) - 1
    assert np.abs(bent).max() == pytest.approx(0.01, rel=0.03)


def test_tape_sings_without_end_and_without_harm():
    effect = effects.make("tape_delay", time_ms=30, feedback=1.2, mix=1, drive_db=6)
    level = [np.abs(settled(effect, 0.3 * tone(440, 0.5) * (n < 1))).max() for n in range(8)]
    assert level[-1] > 0.1
    assert max(level) < 1.5
    assert gain_db(np.array(level[-1]), np.array(level[-2])) == pytest.approx(0, abs=1.5)
