"""One at a time at the radio: most adapters fail when they connect to two devices, or scan, at once.

Whoever tries to connect has the radio for as long as nobody else wants it, and gives way after a moment
when somebody does: a strap that was left at home keeps no other sensor out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

_Result = TypeVar("_Result")
_INSTANT_S = 1e-6  # less than a clock shows is no time left
# An attempt that was called off must have let go of the radio within this time.
LET_GO_S = 5.0
# How long an attempt may still take while a sensor waits that was streaming a moment ago.
HURRY_S = 1.0


class GaveWay(Exception):
    """Somebody else wanted the radio, and this attempt had had its moment."""


class Turns:
    """The queue at one radio, first come, first served."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._waiting = 0
        self._hurrying = 0
        self._changed = asyncio.Event()

    async def take(
        self,
        work: Callable[[], Coroutine[Any, Any, _Result]],
        longest_s: float,
        give_way_s: float,
        *,
        is_urgent: bool = False,
    ) -> _Result:
        """Do the work alone.

        longest_s: how long it may take, else TimeoutError. give_way_s: the same when others wait.
        is_urgent: for a sensor that streamed a moment ago; to it others give way at once.
        """
        self._waiting += 1
        self._hurrying += is_urgent
        self._changed.set()
        try:
            await self._lock.acquire()
        finally:
            self._waiting -= 1
            self._hurrying -= is_urgent
        try:
            task = asyncio.create_task(work())
            return await self._limited(task, longest_s, give_way_s, is_urgent)
        finally:
            self._lock.release()

    async def _limited(
        self, task: asyncio.Task[_Result], longest_s: float, give_way_s: float, is_urgent: bool
    ) -> _Result:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        try:
            while not task.done():
                limit_s = min(give_way_s, longest_s) if self._waiting else longest_s
                if self._hurrying and not is_urgent:
                    limit_s = min(limit_s, HURRY_S)
                left_s = began_s + limit_s - loop.time()
                if left_s < _INSTANT_S:
                    raise GaveWay if self._waiting else TimeoutError
                self._changed.clear()
                changed = asyncio.create_task(self._changed.wait())
                try:
                    await asyncio.wait({task, changed}, timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    changed.cancel()
            return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=LET_GO_S)
                if task.done() and not task.cancelled():
                    task.exception()


_TURNS: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()


def turns() -> Turns:
    """The queue of this event loop."""
    return _TURNS.setdefault(asyncio.get_running_loop(), Turns())
