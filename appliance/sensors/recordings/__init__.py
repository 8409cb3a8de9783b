"""Recorded signals: a file on disk flows in, one `Recording` flows out.

`load` reads CSV and its relatives (also gzipped), RR texts, Polar .hrm, WFDB and EDF. Each format is one
file here and one row in the table of `reading`. Whatever cannot be read raises `BadRecording` with a remedy.
"""

from appliance.sensors.recordings.reading import SUFFIXES, load
from appliance.sensors.recordings.recording import Recording

__all__ = ["SUFFIXES", "Recording", "load"]
