"""Recorded signals: a file on disk flows in, one `Recording` or a `Stream` for each signal flows out.

`load` reads one signal whole, `load_all` opens everything a file holds and reads it a stretch at a time:
CSV and its relatives (also gzipped), RR texts, Polar .hrm, WFDB, EDF and BDF, OpenBCI, Muse and OpenHRV
files. Each format is one file here and one row in the table of `reading`. `annotated_beats` reads what
experts marked.
Whatever cannot be read raises `BadRecording` with a remedy.
"""

from appliance.sensors.recordings.annotations import annotated_beats
from appliance.sensors.recordings.reading import SUFFIXES, load, load_all
from appliance.sensors.recordings.recording import Recording, Stream

__all__ = ["SUFFIXES", "Recording", "Stream", "annotated_beats", "load", "load_all"]
