"""The application of a wearable: a few tasks around one list of sources and one list of links."""

import asyncio
import binascii

from firmware import calibration, commands, wire
from firmware.aes import Cipher
from firmware.button import LONG, VERY_LONG, Button
from firmware.clock import Uptime
from firmware.devices import gauge, haptic, opened
from firmware.disk import Disk, Twin
from firmware.health import Battery, Pulse, Trial
from firmware.heart import Beats, Oxygen
from firmware.led import Light
from firmware.links.ble import BleLink
from firmware.links.usb import UsbLink
from firmware.orders import Orders
from firmware.power import Rest
from firmware.settings import Settings
from firmware.slots import Slots

TYPE_CHECKING = False
if TYPE_CHECKING:
    from firmware.board import Board
    from firmware.devices import Source

VERSION = "1.0.0"
_HELLO_MS = 2000
_LISTEN_MS = 4
_PERSON_MS = 20
_SILENT_MS = 2000
# A radio takes few notifications in each of its turns; a cable does not mind.
_AIR_US = 16_000
_FORGOTTEN = {"secret": "", "key_id": 0, "is_sealed": 0}


class Application:
    """One wearable from its start to its next reset.

    board: what it runs on. disk: where its state is kept.
    """

    def __init__(self, board: "Board", disk: "Disk") -> None:
        self.disk = disk
        self._board = board
        self.settings = Settings(Twin(disk, "/settings"))
        self.uptime = Uptime(board.ticks_us)
        self.slots = Slots(disk)
        self.sources, self.troubles = opened(board, self.settings, disk)
        self.motor = haptic(board)
        self.battery = Battery(gauge(board))
        self.light = Light(self.settings.number("light_percent"))
        self.rest = Rest(self.settings.number("sleep_after_s"), 0)
        self.trial = Trial(0, 1000 * self.settings.number("trial_s")) if self.slots.is_on_trial() else None
        self.identify_until_ms = 0
        self._button = Button()
        self._pulse = Pulse(board.watchdog(), ("stream", "listen", "greet", "person"), 0)
        self._links, self._radio = self._linked(_counted(disk))
        self._orders = Orders(self)
        self._reset_ms = -1
        self._gathered: dict[str, list[int]] = {}
        self._heart, self._beats = _heart_of(self.sources)
        self._oxygen = Oxygen(100.0)
        self._sent_ms = 0
        self._box_boot = -1
        self.silent: dict[str, str] = {}
        self._lit = -1.0

    def _linked(self, boot: int) -> "tuple[list[UsbLink | BleLink], BleLink | None]":
        """Open the cable, which needs no key, and the radio, with the key of the pairing if there is one."""
        links: list[UsbLink | BleLink] = [
            UsbLink(self._board.port(), wire.Encoder(boot=boot), wire.Decoder())
        ]
        if self._board.radio is None:
            return links, None
        key_id = self.settings.number("key_id")
        secret = binascii.unhexlify(self.settings.text("secret")) if key_id else b""
        up, up_cipher = wire.derived(secret, wire.UP) if key_id else (b"", b"")
        down, down_cipher = wire.derived(secret, wire.DOWN) if key_id else (b"", b"")
        cipher = Cipher(up_cipher) if key_id and self.settings.number("is_sealed") else None
        about = {"name": self.settings.text("name"), "maker": "Echoel", "model": self._board.name}
        about["serial"], about["version"] = self._board.serial(), VERSION
        encoder = wire.Encoder(up, key_id, boot, cipher)
        decoder = wire.Decoder({key_id: down}, {key_id: Cipher(down_cipher)} if key_id else None)
        radio = BleLink(self._board.radio.BLE(), self._board.radio.UUID, encoder, decoder, about)
        links.append(radio)
        return links, radio

    async def run(self) -> None:
        """Sample, send, listen and mind the person until the board is reset."""
        await asyncio.gather(self._stream(), self._greet(), self._listen(), self._mind())

    async def _stream(self) -> None:
        packet_us = self.settings.number("packet_ms") * 1000
        due_us = self.uptime.us()
        while True:
            now_us = self.uptime.us()
            for source in self.sources:
                self._send_packets(source, now_us)
            if not self.sources or self.uptime.ms() - self._sent_ms < _SILENT_MS:
                self._pulse.beat("stream", self.uptime.ms())
            # Packets keep to a beat of their own; after a long wait it begins anew.
            is_on_air = self._radio is not None and self._radio.is_connected
            due_us = max(due_us + (_AIR_US if is_on_air else packet_us), now_us)
            await asyncio.sleep(max(due_us - self.uptime.us(), 0) / 1_000_000)

    def _send_packets(self, source: "Source", now_us: int) -> None:
        while True:
            try:
                packet = source.packet(now_us)
            except OSError as error:  # a chip that went away; the others go on
                self.silent[source.driver.channel] = str(error)
                return
            if self.silent.pop(source.driver.channel, None) is not None:
                wake = getattr(source.driver, "wake", None)
                if wake is not None:
                    wake()  # back from where it was, it may have forgotten how it was set up
            if packet is None:
                return
            self._sent_ms = self.uptime.ms()
            driver = source.driver
            samples = wire.Samples(
                driver.channel, driver.rate_hz, driver.scale, packet[1], driver.has_contact
            )
            self._send(wire.SAMPLES, packet[0] // 1000, samples.pack())
            self._listen_inwards(source, packet[1])

    def _listen_inwards(self, source: "Source", counts: "list[int]") -> None:
        """Look for beats, for apps that know only the standard services, and for what calibrating wants."""
        driver = source.driver
        gathered = self._gathered.get(driver.channel)
        if gathered is not None:
            gathered += counts
            if len(gathered) >= calibration.SAMPLES:
                self._calibrate(driver.channel, self._gathered.pop(driver.channel))
        if source is not self._heart or self._beats is None or self._radio is None:
            return
        red = getattr(driver, "red", None)
        if red is not None:
            self._oxygen.take(red, getattr(driver, "infrared", 0), driver.has_contact)
        intervals = self._beats.take(counts)
        if intervals and self._radio.is_connected:
            self._radio.tell_heart(self._beats.rate_bpm, intervals, driver.has_contact)
            if red is not None:
                self._radio.tell_oxygen(self._oxygen.percent, self._beats.rate_bpm)

    def gather(self, channel: str) -> bool:
        """Begin to calibrate; whether that channel is here."""
        if all(source.driver.channel != channel for source in self.sources):
            return False
        self._gathered[channel] = []
        return True

    def _calibrate(self, channel: str, counts: "list[int]") -> None:
        name = calibration.CHANNELS[channel]
        try:
            found = calibration.zero(counts, self.settings.number(name))
            self.settings.change({name: found})
            said = channel + " zero " + str(found) + ", at the next start"
        except calibration.Unsteady as error:
            said = channel + ": " + str(error)
        self._send(wire.REPLY, self.uptime.ms(), commands.pack_reply(0, commands.OK, 0, said))

    async def _greet(self) -> None:
        """Say every other second who this is and how it is."""
        while True:
            now_ms = self.uptime.ms()
            self._send(wire.HELLO, now_ms, wire.pack_hello(self._board.serial(), self.settings.text("name")))
            self._send(wire.STATUS, now_ms, self.status())
            if self._radio is not None:
                self._radio.tell_battery(self.battery.percent())
            self._pulse.beat("greet", now_ms)
            await asyncio.sleep(_HELLO_MS / 1000)

    def status(self) -> bytes:
        """The payload of STATUS."""
        flags = commands.LOW if self.battery.is_low() else 0
        flags |= commands.CHARGING if self.battery.is_charging() else 0
        flags |= commands.FAULTY if self.troubles or self.silent else 0
        flags |= commands.TRIAL if self.trial is not None else 0
        jitter_us = max([0] + [source.worst_jitter_us for source in self.sources])
        lost = sum([source.lost for source in self.sources])
        dropped = sum([link.dropped for link in self._links])
        number = self.slots.update_number()
        return commands.pack_status(self.battery.percent(), flags, jitter_us, lost, dropped, number, VERSION)

    async def _listen(self) -> None:
        while True:
            now_ms = self.uptime.ms()
            for link in self._links:
                link.flush()
                for frame in link.receive():
                    self.rest.heard(now_ms)
                    is_trusted = link.is_open_to_all or frame.key_id != wire.OPEN_KEY_ID
                    if is_trusted and frame.key_id != wire.OPEN_KEY_ID and not self._is_fresh(frame.boot):
                        continue
                    link.send(wire.REPLY, now_ms, self._orders.do(frame, is_trusted))
            if self._radio is not None and self._radio.is_connected:
                self.rest.heard(now_ms)
            if self.motor is not None:
                self.motor.tick(now_ms)
            self._pulse.beat("listen", now_ms)
            if 0 <= self._reset_ms <= now_ms:
                self._board.machine.reset()
            await asyncio.sleep(_LISTEN_MS / 1000)

    def _is_fresh(self, boot: int) -> bool:
        """Whether a box's start is newer than all before it, so that no recorded command is obeyed again.

        The decoder refuses what it has seen, but forgets at a reset; the box's last start is kept for that.
        """
        if boot == self._box_boot:
            return True
        state = Twin(self.disk, "/box")
        before = (state.load() or {}).get("boot")
        if before is not None and not 0 < (boot - before) & 0xFFFF < 0x8000:
            return False
        state.store({"boot": boot})
        self._box_boot = boot
        return True

    async def _mind(self) -> None:
        """The light, the button and sleep."""
        button = self._board.pin("button", is_pulled_up=True)
        while True:
            now_ms = self.uptime.ms()
            self._light_up(now_ms)
            pressed = self._button.ask(not button.value(), now_ms)
            if pressed == LONG:
                self.rest.ask()
            elif pressed == VERY_LONG:
                self.settings.change(_FORGOTTEN)
                self.reset_soon()
            elif pressed:
                self.rest.heard(now_ms)
            if self.rest.reason(self.battery.is_empty(), now_ms):
                self._sleep()
            self._pulse.beat("person", now_ms)
            await asyncio.sleep(_PERSON_MS / 1000)

    def _light_up(self, now_ms: int) -> None:
        contacts = [source.driver.has_contact for source in self.sources]
        self.light.say("fault", bool(self.troubles or self.silent))
        self.light.say("empty", self.battery.is_low())
        self.light.say("identify", now_ms < self.identify_until_ms)
        self.light.say("no_contact", False in contacts)
        self.light.say("trial", self.trial is not None)
        self.light.say("streaming", True)
        level = self.light.level(now_ms)
        if level != self._lit:
            self._board.light(level)
            self._lit = level

    def _sleep(self) -> None:
        """Stop the chips and the processor until the button is pressed; waking is a new start."""
        for source in self.sources:
            sleep = getattr(source.driver, "sleep", None)
            if sleep is not None:
                sleep()
        self._board.light(0.0)
        self._board.sleep()

    def heard_counts(self, accepted: int, lost: int) -> None:
        """The box says how much of us it believed; new code that proves itself so is kept."""
        if self.trial is not None and self.trial.heard(accepted, lost, self.uptime.ms()):
            self.slots.commit()
            self.trial = None

    def reset_soon(self) -> None:
        """Start over when the reply has had time to leave."""
        self._reset_ms = self.uptime.ms() + 200

    def _send(self, kind: int, time_ms: int, payload: bytes) -> None:
        for link in self._links:
            link.send(kind, time_ms, payload)


def _counted(disk: "Disk") -> int:
    """Count this start, so that no frame of an earlier one is believed again."""
    state = Twin(disk, "/starts")
    boot = (int((state.load() or {}).get("boot", 0)) + 1) & 0xFFFF
    state.store({"boot": boot})
    return boot


def _heart_of(sources: "list[Source]") -> "tuple[Source | None, Beats | None]":
    """The source that the standard Heart Rate service listens to: an ECG rather than a PPG."""
    for channel in ("ecg", "ppg"):
        for source in sources:
            if source.driver.channel == channel:
                return source, Beats(channel, source.driver.rate_hz)
    return None, None


def run(board: "Board") -> None:
    """Run for ever."""
    asyncio.run(Application(board, Disk()).run())
