"""The live stream: what the box says ten times a second, passed on to everyone who watches.

A raw ASGI app of its own, in a process of its own: a viewer holds a connection open for hours, and in a
pool of threads a handful of them would keep everybody else waiting. Messages go through as they came.
A viewer that reads too slowly loses the oldest of what waits for it: live means now.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from api.kernel.hosts import host_name, is_ours, place_of

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_VIEWERS = 256
HEARTBEAT_S = 15.0
_WAITING = 30
_KEPT = 50


@dataclass(eq=False, slots=True)
class _Viewer:
    waiting: deque[bytes] = field(default_factory=lambda: deque(maxlen=_WAITING))
    woken: asyncio.Event = field(default_factory=asyncio.Event)


class LiveStream:
    """An ASGI app that sends server-sent events: `live` and `status`, each one JSON object.

    box_id: the box that is shown; when empty, the first one heard. panel_port: pages from this port of
    the same host may read the stream, no other page may.
    """

    def __init__(self, panel_port: int, box_id: str = "") -> None:
        self._panel_port = panel_port
        self._box_id = box_id
        self._viewers: set[_Viewer] = set()
        self._numbers = itertools.count(1)
        self._kept: deque[tuple[int, bytes]] = deque(maxlen=_KEPT)
        self._status = b""
        self._is_closing = False

    @property
    def viewers(self) -> int:
        """How many are watching."""
        return len(self._viewers)

    def publish(self, box_id: str, event: str, body: bytes) -> None:
        """Pass one message on to everyone; call it on the event loop."""
        self._box_id = self._box_id or box_id
        if box_id != self._box_id:
            return
        number = next(self._numbers)
        # An event ends at a line's end, so none may come from inside; in JSON a space means the same.
        line = body.replace(b"\r", b" ").replace(b"\n", b" ")
        block = b"id: %d\nevent: %s\ndata: %s\n\n" % (number, event.encode(), line)
        if event == "status":
            self._status = block
        else:
            self._kept.append((number, block))
        for viewer in self._viewers:
            viewer.waiting.append(block)
            viewer.woken.set()

    def close(self) -> None:
        """End every viewer's stream; call it on the event loop."""
        self._is_closing = True
        for viewer in self._viewers:
            viewer.woken.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        host, origin = headers.get("host", ""), headers.get("origin")
        if not is_ours(host) or not self._is_panel(origin, host):
            await _refuse(send, 403, "wrong_origin", "this page may not watch", "use the box's own panel")
        elif scope["method"] != "GET":
            await _refuse(send, 405, "method_not_allowed", "the stream is only read", "use GET")
        elif len(self._viewers) >= MOST_VIEWERS or self._is_closing:
            await _refuse(
                send, 503, "busy", f"{MOST_VIEWERS} are watching already", "close a page, try again"
            )
        else:
            await self._serve(headers.get("last-event-id", ""), origin, receive, send)

    def _is_panel(self, origin: str | None, host: str) -> bool:
        if origin is None:
            return True
        return place_of(origin) == (host_name(host), self._panel_port)

    async def _serve(self, last_seen: str, origin: str | None, receive: Receive, send: Send) -> None:
        head = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
        if origin is not None:
            head += [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"Origin")]
        await send({"type": "http.response.start", "status": 200, "headers": head})
        viewer = _Viewer()
        gone = asyncio.ensure_future(_until_gone(receive, viewer.woken))
        self._viewers.add(viewer)
        try:
            await _chunk(send, b"retry: 1000\n\n" + self._status + self._missed(last_seen))
            while not gone.done() and not self._is_closing:
                viewer.woken.clear()
                if not viewer.waiting:
                    await self._wait(viewer, send)
                if viewer.waiting:
                    blocks = b"".join(viewer.waiting)
                    viewer.waiting.clear()
                    await _chunk(send, blocks)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except OSError:
            pass  # the viewer closed the page in the middle of a word
        finally:
            self._viewers.discard(viewer)
            gone.cancel()

    async def _wait(self, viewer: _Viewer, send: Send) -> None:
        try:
            await asyncio.wait_for(viewer.woken.wait(), HEARTBEAT_S)
        except TimeoutError:
            await _chunk(send, b": still here\n\n")

    def _missed(self, last_seen: str) -> bytes:
        if not last_seen.isdecimal():
            return self._kept[-1][1] if self._kept else b""
        return b"".join(block for number, block in self._kept if number > int(last_seen[:18]))


async def _until_gone(receive: Receive, woken: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    woken.set()


async def _chunk(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _refuse(send: Send, status: int, error: str, detail: str, remedy: str) -> None:
    body = (
        f'{{"ok":false,"error":"{error}","title":"No live stream","detail":"{detail}","remedy":"{remedy}"}}'
    )
    head = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body.encode(), "more_body": False})
