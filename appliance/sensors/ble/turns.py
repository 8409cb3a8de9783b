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
# An attempt that was called off must have let go of the radio within this time.
LET_GO_S = 5.0


class GaveWay(Exception):
    """Somebody else wanted the radio, and this attempt had had its moment."""


class Turns:
    """The queue at one radio, first come, first served."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._waiting = 0
        self._wanted = asyncio.Event()

    async def take(
        self, work: Callable[[], Coroutine[Any, Any, _Result]], longest_s: float, give_way_s: float
    ) -> _Result:
        """Do the work alone.

        longest_s: how long it may take, else TimeoutError. give_way_s: the same when others wait.
        """
        self._waiting += 1
        self._wanted.set()
        try:
            await self._lock.acquire()
        finally:
            self._waiting -= 1
        try:
            if not self._waiting:
                self._wanted.clear()
            return await self._limited(asyncio.create_task(work()), longest_s, give_way_s)
        finally:
            self._lock.release()

    async def _limited(self, task: asyncio.Task[_Result], longest_s: float, give_way_s: float) -> _Result:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        wanted = asyncio.create_task(self._wanted.wait())
        try:
            await asyncio.wait({task, wanted}, timeout=longest_s, return_when=asyncio.FIRST_COMPLETED)
            if not task.done() and wanted.done():
                left_s = min(give_way_s, longest_s) - (loop.time() - began_s)
                await asyncio.wait({task}, timeout=max(left_s, 0.0))
            if not task.done():
                raise GaveWay if wanted.done() else TimeoutError
            return task.result()
        finally:
            wanted.cancel()
            if not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=LET_GO_S)
                if task.done() and not task.cancelled():
                    task.exception()


_TURNS: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()


def turns() -> Turns:
    """The queue of this event loop."""
    return _TURNS.setdefault(asyncio.get_running_loop(), Turns())
