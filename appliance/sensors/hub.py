"""The supervisor of the sensors: finds them, connects one at a time, lets none stop the box or another."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing, nullcontext, suppress
from functools import partial

from appliance.contracts import SensorFrame
from appliance.contracts.settings import Settings
from appliance.errors import EchoelError, SensorLost, SensorRefused
from appliance.sensors.gaps import GapWatch, Precedence
from appliance.sensors.registry import KINDS, Finding, Kind
from appliance.sensors.sensor import Sensor
from appliance.sensors.status import SensorState, SensorStatus

RESCAN_S = 5.0
# A sensor that was there is tried again quickly for a minute, then at leisure.
FIRST_WAIT_S, QUICK_WAIT_S, SLOW_WAIT_S = 0.2, 1.0, 5.0
QUICK_TRIES = 60
# Listening to the radio takes seconds; in between only the quick ways are asked.
SCAN_EVERY = 12
# One that never gave a sample is left alone for a while, so that it keeps nobody else out.
SHUNNED_S = 60.0
# One that hangs while it connects may keep the others waiting no longer than this.
OPEN_S = 30.0
MOST_BESIDE = 15
log = logging.getLogger(__name__)

OnFrame = Callable[[SensorFrame], None]
OnStatus = Callable[[SensorStatus], None]


class Hub:
    """Keeps one sensor streaming, or all that were given.

    on_frame, on_status: called on the event loop; every change of state is told once.
    candidates: the sensors to use, in order; None looks for them by the registry, and falls back to the
    virtual wearer until something real has been seen. is_together: all candidates stream at once; of those
    that measure the same only one is let through to on_frame, and everything goes to on_every. gaps: what was
    missing. Invariant: once a real heart has been seen, a simulated one never takes its place.
    """

    def __init__(
        self,
        settings: Settings,
        on_frame: OnFrame,
        on_status: OnStatus,
        candidates: Sequence[Sensor] | None = None,
        *,
        kinds: Sequence[Kind] = KINDS,
        rescan_s: float = RESCAN_S,
        is_together: bool = False,
        on_every: OnFrame | None = None,
    ) -> None:
        self._settings = settings
        self._on_frame = on_frame
        self._on_status = on_status
        self._given = list(candidates) if candidates is not None else None
        self._kinds = kinds
        self._rescan_s = rescan_s
        self._current: Sensor | None = None
        self._has_real = False
        self._told: SensorStatus | None = None
        self._shunned_until_s: dict[str, float] = {}
        self._finished: set[str] = set()
        self._last: Sensor | None = None
        self._is_together = is_together
        self._on_every = on_every
        self._connecting = asyncio.Lock()
        self._precedence = Precedence()
        self._beside: set[str] = set()
        self._told_of: dict[str, SensorStatus] = {}
        self.gaps = GapWatch()

    @property
    def statuses(self) -> Mapping[str, SensorStatus]:
        """What was told last of each sensor, by its id."""
        return self._told_of

    @property
    def status(self) -> SensorStatus | None:
        """What was told last."""
        return self._told

    def follow(self, pacer_phase: float | None, rate_bpm: float) -> None:
        """Show the pacer to a wearer made of equations; real ones see it themselves."""
        follow = getattr(self._current, "follow", None)
        if follow is not None:
            follow(pacer_phase, rate_bpm)

    async def run(self) -> None:
        """Supervise until cancelled, or until all the sensors that were given are finished."""
        if self._told is None:
            self._tell(SensorStatus("", "", "", SensorState.SEARCHING, "looking for a sensor"))
        if not self._is_together:
            await self._lead()
            return
        async with asyncio.TaskGroup() as together:
            if self._given is None:
                together.create_task(self._lead())
                together.create_task(self._accompany(together))
            for sensor in self._left():
                together.create_task(self._keep(sensor))

    async def _lead(self) -> None:
        """Keep the sensor that counts streaming."""
        tries = 0
        while self._given is None or self._left():
            sensors = await self._found(is_scan=not self._has_real or tries % SCAN_EVERY == 0)
            if not sensors and self._given is None and not self._has_real:
                sensors = await self._stand_in()
            if await self._serve_first(sensors):
                tries = 0  # it was there a moment ago
            tries += 1
            slowest_s = QUICK_WAIT_S if tries < QUICK_TRIES else SLOW_WAIT_S
            await asyncio.sleep(min(FIRST_WAIT_S * 2.0 ** min(tries - 1, 10), slowest_s))

    async def _accompany(self, together: asyncio.TaskGroup) -> None:
        """Stream what else is there at once, beside the sensor that counts; what is searched for is not."""
        while True:
            await asyncio.sleep(self._rescan_s)
            if not self._has_real or self._current is None:
                continue
            for kind in self._kinds:
                for sensor in () if kind.is_simulated else (await self._ask(kind, False)).sensors:
                    who = sensor.identity.sensor_id
                    leaders = [
                        one.identity.sensor_id for one in (self._current, self._last) if one is not None
                    ]
                    is_free = (
                        who not in self._beside and who not in leaders and len(self._beside) < MOST_BESIDE
                    )
                    if is_free and not self._is_shunned(who):
                        self._beside.add(who)
                        together.create_task(self._serve_beside(sensor))

    async def _serve_beside(self, sensor: Sensor) -> None:
        try:
            await self._serve(sensor, is_beside=True)
        finally:
            self._beside.discard(sensor.identity.sensor_id)

    def _is_shunned(self, sensor_id: str) -> bool:
        return self._shunned_until_s.get(sensor_id, 0.0) > asyncio.get_running_loop().time()

    async def _keep(self, sensor: Sensor) -> None:
        """Stream one of several until it is finished; what befalls it concerns no other."""
        tries = 0
        while sensor.identity.sensor_id not in self._finished:
            tries = 0 if await self._serve(sensor) else tries
            tries += 1
            slowest_s = QUICK_WAIT_S if tries < QUICK_TRIES else SLOW_WAIT_S
            await asyncio.sleep(min(FIRST_WAIT_S * 2.0 ** min(tries - 1, 10), slowest_s))

    def _left(self) -> list[Sensor]:
        """The given sensors that are not finished."""
        return [s for s in self._given or () if s.identity.sensor_id not in self._finished]

    async def _serve_first(self, sensors: Sequence[Sensor]) -> bool:
        """Stream the first sensor that gives anything, until it ends; False when none did."""
        for sensor in sensors:
            if await self._serve(sensor):
                self._last = sensor
                return True
        return False

    async def _found(self, is_scan: bool) -> list[Sensor]:
        """Give the real sensors to try, in order: the last one first."""
        if self._given is not None:
            return self._left()
        found: list[Sensor] = [self._last] if self._last is not None else []
        reasons: list[str] = []
        for kind in self._kinds:
            if kind.is_simulated or (kind.is_radio and not is_scan):
                continue
            finding = await self._ask(kind, is_scan)
            known = {sensor.identity.sensor_id for sensor in found}
            found += [sensor for sensor in finding.sensors if sensor.identity.sensor_id not in known]
            reasons += [finding.reason] if finding.reason else []
        found = [sensor for sensor in found if sensor.identity.sensor_id not in self._beside]
        if is_scan:  # one that was taken away and put back gets another chance
            there = {sensor.identity.sensor_id for sensor in found}
            self._shunned_until_s = {k: until_s for k, until_s in self._shunned_until_s.items() if k in there}
        found = [s for s in found if not self._is_shunned(s.identity.sensor_id)]
        if not found and self._current is None and is_scan:
            remedy = "wear a strap or plug a sensor in"
            self._tell(SensorStatus("", "", "", SensorState.SEARCHING, "; ".join(reasons), remedy))
        return found

    async def _ask(self, kind: Kind, is_scan: bool) -> Finding:
        try:
            return await kind.find(self._settings, is_scan)
        except Exception as error:  # a supervisor: one kind of link may not keep the others out
            log.exception("looking for %s sensors failed", kind.name)
            return Finding((), f"{kind.title}: {error}", "see the log", is_available=False)

    async def _stand_in(self) -> list[Sensor]:
        """Stream a simulated wearer, if the table has one, until something real is there; give that."""
        rows = [kind for kind in self._kinds if kind.is_simulated]
        wearers = [sensor for kind in rows for sensor in (await self._ask(kind, False)).sensors]
        if not wearers:
            return []
        task = asyncio.create_task(self._serve(wearers[0]))
        try:
            while not task.done():
                await asyncio.wait((task,), timeout=self._rescan_s)
                if not task.done() and (found := await self._found(is_scan=True)):
                    return found
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        return []

    async def _serve(self, sensor: Sensor, *, is_beside: bool = False) -> bool:
        """Connect one sensor and stream it until it ends; say whether it gave anything at all.

        is_beside: it is not the one that counts, and what becomes of it is told in `statuses` alone.
        """
        if not is_beside:
            self._current = sensor
        has_streamed = False
        who = sensor.identity.sensor_id
        tell = partial(self._tell, is_beside=is_beside)
        tell(SensorStatus.of(sensor.identity, SensorState.CONNECTING))
        try:
            await self._open(sensor)
            async with aclosing(sensor.frames()) as frames:
                async for frame in frames:
                    if not has_streamed:
                        has_streamed = True
                        self._has_real = self._has_real or not sensor.identity.is_simulated
                        tell(SensorStatus.of(sensor.identity, SensorState.CONNECTED))
                    self._pass_on(frame)
            self._finished.add(sensor.identity.sensor_id)
            tell(SensorStatus.of(sensor.identity, SensorState.FINISHED))
        except EchoelError as error:
            state = SensorState.REFUSED if isinstance(error, SensorRefused) else SensorState.LOST
            tell(SensorStatus.of(sensor.identity, state, str(error), error.remedy))
        except Exception as error:  # a supervisor: no sensor's fault may stop the box
            log.exception("the sensor %s failed", sensor.identity.sensor_id)
            reason = f"{sensor.identity.name} failed: {type(error).__name__}: {error}"
            tell(
                SensorStatus.of(sensor.identity, SensorState.LOST, reason, "see the log; the box tries again")
            )
        finally:
            if not is_beside:
                self._current = None
            await asyncio.shield(sensor.close())
        if not has_streamed and self._given is None and sensor is not self._last:
            self._shunned_until_s[who] = asyncio.get_running_loop().time() + SHUNNED_S
        return has_streamed

    async def _open(self, sensor: Sensor) -> None:
        """Connect while nobody else does: radios and USB hubs take one at a time better.

        Bluetooth sensors take turns among themselves, and one that is not there gives way to the others.
        """
        has_turns = getattr(sensor, "takes_turns", False)
        async with nullcontext() if has_turns else self._connecting:
            try:
                async with asyncio.timeout(OPEN_S):
                    await sensor.open()
            except TimeoutError:
                raise SensorLost(
                    f"{sensor.identity.name} hangs while it connects", "switch it off and on again"
                ) from None

    def _pass_on(self, frame: SensorFrame) -> None:
        self.gaps.saw(frame)
        if self._on_every is not None:
            self._on_every(frame)
        if not self._is_together or self._precedence.admits(frame):
            self._on_frame(frame)

    def _tell(self, status: SensorStatus, *, is_beside: bool = False) -> None:
        """Pass a change of state on; trying a lost sensor again is no news until it works or is refused."""
        before = self._told_of.get(status.sensor_id) if self._is_together else self._told
        is_retry = (
            before is not None
            and before.state is SensorState.LOST
            and before.sensor_id == status.sensor_id
            and status.state in (SensorState.CONNECTING, SensorState.LOST)
        )
        if status != before and not is_retry:
            self._told_of[status.sensor_id] = status
            if not is_beside:
                self._told = status
                self._on_status(status)
