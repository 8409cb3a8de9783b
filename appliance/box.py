"""The box, built and joined: every part named once, in the order of the data."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches

from appliance import run_folder
from appliance.bulletin import Bulletin, meters
from appliance.bus import Message
from appliance.bus import make as make_bus
from appliance.clock import SteppedClock, SystemClock
from appliance.contracts import BodyState, CommandKind, Features, SensorFrame, topics
from appliance.contracts.messages import Status
from appliance.contracts.settings import Settings
from appliance.engine.conductor import Conductor
from appliance.errors import Misused, NotRunning
from appliance.journal import Journal
from appliance.neighbours.lsl import LslOutlet
from appliance.outbox import Publisher
from appliance.outputs import GuardLink, Output, OutputFan, WavRecording
from appliance.outputs.speaker import AnySink, choose_sink
from appliance.sensors.hub import Hub
from appliance.sensors.recordings import load as load_recording
from appliance.sensors.replay import Replay
from appliance.sensors.status import SensorState, SensorStatus
from appliance.sessions import protocol as protocols
from appliance.sessions.commands import Commands
from appliance.sessions.keeper import Keeper
from appliance.sessions.live import LiveView
from appliance.sessions.loop import TURN_S, Listener, Loop
from appliance.sessions.runner import Runner
from appliance.state.coherence import CoherenceLevel
from appliance.wishes import Tell, Wishes
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
        self.name = run_folder.box_id(settings.data)
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
        sink = type(self.sink).__name__.removesuffix("Sink").lower()
        self.bulletin = Bulletin(self.name, self.bus, self.journal, self.clock, self.runner, sink, tell)
        live = LiveView(
            self.bus,
            self.name,
            self.clock,
            self.keeper,
            self.bulletin.sensor_words,
            lambda: meters(self.graph, self.fan),
            CoherenceLevel(settings.coherence_medium_score, settings.coherence_high_score),
        )
        self.neighbours = _neighbours(settings, self.name)
        listeners: list[Listener] = [self.keeper, live, _Guide(self), *self.neighbours]
        self.loop = Loop(self.conductor, self.runner, listeners)
        self.loop.on_frame(self.keeper.frame)
        for neighbour in self.neighbours:
            self.loop.on_frame(neighbour.frame)
        self.commands = Commands(
            self.bus,
            self.name,
            self.runner,
            self.protocol.id,
            self.stop_now,
            self.release,
            lambda chosen: chosen.check_targets(LIMITS),
            self.set_parameter,
            lambda: self.keeper.body_session_id,
        )
        self._hub: Hub | None = None
        self._last_turn_s = -1.0

    def open(self) -> None:
        """Start every thread; from here on the box is alive."""
        run_folder.write(self.settings.data, "box.json", {"box_id": self.name, "pid": os.getpid()})
        for session in self.journal.recover():
            self.tell(f"Session {session.body_session_id} was interrupted; what was recorded is kept.")
        if self.journal.replaced is not None:
            self.tell(f"The journal was broken; it was kept as {self.journal.replaced} and a new one begun.")
        self.bus.on_connect(self.bulletin.announce)
        self.bus.start()
        self.publisher.start()
        self.conductor.start()
        self.fan.start()
        if self.replay is not None:
            self.bulletin.on_sensor(SensorStatus.of(self.replay.identity, SensorState.CONNECTED))

    def close(self) -> None:
        """End the session if one runs, fade, stop every thread; safe after a failed start."""
        if self.runner.is_active:
            self.runner.ask(CommandKind.EMERGENCY_STOP)
            self.loop.turn(self._last_turn_s)
        for neighbour in self.neighbours:
            neighbour.close()
        self.conductor.close()
        self.fan.close()
        self.journal.flush()
        self.publisher.drain(2.0)
        self.publisher.stop()
        self.bulletin.announce(is_online=False)
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

    def set_parameter(self, name: str, value: str | float) -> None:
        """Set one parameter of the engine by hand, for this session. Raises Misused."""
        near = get_close_matches(name, LIMITS, n=1)
        if name not in LIMITS:
            hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(LIMITS)}"
            raise Misused(f"the engine has no parameter {name!r}", hint)
        low, high = LIMITS[name]
        if not isinstance(value, int | float) or not low <= value <= high:
            raise Misused(f"{name} cannot be {value!r}", f"choose a number from {low:g} to {high:g}")
        self.loop.overrides[name] = float(value)

    @property
    def is_done(self) -> bool:
        """Whether the one session that was asked for is over."""
        return (self.wishes.is_once or self.replay is not None) and self.keeper.ended > 0

    def hub(self) -> Hub:
        """Make the supervisor of the sensors for a live box."""
        from appliance.sensors.registry import KINDS

        kinds = [kind for kind in KINDS if kind.is_simulated] if self.wishes.is_simulated else KINDS
        self._hub = Hub(
            self.settings,
            self.on_frame,
            self.bulletin.on_sensor,
            kinds=kinds,
            is_together=not self.wishes.is_simulated,
        )
        return self._hub

    def on_frame(self, frame: SensorFrame) -> None:
        """Take a frame of the hub and let it through at once, not at the next tick."""
        self.loop.take(frame)
        now_s = self.clock.monotonic_s()
        if now_s - self._last_turn_s >= SHORTEST_TURN_S:
            self.turn(now_s)

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
        self.bulletin.on_trouble()
        self.bulletin.on_missed(self.sink.xruns)

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
        if self.bulletin.sensor.state is not SensorState.FINISHED:
            assert self.replay is not None
            self.bulletin.on_sensor(SensorStatus.of(self.replay.identity, SensorState.FINISHED))
            self.loop.last_turn(now_s)
            self.runner.finish()

    def wait_until_reported(self, is_stopped: Callable[[], bool]) -> int:
        """Wait for the API's receipts. Raises NotRunning when they do not come, StorageFull at once."""
        if not self.journal.flush() and (trouble := self.journal.trouble) is not None:
            raise trouble
        if self.publisher.pending:
            self.tell("Waiting until the API has stored the session ...")
        end_s = time.monotonic() + REPORT_WITHIN_S
        while not self.publisher.drain(1.0):
            if is_stopped():
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


def _neighbours(settings: Settings, name: str) -> list[LslOutlet]:
    """Who else is told what the box sees. Raises BadSetting for one whose library is not installed."""
    return [LslOutlet(name)] if settings.lsl_outlet else []


class _Guide:
    """Shows the pacer to a wearer made of equations; real ones look at the panel."""

    def __init__(self, box: Box) -> None:
        self._box = box

    def turn(self, features: Features, state: BodyState, runner: Runner) -> None:
        """Pass the guide on."""
        if self._box._hub is not None:
            rate_bpm = runner.pacer.rate_bpm if runner.pacer is not None else 6.0
            self._box._hub.follow(runner.pacer_phase, rate_bpm)
