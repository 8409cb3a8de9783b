"""Everything one hearing tells of a sound file: length, loudness, peaks, tempo, key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from appliance.studio.files import Progress, SoundReader, no_progress
from appliance.studio.loudness import Loudness
from appliance.studio.rhythm import Onsets, Rhythm, rhythm
from appliance.studio.spectrum import Content, Listener
from appliance.studio.tonality import Chroma, Tonality
from cext.loudness import Meter


@dataclass(frozen=True)
class Description:
    """What was found."""

    loudness: Loudness
    rhythm: Rhythm
    tonality: Tonality
    content: Content

    def data(self) -> dict[str, Any]:
        """The same for JSON: None for what is not there."""
        tempo = self.rhythm.tempo_bpm
        return {
            **self.loudness.data(),
            "tempo_bpm": None if tempo is None else round(tempo, 2),
            "tempo_confidence": round(self.rhythm.confidence, 3),
            "beats_s": [round(beat, 2) for beat in self.rhythm.beats_s],
            "key": self.tonality.key,
            "camelot": self.tonality.camelot,
            "key_confidence": round(self.tonality.confidence, 3),
            "tuning_cents": round(self.tonality.tuning_cents, 1),
            "crest_db": round(self.content.crest_db, 2),
            "clipped": self.content.clipped,
            "correlation": round(self.content.correlation, 3),
        }


def describe(path: Path | str, progress: Progress = no_progress) -> Description:
    """Listen to a file once. Raises BadSound."""
    with SoundReader(path) as sound:
        sound.need_stereo()
        meter = Meter(sound.rate_hz, sound.channels)
        listener = Listener(sound.rate_hz)
        onsets, chroma = Onsets(sound.rate_hz), Chroma(sound.rate_hz)
        for block in sound.stereo(progress):
            meter.feed(block[: sound.channels])
            listener.feed(block)
            middle = 0.5 * (block[0] + block[1])
            onsets.feed(middle)
            chroma.feed(middle)
        return Description(
            Loudness.of(meter), rhythm(onsets.strength()), chroma.tonality(), listener.content()
        )
