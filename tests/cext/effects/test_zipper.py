"""A knob on the move is heard as a sweep, never as a zipper: no more beside a tone than an ideal ramp makes.

The ideal is the same effect at eight times the rate, turned eight times as often: there a tick of 64 frames
is 0.17 ms, so steps from tick to tick would lie 18 dB lower, and kinks in a ramp 36 dB.
"""

import numpy as np
import pytest

from cext import effects
from tests.cext.sound import RATE_HZ, db

TONE_HZ = 997.0
BESIDE_HZ = 150.0
FINE = 8
WITHIN_DB = 3.0
NOT_HEARD_DB = -110.0
# One knob of every kind of loop that a knob reaches.
KNOBS = (
    ("gain", "gain_db"),
    ("volume", "level"),
    ("lowpass", "cutoff_hz"),
    ("lowpass", "resonance"),
    ("peak", "frequency_hz"),
    ("peak", "gain_db"),
    ("parametric_eq", "band5_hz"),
    ("butterworth", "cutoff_hz"),
    ("ladder", "cutoff_hz"),
    ("ladder", "drive_db"),
    ("comb", "frequency_hz"),
    ("formant", "vowel"),
    ("delay", "time_ms"),
    ("delay", "feedback"),
    ("tape_delay", "time_ms"),
    ("chorus", "depth_ms"),
    ("ensemble", "depth"),
    ("flanger", "delay_ms"),
    ("phaser", "centre_hz"),
    ("rotary_speaker", "doppler"),
    ("rotary_speaker", "width"),
    ("reverb", "decay_s"),
    ("plate", "damping"),
    ("freeverb", "room_size"),
    ("schroeder", "decay_s"),
    ("velvet_reverb", "decay_s"),
    ("gated_reverb", "high_cut_hz"),
    ("spring", "decay_s"),
    ("auto_wah", "sensitivity_db"),
    ("compressor", "threshold_db"),
    ("compressor", "makeup_db"),
    ("compander", "threshold_db"),
    ("multiband_gate", "low_hz"),
    ("multiband_gate", "middle_hz"),
    ("multiband_gate", "high_hz"),
    ("dynamic_eq", "frequency_1_hz"),
    ("dynamic_eq", "q_2"),
    ("overdrive", "drive_db"),
    ("pan", "pan"),
    ("widener", "width"),
)


def beside(sound, rate_hz):
    """The RMS of all that lies farther than 150 Hz from the tone, up to 20 kHz, dB."""
    at = np.arange(len(sound)) / len(sound)
    # Blackman and Harris's window: 92 dB down beside a tone.
    window = sum(a * np.cos(2 * np.pi * k * at) for k, a in enumerate((0.35875, -0.48829, 0.14128, -0.01168)))
    power = np.abs(np.fft.rfft(sound * window)) ** 2
    hz = np.fft.rfftfreq(len(sound), 1 / rate_hz)
    power = power[(np.abs(hz - TONE_HZ) > BESIDE_HZ) & (hz < 20_000)].sum()
    return db(np.sqrt(2 * power / np.sum(window**2) / len(sound)))


def swept(name, knob, fine=1, work=None):
    """What lies beside a tone while the knob goes a half of its way in half a second, dB."""
    rate_hz = fine * RATE_HZ
    effect = effects.make(name, rate_hz)
    row = next(row for row in effect.parameters if row.name == knob)
    before, frames = rate_hz // 4, rate_hz // 2
    late = effect.latency_frames
    tone = 0.25 * np.sin(2 * np.pi * TONE_HZ * np.arange(before + frames + late) / rate_hz)
    sound = np.stack([tone, tone]).astype(np.float32)

    def place(at):
        share = 0.25 + 0.5 * min(max((at - before) / frames, 0.0), 1.0)
        if row.curve == "log":
            return row.minimum * (row.maximum / row.minimum) ** share
        return row.minimum + share * (row.maximum - row.minimum)

    effect.set(knob, place(0))
    for at in range(0, sound.shape[1], 128):
        if at >= before:
            effect.set(knob, place(at))
        block = np.ascontiguousarray(sound[:, at : at + 128])
        effect.process(block) if work is None else work(block, place(at))
        sound[:, at : at + 128] = block
    return beside(sound[0, before + late :].astype(np.float64), rate_hz)


@pytest.mark.parametrize(("name", "knob"), KNOBS)
def test_a_moving_knob_is_heard_as_an_ideal_ramp_would_be(name, knob):
    heard = swept(name, knob)
    assert heard < NOT_HEARD_DB or heard < swept(name, knob, FINE) + WITHIN_DB


def test_a_gain_that_goes_in_steps_is_caught():
    """The control: set once a block, as a mixer without ramps would."""

    def stepped(block, gain_db):
        block *= np.float32(10 ** (gain_db / 20))

    assert swept("gain", "gain_db", work=stepped) > max(NOT_HEARD_DB, swept("gain", "gain_db", FINE)) + 20
