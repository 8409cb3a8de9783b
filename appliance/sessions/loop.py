"""The control loop's one turn: frames in, parameters out.

Called when a frame arrives and twenty times a second besides, by the live service and by fast
replay alike: the same code, on whichever clock.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol as Face

from appliance.contracts import BodyState, Features, Scene, SensorFrame
from appliance.mapping import Mapper
from appliance.sessions.protocol import Protocol
from appliance.sessions.runner import Runner, State
from appliance.signal import SignalChain
from appliance.state import Estimator

TURN_S = 0.05
# What fades with the session; everything else may stand still while it is silent.
FADED = ("master.level", "light.left", "light.right", "light.blue", "light.white", "vibration.level")


class Engine(Face):
    """What the loop asks of the engine; `cext.graph.Graph` is one."""

    def apply(self, targets: Mapping[str, float], glide_s: float = 0.05) -> None:
        """Move parameters to their targets."""
        ...


class Listener(Face):
    """Whoever wants to know what a turn found: the keeper, the live stream, the virtual wearer."""

    def turn(self, features: Features, state: BodyState, runner: Runner) -> None:
        """Take in one turn."""
        ...


class Loop:
    """Joins the signal chain, the state, the runner, the mapping and the engine.

    listeners: called in order after each turn. overrides: parameters a person has set by hand; they hold
    until the next session begins, and fade with it like any other.
    """

    def __init__(self, engine: Engine, runner: Runner, listeners: list[Listener]) -> None:
        self.chain = SignalChain()
        self.runner = runner
        self.state = BodyState(0.0)
        self.scene = Scene(0.0)
        self.is_simulated = False
        self.overrides: dict[str, float] = {}
        self._estimator = Estimator()
        self._engine = engine
        self._mapper: Mapper | None = None
        self._played: Protocol | None = None
        self._listeners = listeners
        self._frame_taps: list[Callable[[SensorFrame], None]] = []

    def on_frame(self, tap: Callable[[SensorFrame], None]) -> None:
        """Also hand every raw frame to `tap` (the journal keeps them)."""
        self._frame_taps.append(tap)

    def take(self, frame: SensorFrame) -> None:
        """Take in one sensor frame."""
        self.is_simulated = frame.is_simulated
        self.chain.feed(frame)
        for tap in self._frame_taps:
            tap(frame)

    def turn(self, now_s: float) -> None:
        """Let everything that is new flow through, once."""
        self._turn(self.chain.features(now_s), now_s)

    def last_turn(self, now_s: float) -> None:
        """Take what the detectors still hold back at the end of a recording."""
        self._turn(self.chain.finish(), now_s)

    def _turn(self, features: Features, now_s: float) -> None:
        runner = self.runner
        runner.advance(now_s)
        self.state = self._estimator.update(
            features, pacer_phase=runner.pacer_phase, is_simulated=self.is_simulated
        )
        if runner.protocol is not None and runner.state is not State.EMERGENCY:
            self._play(runner.protocol)
        for listener in self._listeners:
            listener.turn(features, self.state, runner)

    def _play(self, protocol: Protocol) -> None:
        runner = self.runner
        if self._mapper is None or self._played is not protocol:
            self._mapper = Mapper(protocol.scene, protocol.rules())
            self._played = protocol
            self.overrides.clear()
        assert runner.pacer is not None
        scene = self._mapper.scene(self.state, runner.pacer.features(runner.elapsed_s))
        targets = faded({**scene.targets, **self.overrides}, runner.gain)
        self.scene = Scene(scene.time_s, targets, scene.glide_s)
        self._engine.apply(targets, scene.glide_s)


def faded(targets: Mapping[str, float], gain: float) -> dict[str, float]:
    """Multiply what a session's fade touches: the loudness, the light, the vibration."""
    return {name: value * gain if name in FADED else value for name, value in targets.items()}
