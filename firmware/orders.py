"""Doing what the box asks: one method a command, each giving a reason of `commands`, a number and a text."""

from firmware import calibration, commands, selftest
from firmware.ota import Receiver
from firmware.settings import BadSetting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from firmware import wire
    from firmware.main import Application

    Answer = tuple[int, int, str]

_IDENTIFY_MS = 5000
# Without a key, anybody near could ask over the air; this much does no harm.
_HARMLESS = (commands.IDENTIFY, commands.ACCEPTED)
_AT_START = ("secret", "key_id", "is_sealed", "sensors")
_JITTER_LIMIT_US = 2000


class Orders:
    """What one wearable does when it is asked. app: the application that owns the parts."""

    def __init__(self, app: "Application") -> None:
        self._app = app
        self._receiver = Receiver(app.disk, app.slots, app.battery.is_strong)
        self._table: dict[int, Any] = {
            commands.VIBRATE: self._vibrate,
            commands.IDENTIFY: self._identify,
            commands.SET: self._set,
            commands.CALIBRATE: self._calibrate,
            commands.SELF_TEST: self._test,
            commands.RESET: self._reset,
            commands.SLEEP: self._sleep,
            commands.ACCEPTED: self._accepted,
            commands.UPDATE_BEGIN: self._begin,
            commands.UPDATE_DATA: self._data,
            commands.UPDATE_END: self._end,
        }

    def do(self, frame: "wire.Frame", is_trusted: bool) -> bytes:
        """Do what a frame asks; gives the reply. is_trusted: it came by cable, or with a key."""
        order = self._table.get(frame.kind)
        if order is None:
            answer = (commands.UNKNOWN, 0, "")
        elif not is_trusted and frame.kind not in _HARMLESS:
            answer = (commands.FORBIDDEN, 0, "")
        else:
            try:
                answer = order(frame.payload)
            except OSError as error:  # a chip or the flash; the reply says so and everything else goes on
                answer = (commands.FAILED, 0, str(error))
        return commands.pack_reply(frame.sequence, answer[0], answer[1], answer[2])

    def _vibrate(self, payload: bytes) -> "Answer":
        asked = commands.unpack_vibrate(payload)
        if asked is None:
            return commands.SENSELESS, 0, ""
        if self._app.motor is None:
            return commands.MISSING, 0, "no haptic driver answers"
        self._app.motor.play(asked[0], asked[1], asked[2], self._app.uptime.ms())
        return commands.OK, 0, ""

    def _identify(self, _payload: bytes) -> "Answer":
        self._app.identify_until_ms = self._app.uptime.ms() + _IDENTIFY_MS
        return commands.OK, 0, ""

    def _set(self, payload: bytes) -> "Answer":
        changes = commands.unpack_settings(payload)
        if changes is None:
            return commands.SENSELESS, 0, ""
        try:
            self._app.settings.change(changes)
        except BadSetting as error:
            return commands.SENSELESS, 0, str(error)
        needs_reset = any(name in changes for name in _AT_START)
        return commands.OK, 0, "at the next start" if needs_reset else ""

    def _calibrate(self, payload: bytes) -> "Answer":
        channel = payload.decode() if payload.isalpha() else ""
        if channel not in calibration.CHANNELS:
            return (
                commands.SENSELESS,
                0,
                "only " + " and ".join(sorted(calibration.CHANNELS)) + " have a zero",
            )
        if not self._app.gather(channel):
            return commands.MISSING, 0, channel + " is not on this wearable"
        return commands.OK, 0, "lie still"

    def _test(self, _payload: bytes) -> "Answer":
        app = self._app
        found = selftest.findings(app.sources, app.troubles, app.battery, _JITTER_LIMIT_US)
        bad = len([row for row in found if not row[1]])
        return commands.OK, bad, selftest.told(found)

    def _reset(self, _payload: bytes) -> "Answer":
        self._app.reset_soon()
        return commands.OK, 0, ""

    def _sleep(self, _payload: bytes) -> "Answer":
        self._app.rest.ask()
        return commands.OK, 0, ""

    def _accepted(self, payload: bytes) -> "Answer":
        counts = commands.unpack_accepted(payload)
        if counts is None:
            return commands.SENSELESS, 0, ""
        self._app.heard_counts(counts[0], counts[1])
        return commands.OK, self._app.slots.update_number(), "on trial" if self._app.trial is not None else ""

    def _begin(self, payload: bytes) -> "Answer":
        asked = commands.unpack_begin(payload)
        if asked is None:
            return commands.SENSELESS, 0, ""
        reason = self._receiver.begin(asked[0], asked[1], asked[2])
        return reason, self._app.slots.update_number(), ""

    def _data(self, payload: bytes) -> "Answer":
        piece = commands.unpack_data(payload)
        if piece is None:
            return commands.SENSELESS, self._receiver.offset, ""
        reason = self._receiver.data(piece[0], piece[1])
        self._app.light.say("updating", reason in (commands.OK, commands.MISPLACED))
        return reason, self._receiver.offset, ""

    def _end(self, _payload: bytes) -> "Answer":
        reason = self._receiver.end()
        self._app.light.say("updating", False)
        if reason == commands.OK:
            self._app.reset_soon()
        return reason, 0, ""
