"""Our wearable, as a peripheral that sends what `firmware.wire` makes and notes what it is told."""

from __future__ import annotations

from bumble.core import UUID
from bumble.device import Device
from bumble.gatt import Characteristic, CharacteristicValue, Service

from appliance.sensors.ble import wearable
from firmware import wire
from firmware.aes import Cipher
from tests.peripherals.peripheral import Peripheral, notifying


class Wearable(Peripheral):
    """One of ours.

    secret, key_id: of its pairing. is_sealed: it hides what it sends. `told` holds the box's frames that it
    believed.
    """

    def __init__(
        self,
        device: Device,
        *,
        secret: bytes = b"",
        key_id: int = 0,
        boot: int = 1,
        mtu: int = 517,
        is_sealed: bool = False,
    ) -> None:
        (up, seal), (down, _) = (
            wire.derived(secret, way) if secret else (b"", b"") for way in (wire.UP, wire.DOWN)
        )
        self._encoder = wire.Encoder(up, key_id, boot, Cipher(seal) if is_sealed else None)
        self._decoder = wire.Decoder({key_id: down})
        self.told: list[wire.Frame] = []
        self.up = notifying(UUID(wearable.UP))
        writes = Characteristic.Properties.WRITE | Characteristic.Properties.WRITE_WITHOUT_RESPONSE
        down_value = CharacteristicValue(write=lambda _, data: self._written(data))
        down_line = Characteristic(
            UUID(wearable.DOWN), writes, Characteristic.Permissions.WRITEABLE, down_value
        )
        services = [Service(UUID(wearable.SERVICE), [self.up, down_line])]
        super().__init__(device, services, UUID(wearable.SERVICE), mtu=mtu, battery_percent=88)

    def _written(self, data: bytes) -> None:
        if len(data) <= wearable.LONGEST_PIECE:
            self.told += self._decoder.feed(data)
        elif (frame := self._decoder.frame(data)) is not None:
            self.told.append(frame)

    async def sample(self, time_ms: int, samples: wire.Samples) -> None:
        """Send one block of samples, whole or in pieces as the link allows."""
        frame = self._encoder.frame(wire.SAMPLES, time_ms, samples.pack())
        for connection in list(self.device.connections.values()):
            is_whole = len(frame) <= connection.att_mtu - 3
            for piece in [frame] if is_whole else wearable.pieces(frame):
                await self.send(self.up, piece)

    async def send_again(self, frame: bytes) -> None:
        """Send bytes as they are, such as a recording of an earlier frame."""
        await self.send(self.up, frame)
