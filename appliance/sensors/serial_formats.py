"""What a serial device may speak: a table from the setting `serial_format` to a decoder, a speed and two
words.

To add one, write its decoder and a row; the setting's choices are the names here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from appliance.contracts import Channel
from appliance.contracts.settings import Settings
from appliance.sensors.decoders.bitalino import Bitalino, start_commands, stop_command
from appliance.sensors.decoders.cyton import Cyton
from appliance.sensors.decoders.decoder import Decoder
from appliance.sensors.decoders.improv import ImprovBeside
from appliance.sensors.decoders.pulse_sensor import RATE_HZ, PulseSensor
from appliance.sensors.decoders.text_lines import TextLines
from appliance.sensors.decoders.thinkgear import ThinkGear
from appliance.sensors.decoders.wearable import WearableDecoder


@dataclass(frozen=True, slots=True)
class SerialFormat:
    """One row.

    make: builds the decoder for a sensor id. baud: bits a second. start: what makes it stream, sent a tenth
    of a second apart. stop: what ends that.
    """

    title: str
    make: Callable[[str, Settings], Decoder]
    baud: int = 115_200
    start: tuple[bytes, ...] = ()
    stop: bytes = b""


def _frames_or_lines(sensor_id: str, settings: Settings) -> Decoder:
    """Lines where a rate of lines is declared, else our frames."""
    if settings.serial_rate_hz > 0 or settings.serial_channel == Channel.RR:
        return TextLines(sensor_id, Channel(settings.serial_channel), settings.serial_rate_hz)
    return ImprovBeside(WearableDecoder(sensor_id))


def _pulse(sensor_id: str, settings: Settings) -> Decoder:
    return PulseSensor(sensor_id, settings.serial_rate_hz or RATE_HZ)


def _cyton(sensor_id: str, settings: Settings, inputs: int = 8) -> Decoder:
    first = (
        Channel.EEG if settings.serial_channel not in ("ecg", "breath") else Channel(settings.serial_channel)
    )
    return Cyton(sensor_id, (first, *(Channel.EEG,) * (inputs - 1)))


def _bitalino(sensor_id: str, settings: Settings) -> Decoder:
    return Bitalino(sensor_id, (Channel(settings.serial_channel),), 1000)


FORMATS: Mapping[str, SerialFormat] = {
    "auto": SerialFormat("our frames, or plain lines when serial_rate_hz is set", _frames_or_lines),
    "pulse_sensor": SerialFormat("PulseSensor", _pulse),
    "cyton": SerialFormat("OpenBCI Cyton; input 1 measures serial_channel", _cyton, start=(b"b",), stop=b"s"),
    "cyton_daisy": SerialFormat(
        "OpenBCI Cyton with Daisy",
        lambda sensor_id, settings: _cyton(sensor_id, settings, 16),
        start=(b"b",),
        stop=b"s",
    ),
    "thinkgear": SerialFormat("NeuroSky ThinkGear", lambda sensor_id, _: ThinkGear(sensor_id), 57_600),
    "bitalino": SerialFormat(
        "BITalino, input A1 measures serial_channel",
        _bitalino,
        start=start_commands(1000, (1,)),
        stop=stop_command(),
    ),
}
