"""What the box offers on the Lab Streaming Layer, as another process sees it."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from dataclasses import dataclass

import numpy as np
import pylsl
import pytest

from appliance.contracts import BodyState, Channel, Features, Interval, SensorFrame
from appliance.errors import BadSetting
from appliance.neighbours import lsl
from appliance.neighbours.lsl import LslOutlet

# Reads every stream of one box until it has seen some of each, and prints what it saw.
READER = """
import json, sys
import pylsl
box = sys.argv[1]
infos, wanted = {}, {"ecg-s-250-1", "rr", "state", "marks"}
for _ in range(40):
    for info in pylsl.resolve_bypred(f"starts-with(source_id,'echoel-{box}-')", 1, 0.5):
        infos[info.source_id()[len(f"echoel-{box}-"):]] = info
    for info in pylsl.resolve_streams(0.3):
        if info.source_id().startswith(f"echoel-{box}-"):
            infos[info.source_id()[len(f"echoel-{box}-"):]] = info
    if wanted <= set(infos):
        break
inlets = {key: pylsl.StreamInlet(info) for key, info in infos.items()}
for inlet in inlets.values():
    inlet.open_stream(10.0)
print("ready", flush=True)
seen = {}
for key, inlet in inlets.items():
    info = inlet.info(10.0)
    one = info.desc().child("channels").child("channel")
    lines = []
    for _ in range(info.channel_count()):
        lines.append([one.child_value("label"), one.child_value("unit")])
        one = one.next_sibling("channel")
    sample, stamp = inlet.pull_sample(10.0)
    seen[key] = {"name": info.name(), "type": info.type(), "rate": info.nominal_srate(), "lines": lines,
                 "sample": sample, "late_s": pylsl.local_clock() - stamp}
print(json.dumps(seen), flush=True)
"""


@dataclass
class Runner:
    state: str = "idle"


def _speak(outlet: LslOutlet, runner: Runner, number: int) -> None:
    now_s = float(pylsl.local_clock())
    outlet.frame(SensorFrame("s", Channel.ECG, number, now_s, now_s, np.full(5, 0.25), 250.0, "mV"))
    features = Features(now_s, intervals=(Interval(now_s - 1.0, 801.0, 800.0),))
    outlet.turn(features, BodyState(now_s, heart_rate_bpm=61.0, quality=0.9), runner)
    outlet.mark("here", now_s)


def test_another_process_finds_every_stream_with_labels_units_and_values() -> None:
    box = uuid.uuid4().hex[:8]
    outlet, runner = LslOutlet(box), Runner("running")
    _speak(outlet, runner, 0)
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, box], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )
    try:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        for number in range(1, 5):
            _speak(outlet, runner, number)
        seen = json.loads(reader.stdout.readline())
    finally:
        reader.kill()
        reader.communicate()
        outlet.close()
    assert set(seen) == {"ecg-s-250-1", "rr", "state", "marks"}
    ecg, rr, state, marks = (seen[key] for key in ("ecg-s-250-1", "rr", "state", "marks"))
    assert (ecg["name"], ecg["type"], ecg["rate"]) == ("Echoel ECG", "ECG", 250.0)
    assert ecg["lines"] == [["ECG", "millivolts"]]
    assert ecg["sample"] == [0.25]
    assert (rr["type"], rr["rate"], rr["lines"]) == ("RR", 0.0, [["RR", "milliseconds"]])
    assert rr["sample"] == [800.0]
    assert rr["late_s"] > 0.9
    assert state["lines"][0] == ["heart_rate_bpm", "1/min"]
    assert state["sample"][0] == 61.0
    assert np.isnan(state["sample"][1])
    assert marks["type"] == "Markers"
    assert marks["sample"] == ["here"]
    assert all(-0.1 < one["late_s"] < 20.0 for one in seen.values())


def test_a_recordings_own_time_is_brought_to_the_clock_of_the_layer() -> None:
    outlet = LslOutlet("box")
    now_s = float(pylsl.local_clock())
    assert outlet._shift_s(now_s - 0.5) == 0.0
    assert outlet._shift_s(now_s - 5000.0) == pytest.approx(5000.0, abs=1.0)


def test_without_the_library_the_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lsl, "find_spec", lambda name: None)
    with pytest.raises(BadSetting, match="not installed"):
        LslOutlet("box")


def test_without_the_native_library_the_setting_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lsl, "import_module", _nothing_native)
    with pytest.raises(BadSetting, match="liblsl"):
        LslOutlet("box")


def _nothing_native(name: str) -> object:
    raise RuntimeError("LSL binary library file was not found.")
