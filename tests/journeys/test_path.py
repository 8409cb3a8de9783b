"""A recording becomes beats, sound, a journal, a report and a live picture, with real processes."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
import soundfile

from tests.journeys.running import RECORDINGS, echoel, up
from tests.waiting import until

ECG = RECORDINGS / "rest_ecg.csv"
TRUTH = json.loads((RECORDINGS / "truth.json").read_text(encoding="utf-8"))["rest_ecg.csv"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def _count(database: Path, table: str) -> int:
    with sqlite3.connect(database) as connection:
        return int(connection.execute(f"select count(*) from {table}").fetchone()[0])


def test_a_recording_goes_through_everything_and_the_box_ends_by_itself(tmp_path: Path) -> None:
    data, wav = tmp_path / "data", tmp_path / "sound.wav"
    seen: list[dict[str, Any]] = []
    flags = ("--replay", str(ECG), "--speed", "8", "--once", "--wav", str(wav))
    with up(data, *flags) as box:
        assert until(box.is_ready, 30)

        def watch() -> None:
            while box.process.poll() is None:
                with contextlib.suppress(requests.RequestException):
                    seen.extend(box.live())

        threading.Thread(target=watch, daemon=True).start()
        assert box.wait(90) == 0, box.said

    listed = json.loads(echoel("sessions", "--data", str(data), "--json").stdout)
    assert len(listed) == 1
    assert listed[0]["state"] == "finished"
    assert listed[0]["summary"]["beats"] == pytest.approx(len(TRUTH["beats_s"]), abs=3)

    sound, rate_hz = soundfile.read(wav)
    assert len(sound) / rate_hz >= TRUTH["beats_s"][-1]
    assert 0.001 < float(np.sqrt(np.mean(sound**2))) < 0.5
    assert float(np.abs(sound).max()) <= 10 ** (-1 / 20) + 1e-4

    journal, api = data / "journal.db", data / "api.db"
    assert _count(journal, "outbox") == 0
    assert _count(journal, "dead_letters") == 0
    assert _count(api, "body_sessions") == 1
    assert _count(api, "body_intervals") == _count(journal, "intervals") > 10
    running = [message for message in seen if message["runner"] == "running"]
    assert running
    assert any(message["wave"] for message in running)
    assert any(message["heart_rate_bpm"] for message in running)


def test_a_person_starts_pauses_stops_and_stops_everything_from_the_panel(tmp_path: Path) -> None:
    with up(tmp_path, "--simulate") as box:
        assert until(box.is_ready, 30)
        assert until(lambda: box.command("start").ok, 20)
        first = box.sees(lambda message: message["body_session_id"])
        assert first["is_simulated"]
        assert box.command("set", **{"master.level": 0.1}).json()["data"]["is_done"]
        refused = box.command("set", **{"master.level": 9.0})
        assert refused.status_code == 409
        assert "from 0 to 1" in refused.text
        assert box.command("pause").json()["data"]["state"] == "paused"
        assert box.command("resume").json()["data"]["state"] == "running"
        assert box.command("emergency_stop").json()["data"]["state"] == "emergency"
        box.sees(lambda now: now["runner"] == "emergency" and now["vibration"] + now["light"] < 1e-3, 2)
        refused = box.command("start")
        assert refused.status_code == 409
        assert "release" in json.dumps(refused.json())
        assert box.command("release").json()["data"]["state"] == "idle"
        assert until(lambda: box.get("/api/body-sessions")["data"], 15)
        assert box.get("/api/body-sessions")["data"][0]["state"] == "stopped"
        assert box.stop() == 0
    assert box.pids("provisioning.command") == []
