"""MicroPython's console as a plain line of bytes, on which Ctrl-C is a byte like any other."""

import select
import sys


class Console:
    """The USB console without blocking; `read` and `write` as a UART has them."""

    def __init__(self) -> None:
        import micropython  # type: ignore[import-not-found, unused-ignore]

        micropython.kbd_intr(-1)
        self._in = sys.stdin.buffer
        self._out = sys.stdout.buffer
        self._poll = select.poll()
        self._poll.register(self._in, select.POLLIN)
        self._room = select.poll()
        self._room.register(self._out, select.POLLOUT)

    def read(self, count: int) -> "bytes | None":
        """Give at most so many bytes; None when none wait."""
        data = bytearray()
        # One byte at a time: asking for more would wait until they are all there.
        while len(data) < count and self._poll.poll(0):
            data += self._in.read(1)
        return bytes(data) if data else None

    def write(self, data: bytes) -> "int | None":
        """Send if there is room; how many bytes that were, or None. A full line would wait for long."""
        return self._out.write(data) if self._room.poll(0) else None
