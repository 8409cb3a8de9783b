"""What a panel needs to be tried on: a box that plays along, and the API's processes."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Any

from appliance.bus import Message
from appliance.bus.mqtt import MqttBus
from appliance.contracts import topics
from appliance.contracts.messages import Ack, CommandBody, Status

BOX = "box-1"
NEXT = {"start": "running", "pause": "paused", "resume": "running", "stop": "idle", "release": "idle"}


class Box:
    """Plays a wearer ten times a second and obeys the panel."""

    def __init__(self, bus: MqttBus) -> None:
        self.bus = bus
        self.runner = "idle"
        self.is_lost = False
        self.is_silent = False
        self.heard: list[str] = []
        self._is_over = threading.Event()
        bus.subscribe(topics.command(BOX), self._obey)
        self._thread = threading.Thread(target=self._play)

    def start(self) -> None:
        self.say(is_online=True)
        self._thread.start()

    def stop(self) -> None:
        self._is_over.set()
        self._thread.join()

    def say(self, is_online: bool) -> None:
        body = Status(is_online=is_online).model_dump_json().encode()
        self.bus.publish(topics.status(BOX), body, retain=True)

    def _obey(self, message: Message) -> None:
        command = CommandBody.model_validate_json(message.body)
        self.heard.append(command.kind)
        self.runner = NEXT.get(command.kind, "emergency")
        ack = Ack(command_id=command.command_id, is_done=True, state=self.runner)
        self.bus.publish(topics.ack(BOX), ack.model_dump_json().encode())

    def _play(self) -> None:
        tick = 0
        while not self._is_over.wait(0.1):
            tick += 1
            if not self.is_silent:
                self.bus.publish(topics.live(BOX), json.dumps(self._live(tick)).encode(), qos=0)

    def _live(self, tick: int) -> dict[str, Any]:
        now = tick / 10
        wave = [math.exp(-(((i / 100 + now) % 0.9 - 0.4) ** 2) / 0.0005) for i in range(10)]
        is_playing = self.runner in ("running", "paused")
        return {
            "time_s": now,
            "wall": "2026-05-01T08:00:00Z",
            "runner": self.runner,
            "body_session_id": "s-1" if is_playing else None,
            "protocol": "resonance_breathing",
            "elapsed_s": 61.0,
            "length_s": 600.0,
            "sensor": "Virtual wearer",
            "sensor_state": "connected",
            "is_simulated": True,
            "heart_rate_bpm": 66.4,
            "rmssd_ms": 42.0,
            "coherence": 0.81,
            "breath_rate_bpm": 6.0,
            "pacer_phase": (now / 10) % 1 if is_playing else None,
            "inhale_share": 0.4,
            "quality": 0.9,
            "is_lost": self.is_lost,
            "stale": [],
            "wave": [] if self.is_lost else wave,
            "wave_rate_hz": 100.0,
            "beats_s": [now] if tick % 9 == 0 else [],
            "level_db": -20.0,
            "light": 0.4,
            "vibration": 0.2,
            "guard": "",
        }


@dataclass
class Stage:
    box: Box
    address: str
    verbs: dict[str, list[str]]
    processes: dict[str, subprocess.Popen[bytes]]

    def start(self, verb: str) -> None:
        program = [sys.executable, "-c", "from api.command import command; command()"]
        flags = [verb, *self.verbs[verb]]
        self.processes[verb] = subprocess.Popen([*program, *flags], stdout=subprocess.DEVNULL)

    def stop(self, verb: str) -> None:
        self.processes[verb].terminate()
        assert self.processes[verb].wait(10) == 0
