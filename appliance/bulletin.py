"""What the box says of itself: to the person, to the journal, to whoever watches it on the bus."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from appliance.bus import Bus
from appliance.clock import Clock
from appliance.contracts import topics
from appliance.contracts.messages import Device, Status
from appliance.journal import Journal
from appliance.outputs import OutputFan
from appliance.sensors.status import SensorState, SensorStatus
from appliance.sessions.runner import Runner
from appliance.wishes import Tell

if TYPE_CHECKING:
    from cext.graph import Graph


class Bulletin:
    """Remembers what was said last, so that each thing is said once.

    sink: where the sound goes, in one word.
    """

    def __init__(
        self, box_id: str, bus: Bus, journal: Journal, clock: Clock, runner: Runner, sink: str, tell: Tell
    ) -> None:
        self._topic = topics.status(box_id)
        self._bus = bus
        self._journal = journal
        self._clock = clock
        self._runner = runner
        self._sink = sink
        self._tell = tell
        self._told_trouble = ""
        self._tell_missed_at = 1
        self.sensor = SensorStatus("", "", "", SensorState.SEARCHING, "looking for a sensor")

    def on_sensor(self, status: SensorStatus) -> None:
        """Tell and report where the sensor stands."""
        self.sensor = status
        if not status.name:
            words = [word for word in (status.reason, status.remedy) if word]
            self._tell(f"No sensor yet: {'; '.join(words) or 'looking for one'}")
            return
        why = f" ({status.reason})" if status.reason else ""
        self._tell(f"Sensor: {status.name}, {status.state}{why}")
        self._journal.add_device(
            Device(
                device_id=status.sensor_id,
                kind=status.kind,
                name=status.name,
                is_simulated=status.is_simulated,
                state=status.state,
                seen_at=self._clock.wall(),
            )
        )

    def on_trouble(self) -> None:
        """Say once when the journal cannot keep everything, and once when it can again."""
        trouble = self._journal.trouble
        words = "" if trouble is None else f"{trouble}; {trouble.remedy}"
        if words != self._told_trouble:
            self._told_trouble = words
            self._tell(f"Journal: {words}" if words else "Journal: all is well again.")

    def on_missed(self, missed: int) -> None:
        """Say how often the sound card or server ran dry, at 1 and at every power of ten."""
        if missed >= self._tell_missed_at:
            while self._tell_missed_at <= missed:
                self._tell_missed_at *= 10
            self._tell(f"Sound: interrupted {missed} times so far; a larger `block_frames` gives more time.")

    def announce(self, is_online: bool = True) -> None:
        """Publish that the box is there, or that it leaves; kept by the broker for whoever comes later."""
        if self._bus.is_connected:
            self._bus.publish(self._topic, self._status(is_online), retain=True)

    def sensor_words(self) -> tuple[str, str]:
        """Return the sensor's name and state."""
        return self.sensor.name, str(self.sensor.state)

    def _status(self, is_online: bool) -> bytes:
        status = Status(
            is_online=is_online,
            version=version("echoel"),
            runner=str(self._runner.state),
            sink=self._sink,
            at=self._clock.wall(),
        )
        return status.model_dump_json().encode()


def meters(graph: Graph, fan: OutputFan) -> tuple[float, float, float, str]:
    """Return what leaves the box now: level in dBFS, light and vibration 0..1, what the guard holds back."""
    report = graph.guard_report()
    words = "the light is held steady" if report["is_light_held"] else ""
    if report["is_stopped"]:
        words = "everything is stopped"
    light = min(1.0, max(0.0, max(fan.meters.light)))
    return fan.meters.level_db, light, min(1.0, max(fan.meters.vibration)), words
