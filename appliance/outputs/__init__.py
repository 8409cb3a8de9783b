"""Blocks flow in; sound, light, touch and files flow out.

`speaker` chooses the clock that drives the graph, `fan` hands what left to every output and keeps the
meters, `recording` writes it to a file, `guard_link` sends light and touch to the guard process.
`registry` is the table.
"""

from appliance.outputs.fan import Meters, Output, OutputFan
from appliance.outputs.guard_link import GuardLink
from appliance.outputs.recording import WavRecording
from appliance.outputs.speaker import choose_sink

__all__ = ["GuardLink", "Meters", "Output", "OutputFan", "WavRecording", "choose_sink"]
