"""What an engineer would turn first, and why, sentence by sentence: rules over measured figures, no guesses.

The balance is held against the mean of commercial records: third octaves level below 100 Hz, 2 dB an octave
down to 4 kHz, 4 dB an octave above (after P. Pestana et al., "Spectral Characteristics of Popular Commercial
Recordings 1950-2010", AES 135 (2013), which gives 5 dB an octave per hertz from 100 Hz to 4 kHz).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from appliance.studio.loudness import Loudness
from appliance.studio.sliders import ROWS, Sliders
from appliance.studio.spectrum import Content

# slider, what people call it, from, to.
_BANDS = (
    ("eq_low", "bass", 50.0, 180.0),
    ("eq_mid", "middle", 900.0, 2_500.0),
    ("eq_high", "treble", 6_000.0, 16_000.0),
)
_WHOLE_HZ = (100.0, 8_000.0)
_BALANCE_ROOM_DB = 1.5  # what nobody would correct
_NOTHING_THERE_DB = -20.0  # a band this empty has nothing to lift
_BALANCE_SHARE = 0.6  # of the difference, so that a piece keeps its character
_VOICE_OVER_BEAT_LU = -2.0
_VOICE_ROOM_LU = 1.0
_PEAKS_OVER_LOUDNESS_DB = 14.0
_HISS_DB = -8.0
_RUMBLE_DB = -6.0
_MUD_DB = 3.0


@dataclass(frozen=True)
class Heard:
    """One sound, measured both ways."""

    loudness: Loudness
    content: Content


@dataclass(frozen=True)
class Advice:
    """Sliders to begin with, and a sentence for each that was moved or cannot be helped by one."""

    sliders: Sliders
    reasons: tuple[str, ...]


def advise(beat: Heard, voice: Heard | None, from_here: Sliders) -> Advice:
    """Suggest sliders for a song, or for a beat and a voice, beginning from where they stand."""
    found = dict[str, float]()
    reasons: list[str] = []
    rules = [_balance(beat.content), _dynamics(beat), _width(beat, from_here), _faults("the music", beat)]
    if voice is not None:
        rules += [_together(beat, voice), _voice(voice), _faults("the voice", voice)]
    for rule in rules:
        for slider, value, why in rule:
            reasons.append(why)
            if slider:
                found[slider] = _limited(slider, getattr(from_here, slider) + value)
    if not reasons:
        reasons.append("balance, peaks and width are where most records have them: nothing was turned")
    return Advice(replace(from_here, **found), tuple(reasons))


Step = tuple[str, float, str]


def _balance(content: Content) -> Iterator[Step]:
    if content.power.sum() <= 0.0:
        return
    whole = content.band_db(*_WHOLE_HZ) - _usual_db(*_WHOLE_HZ)
    for slider, name, low_hz, high_hz in _BANDS:
        if high_hz > content.frequencies_hz[-1]:
            continue
        over = content.band_db(low_hz, high_hz) - _usual_db(low_hz, high_hz) - whole
        if abs(over) > _BALANCE_ROOM_DB and over > _NOTHING_THERE_DB:
            step = float(np.clip(-_BALANCE_SHARE * over, -6.0, 6.0))
            side = "above" if over > 0 else "below"
            yield (
                slider,
                step,
                f"the {name} is {abs(over):.1f} dB {side} the usual balance: {slider} {step:+.1f} dB",
            )
    mud = content.band_db(200.0, 450.0) - _usual_db(200.0, 450.0) - whole
    if mud > _MUD_DB:
        yield (
            "",
            0.0,
            f"there is {mud:.1f} dB of mud from 200 to 450 Hz: thin out the low voices of the piece",
        )


def _dynamics(heard: Heard) -> Iterator[Step]:
    loudness = heard.loudness
    if loudness.integrated_lufs is None or loudness.true_peak_dbtp is None:
        return
    over = loudness.true_peak_dbtp - loudness.integrated_lufs
    if over > _PEAKS_OVER_LOUDNESS_DB:
        step = min(0.8, (over - _PEAKS_OVER_LOUDNESS_DB) / 10.0)
        yield "compression", step, f"peaks stand {over:.1f} dB above the loudness: compression +{step:.2f}"


def _width(heard: Heard, sliders: Sliders) -> Iterator[Step]:
    content = heard.content
    if content.power.sum() <= 0.0:
        return
    if content.correlation < -0.2:
        yield (
            "",
            0.0,
            (
                f"left and right are against each other (correlation {content.correlation:.2f}): "
                "on one loudspeaker it will all but vanish; swap the polarity of one channel"
            ),
        )
    elif content.side_db < -25.0 and sliders.reverb == 0.0:
        yield "reverb", 0.1, "it is nearly mono: a little echo (reverb +0.10) gives it room"


def _faults(name: str, heard: Heard) -> Iterator[Step]:
    if heard.content.clipped:
        yield (
            "",
            0.0,
            (
                f"{name} is clipped in {heard.content.clipped} places: "
                "record it again with less level; no slider mends that"
            ),
        )
    if heard.loudness.integrated_lufs is None:
        yield "", 0.0, f"{name} is silent or too short to be measured"


def _together(beat: Heard, voice: Heard) -> Iterator[Step]:
    low, high = beat.loudness.integrated_lufs, voice.loudness.integrated_lufs
    if low is None or high is None:
        return
    over = high - low - _VOICE_OVER_BEAT_LU
    if abs(over) > _VOICE_ROOM_LU:
        side = "above" if over > 0 else "below"
        yield (
            "vocal_gain",
            -over,
            f"the voice is {abs(over):.1f} LU {side} its place over the beat: vocal_gain {-over:+.1f} dB",
        )


def _voice(voice: Heard) -> Iterator[Step]:
    content = voice.content
    if content.power.sum() <= 0.0:
        return
    if content.sibilance_db > _HISS_DB:
        step = min(1.0, 0.3 + (content.sibilance_db - _HISS_DB) / 12.0)
        yield (
            "deess_amount",
            step,
            f"the s sounds are sharp ({content.sibilance_db:+.1f} dB): deess {step:.2f}",
        )
    rumble = content.band_db(25.0, 70.0) - content.band_db(200.0, 2_000.0)
    if rumble > _RUMBLE_DB:
        yield "hpf_hz", 90.0, f"the voice rumbles below 70 Hz ({rumble:+.1f} dB): high-pass at 90 Hz"
    elif rumble > _RUMBLE_DB - 20.0:
        yield "hpf_hz", 70.0, "below 70 Hz the voice holds only rumble and breath: high-pass at 70 Hz"


def _usual_db(low_hz: float, high_hz: float) -> float:
    """What `Content.band_db` gives for the mean of commercial records, but for a constant."""
    hz = np.geomspace(low_hz, high_hz, 64)
    octaves = np.log2(np.clip(hz, 100.0, 4_000.0) / 100.0)
    above = np.log2(np.maximum(hz, 4_000.0) / 4_000.0)
    return float(np.mean(-2.0 * octaves - 4.0 * above))


def _limited(slider: str, value: float) -> float:
    row = next(row for row in ROWS if row.name == slider)
    return round(min(row.maximum, max(row.minimum, value)), 2)
