"""The box, built and joined: every part named once, in the order of the data."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

from appliance.bus import Message
from appliance.bus import make as make_bus
from appliance.clock import SteppedClock, SystemClock
from appliance.contracts import BodyState, CommandKind, Features, SensorFrame, topics
from appliance.contracts.messages import Device, Status
from appliance.contracts.settings import Settings
from appliance.engine.conductor import Conductor
from appliance.errors import EchoelError, Misused, NotRunning
from appliance.journal import Journal
from appliance.outbox import Publisher
from appliance.outputs import GuardLink, Output, OutputFan, WavRecording
from appliance.outputs.speaker import AnySink, choose_sink
from appliance.sensors.hub import Hub
from appliance.sensors.recordings import load as load_recording
from appliance.sensors.replay import Replay
from appliance.sensors.status import SensorState, SensorStatus
from appliance.service import StopRequest, Tell, Wishes, box_id, write_run_file
from appliance.sessions import protocol as protocols
from appliance.sessions.commands import Commands
from appliance.sessions.keeper import Keeper
from appliance.sessions.live import LiveView
from appliance.sessions.loop import TURN_S, Loop
from appliance.sessions.runner import Runner
from cext.clockout import SteppedSink
from cext.graph import PARAMETERS, Graph

REPORT_WITHIN_S = 120.0
SHORTEST_TURN_S = 0.008
LIMITS = {row.name: (row.minimum, row.maximum) for row in PARAMETERS}


class Box:
    """Everything between a sensor and the outbox.

    Raises BadRecording, BadProtocol, StorageFull, OutputUnavailable before anything has been changed.
    """

    def __init__(self, settings: Settings, wishes: Wishes, tell: Tell) -> None:
        self.settings = settings
        self.wishes = wishes
        self.tell = tell
        self.protocol = protocols.load(settings.protocol)
        self.protocol.check_targets(LIMITS)
        self.replay = self._recording()
        self.clock: SystemClock | SteppedClock = SystemClock()
        if self.replay is not None:
            self.protocol = self.protocol.model_copy(update={"length_s": max(1.0, self.replay.duration_s)})
            self.clock = SteppedClock(datetime.now(UTC) - timedelta(seconds=self.replay.duration_s))
        self.name = box_id(settings.data)
        self.journal = Journal(settings.data / "journal.db", clock=self.clock)
        will = Message(topics.status(self.name), Status(is_online=False).model_dump_json().encode(), True)
        self.bus = make_bus(settings, f"appliance-{self.name}", will)
        self.publisher = Publisher(self.journal.path, self.bus, self.name)
        self.graph = Graph(settings.rate_hz)
        self.sink = self._sink()
        self.conductor = Conductor(self.graph, self.sink)
        tapped = None if isinstance(self.sink, SteppedSink) else self.sink
        guard = settings.data / "run" / "guard.sock"
        self.link = None if isinstance(self.sink, SteppedSink) else GuardLink(guard)
        self.fan = OutputFan(tapped, self._outputs(), self.graph.rate_hz)
        self.runner = Runner()
        self.keeper = Keeper(self.journal, self.clock, tell)
        self.sensor = SensorStatus("", "", "", SensorState.SEARCHING, "looking for a sensor")
        live = LiveView(self.bus, self.name, self.clock, self.keeper, self._sensor, self._meters)
        self.loop = Loop(self.conductor, self.runner, [self.keeper, live, _Guide(self)])
        self.loop.on_frame(self.keeper.frame)
        self.commands = Commands(
            self.bus,
            self.name,
            self.runner,
            self.protocol.id,
            self.stop_now,
            self.release,
            lambda chosen: chosen.check_targets(LIMITS),
            lambda: self.keeper.body_session_id,
        )
        self._hub: Hub | None = None
        self._last_turn_s = -1.0
        self._told_trouble = ""

    def open(self) -> None:
        """Start every thread; from here on the box is alive."""
        write_run_file(self.settings, "box.json", {"box_id": self.name, "pid": os.getpid()})
        for session in self.journal.recover():
            self.tell(f"Session {session.body_session_id} was interrupted; what was recorded is kept.")
        if self.journal.replaced is not None:
            self.tell(f"The journal was broken; it was kept as {self.journal.replaced} and a new one begun.")
        self.bus.on_connect(self._announce)
        self.bus.start()
        self.publisher.start()
        self.conductor.start()
        self.fan.start()
        if self.replay is not None:
            self.on_status(SensorStatus.of(self.replay.identity, SensorState.CONNECTED))

    def close(self) -> None:
        """End the session if one runs, fade, stop every thread; safe after a failed start."""
        if self.runner.is_active:
            self.runner.ask(CommandKind.EMERGENCY_STOP)
            self.loop.turn(self._last_turn_s)
        self.conductor.close()
        self.fan.close()
        self.journal.flush()
        self.publisher.drain(2.0)
        self.publisher.stop()
        if self.bus.is_connected:
            self.bus.publish(topics.status(self.name), self._status(False), retain=True)
        self.bus.stop()
        self.journal.close()

    def stop_now(self) -> None:
        """Dark, still and silent at once, in the engine and in the guard process; from any thread."""
        self.conductor.stop_now()
        if self.link is not None:
            self.link.stop_now()

    def release(self) -> None:
        """End an emergency, because a person asked."""
        self.conductor.release()
        if self.link is not None:
            self.link.release()

    @property
    def is_done(self) -> bool:
        """Whether the one session that was asked for is over."""
        return (self.wishes.is_once or self.replay is not None) and self.keeper.ended > 0

    def hub(self) -> Hub:
        """Make the supervisor of the sensors for a live box."""
        from appliance.sensors.registry import KINDS

        kinds = [kind for kind in KINDS if kind.is_simulated] if self.wishes.is_simulated else KINDS
        self._hub = Hub(self.settings, self.on_frame, self.on_status, kinds=kinds)
        return self._hub

    def on_frame(self, frame: SensorFrame) -> None:
        """Take a frame of the hub and let it through at once, not at the next tick."""
        self.loop.take(frame)
        now_s = self.clock.monotonic_s()
        if now_s - self._last_turn_s >= SHORTEST_TURN_S:
            self.turn(now_s)

    def on_status(self, status: SensorStatus) -> None:
        """Remember, tell and report where the sensor stands."""
        self.sensor = status
        if status.name:
            why = f" ({status.reason})" if status.reason else ""
            self.tell(f"Sensor: {status.name}, {status.state}{why}")
            self.journal.add_device(
                Device(
                    device_id=status.sensor_id,
                    kind=status.kind,
                    name=status.name,
                    is_simulated=status.is_simulated,
                    state=status.state,
                    seen_at=self.clock.wall(),
                )
            )
        else:
            words = [word for word in (status.reason, status.remedy) if word]
            self.tell(f"No sensor yet: {'; '.join(words) or 'looking for one'}")

    def tick(self, now_s: float) -> None:
        """Turn unless a frame has just done so: frames alone keep the box going while they come."""
        if now_s - self._last_turn_s >= TURN_S - SHORTEST_TURN_S:
            self.turn(now_s)

    def turn(self, now_s: float) -> None:
        """Let everything that is new flow through: commands, signal, scene, listeners."""
        self._last_turn_s = now_s
        self.commands.turn(now_s)
        self.loop.turn(now_s)
        self.commands.answer()
        self.conductor.feed()
        self._tell_trouble()

    def step(self, now_s: float) -> None:
        """Turn on the recording's clock, and render what the turn decided when no native clock runs."""
        assert isinstance(self.clock, SteppedClock)
        step_s = now_s - self.clock.monotonic_s()
        self.clock.step(step_s)
        self.turn(now_s)
        if isinstance(self.sink, SteppedSink):
            self.fan.take(self.sink.advance(round(step_s * self.graph.rate_hz)))

    def start_session(self) -> None:
        """Begin the session of a replay, without waiting for a command."""
        assert self.replay is not None
        self.keeper.sensor_id = self.replay.identity.sensor_id
        self.runner.start(self.protocol, 0.0)

    def recording_over(self, now_s: float) -> None:
        """Take what the detectors held back, then let the session fade out."""
        if self.sensor.state is not SensorState.FINISHED:
            assert self.replay is not None
            self.on_status(SensorStatus.of(self.replay.identity, SensorState.FINISHED))
            self.loop.last_turn(now_s)
            self.runner.finish()

    def wait_until_reported(self, stop: StopRequest) -> int:
        """Wait for the API's receipts. Raises NotRunning when they do not come, StorageFull at once."""
        if not self.journal.flush() and (trouble := self.journal.trouble) is not None:
            raise trouble
        if self.publisher.pending:
            self.tell("Waiting until the API has stored the session ...")
        end_s = time.monotonic() + REPORT_WITHIN_S
        while not self.publisher.drain(1.0):
            if stop.is_set:
                return 1
            if time.monotonic() > end_s:
                raise NotRunning(
                    f"{self.publisher.pending} reports are still waiting; the session is kept in the journal",
                    "start the box again; it reports what is left. See worker.log in the logs folder",
                )
        self.tell("Reported.")
        return 0

    def _recording(self) -> Replay | None:
        wishes = self.wishes
        if wishes.replay is None:
            return None
        if not 0 < wishes.speed <= 10_000:
            raise Misused(f"the speed is {wishes.speed:g}", "choose a number above 0, 1 for real time")
        recording = load_recording(wishes.replay, wishes.rate_hz, wishes.column, wishes.kind)
        return Replay(recording, wishes.speed)

    def _sink(self) -> AnySink:
        settings = self.settings
        if self.replay is not None and self.wishes.speed != 1.0:
            settings = replace(settings, sink="stepped")
        elif self.wishes.is_headless and settings.sink == "auto":
            settings = replace(settings, sink="timer")
        return choose_sink(settings, self.graph)

    def _outputs(self) -> list[Output]:
        outputs: list[Output] = []
        if self.wishes.wav is not None:
            outputs.append(WavRecording(self.wishes.wav, self.graph.rate_hz))
        if self.link is not None:
            outputs.append(self.link)
        return outputs

    def _sensor(self) -> tuple[str, str]:
        return self.sensor.name, str(self.sensor.state)

    def _meters(self) -> tuple[float, float, float, str]:
        meters = self.fan.meters
        light = min(1.0, max(0.0, max(meters.light)))
        return meters.level_db, light, min(1.0, max(meters.vibration)), self._guard_words()

    def _guard_words(self) -> str:
        report = self.graph.guard_report()
        if report["is_stopped"]:
            return "everything is stopped"
        return "the light is held steady" if report["is_light_held"] else ""

    def _announce(self) -> None:
        self.bus.publish(topics.status(self.name), self._status(True), retain=True)

    def _status(self, is_online: bool) -> bytes:
        return (
            Status(
                is_online=is_online,
                version=version("echoel"),
                runner=str(self.runner.state) if hasattr(self, "runner") else "",
                sink=type(self.sink).__name__.removesuffix("Sink").lower(),
                at=self.clock.wall(),
            )
            .model_dump_json()
            .encode()
        )

    def _tell_trouble(self) -> None:
        """Say once when the journal cannot keep everything, and once when it can again."""
        trouble: EchoelError | None = self.journal.trouble
        words = "" if trouble is None else f"{trouble}; {trouble.remedy}"
        if words != self._told_trouble:
            self._told_trouble = words
            self.tell(f"Journal: {words}" if words else "Journal: all is well again.")


class _Guide:
    """Shows the pacer to a wearer made of equations; real ones look at the panel."""

    def __init__(self, box: Box) -> None:
        self._box = box

    def turn(self, features: Features, state: BodyState, runner: Runner) -> None:
        """Pass the guide on."""
        if self._box._hub is not None:
            rate_bpm = runner.pacer.rate_bpm if runner.pacer is not None else 6.0
            self._box._hub.follow(runner.pacer_phase, rate_bpm)
