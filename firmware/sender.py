"""The box's end of an update: which files a wearable gets, and the frames that bring them there.

    python -m firmware.sender PORT NUMBER [FOLDER]     NUMBER grows with every update; FOLDER holds .mpy files

Runs on the box alone. Pieces that get lost are sent again from the offset the wearable names; when the
wearable has started over, it hears how many of its frames were believed until it keeps the new code.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from firmware import commands, wire

PIECE = 240
WINDOW = 4
PATIENCE_S = 0.6
GIVE_UP_S = 30.0
_TELL_S = 1.0
_PACKAGE = Path(__file__).resolve().parent
# What a wearable has no use for: models, the box's end, and what lies in its root for ever.
_NOT_SENT = ("simulation/", "sender.py", "boot.py", "start.py", "manifest.py", "py.typed")


class UpdateRefused(RuntimeError):
    """The wearable does not want this update; the text says why.

    reason: its place in `commands.REASONS`.
    """

    def __init__(self, text: str, reason: int) -> None:
        super().__init__(text)
        self.reason = reason


def files_of(folder: Path = _PACKAGE, *, has_models: bool = False) -> dict[str, bytes]:
    """The files of an update by their path on the wearable. has_models: for a simulated wearable."""
    found = {}
    for file in sorted([*folder.rglob("*.py"), *folder.rglob("*.mpy")]):
        name = file.relative_to(folder).as_posix()
        is_model = name.startswith("simulation/") or file.stem.endswith("_fake")
        if name.startswith(_NOT_SENT) and not (has_models and is_model):
            continue
        if has_models or not is_model:
            found[f"firmware/{name}"] = file.read_bytes()
    return found


class Sender:
    """One update on its way. `due` says what to send now, `heard` takes the wearable's replies.

    number: larger than that of every update before. Raises UpdateRefused from `heard`.
    """

    def __init__(self, files: dict[str, bytes], number: int, version: str) -> None:
        rows = [[name, len(data), hashlib.sha256(data).hexdigest()] for name, data in files.items()]
        manifest = json.dumps({"version": version, "files": rows}, separators=(",", ":")).encode()
        self._stream = manifest + b"".join(files.values())
        self._begin = commands.pack_begin(number, len(manifest), hashlib.sha256(manifest).digest())
        self._stage = commands.UPDATE_BEGIN
        self._confirmed = 0
        self._sent = 0
        self._progress_s = -PATIENCE_S
        self._is_asked = False

    @property
    def size(self) -> int:
        """How many bytes go over the line, without their frames."""
        return len(self._stream)

    @property
    def confirmed(self) -> int:
        """How many of them the wearable has."""
        return self._confirmed

    @property
    def is_done(self) -> bool:
        """Whether the wearable has it all and will start it."""
        return self._stage == 0

    def due(self, now_s: float) -> Iterator[tuple[int, bytes]]:
        """Give the kinds and payloads of the commands to send now."""
        if now_s - self._progress_s > PATIENCE_S:
            self._progress_s, self._sent, self._is_asked = now_s, self._confirmed, False
        if self._stage in (commands.UPDATE_BEGIN, commands.UPDATE_END) and not self._is_asked:
            self._is_asked = True
            yield self._stage, self._begin if self._stage == commands.UPDATE_BEGIN else b""
        while (
            self._stage == commands.UPDATE_DATA
            and self._sent < len(self._stream)
            and self._sent < self._confirmed + WINDOW * PIECE
        ):
            yield (
                commands.UPDATE_DATA,
                commands.pack_data(self._sent, self._stream[self._sent : self._sent + PIECE]),
            )
            self._sent += PIECE

    def heard(self, payload: bytes, kind: int, now_s: float) -> None:
        """Take a reply to a command of this kind."""
        reply = commands.unpack_reply(payload)
        if reply is None or kind != self._stage:
            return
        _, reason, number, text = reply
        if reason not in (commands.OK, commands.MISPLACED):
            is_known = reason < len(commands.REASONS)
            raise UpdateRefused(text or (commands.REASONS[reason] if is_known else "newer reason"), reason)
        if self._stage == commands.UPDATE_BEGIN:
            self._stage = commands.UPDATE_DATA
        elif self._stage == commands.UPDATE_END:
            self._stage = 0
        elif number > self._confirmed:
            self._confirmed = number
            self._sent = max(self._sent, number)
            if number >= len(self._stream):
                self._stage = commands.UPDATE_END
        else:
            return
        self._progress_s, self._is_asked = now_s, False


class Cable:
    """Commands and replies over an open serial port that other frames go over as well.

    line: `read(count)` with a short time-out and `write(bytes)`, as pyserial has them.
    """

    def __init__(self, line: object, boot: int = 0) -> None:
        self._line = line
        self._encoder = wire.Encoder(boot=boot)
        self.decoder = wire.Decoder()
        self._asked: dict[int, int] = {}

    def ask(self, kind: int, payload: bytes) -> None:
        """Send one command."""
        self._asked[self._encoder.sequence] = kind
        self._line.write(self._encoder.line(kind, 0, payload))  # type: ignore[attr-defined]

    def replies(self) -> Iterator[tuple[int, bytes]]:
        """Read what is there; give the replies with the kind of the command they answer."""
        for frame in self.decoder.feed(self._line.read(4096)):  # type: ignore[attr-defined]
            if frame.kind == wire.REPLY and len(frame.payload) >= 4:
                yield self._asked.pop(int.from_bytes(frame.payload[:4], "little"), 0), frame.payload

    def update(self, sender: Sender, show: Callable[[], None] = lambda: None) -> None:
        """Bring the whole update over; `show` is called after each reply.

        Raises UpdateRefused, or TimeoutError when nobody answers any more.
        """
        heard_s = time.monotonic()
        while not sender.is_done:
            for kind, payload in sender.due(time.monotonic()):
                self.ask(kind, payload)
            for kind, payload in self.replies():
                heard_s = time.monotonic()
                sender.heard(payload, kind, heard_s)
                show()
            if time.monotonic() - heard_s > GIVE_UP_S:
                raise TimeoutError("the wearable answers no more")

    def prove(self, number: int, span_s: float) -> bool:
        """Tell the restarted wearable what was believed; gives whether it kept the update in time."""
        began_s = told_s = time.monotonic()
        while time.monotonic() - began_s < span_s:
            if time.monotonic() - told_s > _TELL_S:
                told_s = time.monotonic()
                self.ask(commands.ACCEPTED, commands.pack_accepted(self.decoder.accepted, self.decoder.lost))
            for kind, payload in self.replies():
                reply = commands.unpack_reply(payload)
                if kind == commands.ACCEPTED and reply is not None and reply[2] >= number and not reply[3]:
                    return True
        return False


def main(words: list[str]) -> int:
    """Update the wearable on a serial port."""
    import serial

    if len(words) not in (2, 3) or not words[1].isdigit():
        print(
            "echoel: an update needs a port and a number; what to do: python -m firmware.sender PORT NUMBER"
        )
        return 2
    number = int(words[1])
    files = files_of(Path(words[2])) if len(words) == 3 else files_of()
    try:
        with serial.Serial(words[0], 115_200, timeout=0.01, exclusive=True) as line:
            sender = Sender(files, number, "update")
            print(f"sending {len(files)} files, {sender.size} bytes")
            Cable(line).update(sender)
            is_kept = Cable(line).prove(number, 120.0)
    except (OSError, UpdateRefused) as error:
        print(f"echoel: {error}; what to do: check cable, battery and number, then send it again")
        return 1
    print(
        "the wearable keeps it"
        if is_kept
        else "the wearable did not prove itself and goes back to the old one"
    )
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
