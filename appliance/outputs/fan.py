"""Hands what left the engine to every output, off the engine's own thread, and keeps the meters."""

from __future__ import annotations

import logging
import math
import threading
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from appliance.contracts.lanes import Lane

PERIOD_S = 0.02
_FALL_DB_PER_S = 20.0
SILENCE_DB = -120.0
log = logging.getLogger(__name__)


class Output(Protocol):
    """The face of every output behind the fan."""

    def write(self, samples: NDArray[np.float32]) -> None:
        """Take one block, shape (8, frames)."""
        ...

    def close(self) -> None:
        """Finish; safe to call twice."""
        ...


class Tapped(Protocol):
    """A sink whose frames can be fetched after they left."""

    def read_tap(self) -> NDArray[np.float32]:
        """Return what left since the last call, shape (8, frames)."""
        ...


@dataclass(frozen=True, slots=True)
class Meters:
    """What leaves the box now.

    level_db: peak of both ears, dBFS, falling 20 dB a second. light: brightness of left, right, blue, white,
    0..1. vibration: strength of left and right, 0..1.
    """

    level_db: float = SILENCE_DB
    light: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)
    vibration: tuple[float, ...] = (0.0, 0.0)


class OutputFan:
    """Drains the sink's tap fifty times a second. With a stepped sink, call `take` with each block instead.

    An output that fails is closed and named in `troubles`; the others go on.
    """

    def __init__(self, sink: Tapped | None, outputs: list[Output], rate_hz: float = 48_000.0) -> None:
        self.meters = Meters()
        self.troubles: dict[str, str] = {}
        self.frames = 0
        self._sink = sink
        self._rate_hz = rate_hz
        self._outputs = list(outputs)
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, output: Output) -> None:
        """Take on one more output, also while running."""
        with self._lock:
            self._outputs.append(output)

    def remove(self, output: Output) -> None:
        """Let one output go; the caller closes it."""
        with self._lock:
            if output in self._outputs:
                self._outputs.remove(output)

    def start(self) -> None:
        """Begin to drain; nothing to do for a sink without a tap."""
        if self._sink is not None and hasattr(self._sink, "read_tap") and self._thread is None:
            self._thread = threading.Thread(target=self._drain, name="output-fan", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Fetch the last frames, then close every output; safe to call twice."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        with self._lock:
            outputs, self._outputs = self._outputs, []
        for output in outputs:
            try:
                output.close()
            except OSError as error:
                self._note(output, error)

    def take(self, samples: NDArray[np.float32]) -> None:
        """Hand one block, shape (8, frames), to every output and read the meters."""
        if not samples.shape[1]:
            return
        self.frames += samples.shape[1]
        self.meters = _read(samples, self.meters, self._rate_hz)
        with self._lock:
            outputs = tuple(self._outputs)
        for output in outputs:
            try:
                output.write(samples)
            except OSError as error:
                self._note(output, error)
                self.remove(output)
                output.close()

    def _drain(self) -> None:
        assert self._sink is not None
        while not self._ending.wait(PERIOD_S):
            self.take(self._sink.read_tap())
        self.take(self._sink.read_tap())

    def _note(self, output: Output, error: OSError) -> None:
        self.troubles[type(output).__name__] = str(error)
        log.error("%s stopped: %s", type(output).__name__, error)


def _read(samples: NDArray[np.float32], before: Meters, rate_hz: float) -> Meters:
    ears = samples[Lane.EAR_LEFT : Lane.EAR_RIGHT + 1]
    peak = float(np.abs(ears).max())
    level_db = 20.0 * math.log10(peak) if peak > 1e-6 else SILENCE_DB
    fallen_db = before.level_db - _FALL_DB_PER_S * samples.shape[1] / rate_hz
    return Meters(
        level_db=max(level_db, fallen_db, SILENCE_DB),
        light=tuple(float(v) for v in samples[Lane.LIGHT_LEFT : Lane.LIGHT_WHITE + 1, -1]),
        vibration=tuple(float(v) for v in np.abs(samples[Lane.VIBRATION_LEFT :]).max(axis=1)),
    )
