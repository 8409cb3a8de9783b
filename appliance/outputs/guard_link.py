"""Sends light and touch to the guard process, fifty times a second, and listens to what it says.

The guard owns the hardware; this end only proposes. After a mere hiccup (frames came late) it asks to
resume; after a stop or a nonsense value only a person's `release` does.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from appliance.contracts.lanes import Lane
from appliance.guard.gate import (
    ENDED,
    FRAME,
    LIT,
    MAGIC,
    REASONS,
    RELEASE,
    RESUME,
    SHOW,
    STALE,
    STATE,
    STOP,
    VERSION,
    WAITING,
)

PERIOD_S = 0.02
_RETRY_S = 1.0
_NOTHING = (0.0,) * 6
log = logging.getLogger(__name__)


class GuardLink:
    """An output behind the fan; connects by itself and again when the guard was restarted.

    `state`: what the guard last said: lit, waiting, stale, ended, nonsense, stopped, or `absent`.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.state = "absent"
        self.hiccups = 0
        self.sent = 0
        self._line: socket.socket | None = None
        self._sequence = 0
        self._due_s = 0.0
        self._retry_s = 0.0
        # A stop comes from the bus's thread while the fan's thread is sending frames.
        self._lock = threading.Lock()

    def write(self, samples: NDArray[np.float32]) -> None:
        """Take one block, shape (8, frames); send its last light and its strongest touch when one is due."""
        with self._lock:
            self._write(samples, time.monotonic())

    def _write(self, samples: NDArray[np.float32], now_s: float) -> None:
        if now_s < self._due_s or not self._connect(now_s):
            return
        self._due_s = max(self._due_s + PERIOD_S, now_s)
        self._listen()
        light = samples[Lane.LIGHT_LEFT : Lane.LIGHT_WHITE + 1, -1]
        touch = np.abs(samples[Lane.VIBRATION_LEFT :]).max(axis=1)
        self._sequence += 1
        self._send(SHOW, (*map(float, light), *map(float, touch)))

    def stop_now(self) -> None:
        """Dark and still at once, until `release`."""
        with self._lock:
            if self._connect(time.monotonic()):
                self._send(STOP)

    def release(self) -> None:
        """End a stop; the caller asks a person first."""
        with self._lock:
            if self._connect(time.monotonic()):
                self._send(RELEASE)

    def close(self) -> None:
        """Hang up, which makes the guard go dark; safe to call twice."""
        if self._line is not None:
            self._line.close()
            self._line = None
        self.state = "absent"

    def _connect(self, now_s: float) -> bool:
        if self._line is not None:
            return True
        if now_s < self._retry_s:
            return False
        self._retry_s = now_s + _RETRY_S
        line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        line.setblocking(False)
        try:
            line.connect(str(self.path))
        except OSError:
            line.close()
            return False
        self._line = line
        self._sequence = 0
        self._send(RESUME)
        return self._line is not None

    def _listen(self) -> None:
        while self._line is not None:
            try:
                packet = self._line.recv(64)
            except BlockingIOError:
                return
            except OSError:
                packet = b""
            if len(packet) != STATE.size:
                self.close()
                return
            reason = STATE.unpack(packet)[2]
            if REASONS[reason] != self.state:
                log.log(
                    logging.INFO if reason in (LIT, WAITING) else logging.WARNING,
                    "guard: %s",
                    REASONS[reason],
                )
            self.state = REASONS[reason]
            if reason in (STALE, WAITING, ENDED):
                self.hiccups += reason == STALE
                self._send(RESUME)

    def _send(self, kind: int, values: tuple[float, ...] = _NOTHING) -> None:
        if self._line is None:
            return
        try:
            self._line.send(FRAME.pack(MAGIC, VERSION, kind, self._sequence, *values))
            self.sent += 1
        except BlockingIOError:
            pass  # the guard is behind; it goes dark by itself when it stays so
        except OSError:
            self.close()
