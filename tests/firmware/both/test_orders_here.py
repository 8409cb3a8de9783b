"""Whatever a command says, the application answers and lives; on whichever Python runs this."""

import array

from firmware import commands, wire
from firmware.main import Application
from firmware.orders import Orders
from firmware.simulation import desk
from firmware.simulation.world import Recording, world


class MemoryDisk:
    """A flash in memory, with the old code in it."""

    def __init__(self):
        self.files = {"/a/firmware/main.py": b"old"}
        self.folders = {"/a", "/a/firmware"}

    def read(self, path):
        return self.files.get(path)

    def write(self, path, data):
        self.files[path] = data

    def append(self, path, data):
        self.files[path] += data

    def names(self, folder):
        inside = [path[len(folder) + 1 :] for path in self.files if path.startswith(folder + "/")]
        return sorted({name.split("/")[0] for name in inside})

    def is_folder(self, path):
        return path in self.folders

    def make_folder(self, path):
        self.folders.add(path)

    def clear(self, folder):
        for path in [path for path in self.files if path.startswith(folder + "/")]:
            del self.files[path]


class Nobody:
    """A cable without anything at its far end."""

    def read(self, count):
        return None

    def write(self, data):
        return len(data)


def application():
    """A wearable of models, in a world where nothing happened."""
    world.__init__()
    world.uarts[0] = Nobody()
    flat = Recording(array.array("h", [0, 1]), 1.0, 1.0)
    desk.wear(flat, flat)
    return Application(desk.board(), MemoryDisk())


class Chance:
    """Numbers that come in the same order everywhere."""

    def __init__(self):
        self.state = 12345

    def below(self, most):
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.state >> 8) % most


KINDS = tuple(range(0x80, 0x94)) + (0xBF,)  # noqa: RUF005  MicroPython stars no tuples
TEMPLATES = (
    b"",
    commands.pack_vibrate(0.5, 100),
    commands.pack_settings({"name": "new", "packet_ms": 8}),
    commands.pack_settings({"key_id": 1, "secret": "0" * 64}),
    b'{"packet_ms": 1e999, "name": null, "sensors": [[[[]]]]}',
    b"[" * 250,
    b"skin",
    commands.pack_accepted(10, 2),
    commands.pack_begin(1, 200, bytes(32)),
    commands.pack_data(0, b"x" * 200),
)


def test_no_payload_stops_the_application():
    app = application()
    orders = Orders(app)
    chance = Chance()
    answered = set()
    for number in range(3000):
        payload = bytearray(TEMPLATES[chance.below(len(TEMPLATES))])
        for _ in range(chance.below(4)):
            if payload:
                payload[chance.below(len(payload))] = chance.below(256)
        kind = KINDS[chance.below(len(KINDS))]
        frame = wire.Frame(0, 1, number, 0, kind, bytes(payload))
        reply = commands.unpack_reply(orders.do(frame, chance.below(8) > 0))
        assert reply is not None
        assert reply[0] == number
        answered.add(reply[1])
    assert {commands.OK, commands.UNKNOWN, commands.SENSELESS, commands.FORBIDDEN} <= answered
    assert app.slots.choose() == "a"
    # What was taken on the way does not keep it from starting.
    world.timers.clear()
    assert Application(desk.board(), app.disk).sources is not None


def test_an_update_by_commands_is_staged_and_its_number_must_grow():
    import hashlib
    import json

    app = application()
    orders = Orders(app)
    files = {"firmware/main.py": b"new" * 300, "firmware/empty.py": b""}
    rows = [[name, len(data), hashlib.sha256(data).digest().hex()] for name, data in files.items()]
    manifest = json.dumps({"version": "2", "files": rows}).encode()
    stream = manifest + b"".join(files.values())
    digest = hashlib.sha256(manifest).digest()
    asked = [(commands.UPDATE_BEGIN, commands.pack_begin(4, len(manifest), digest))]
    pieces = [commands.pack_data(at, stream[at : at + 100]) for at in range(0, len(stream), 100)]
    asked += [(commands.UPDATE_DATA, piece) for piece in pieces]
    asked.append((commands.UPDATE_END, b""))
    for number, (kind, payload) in enumerate(asked):
        reply = commands.unpack_reply(orders.do(wire.Frame(0, 1, number, 0, kind, payload), True))
        assert reply[1] == commands.OK
    assert app.slots.choose() == "b"
    assert app.disk.files["/b/firmware/main.py"] == files["firmware/main.py"]
    app.slots.commit()
    again = wire.Frame(0, 1, 99, 0, commands.UPDATE_BEGIN, asked[0][1])
    assert commands.unpack_reply(orders.do(again, True))[1] == commands.OLD
