from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from api.edge.live import _WAITING, LiveStream


class Viewer:
    """One page that watches; `pause` makes it slow, `leave` closes it."""

    def __init__(self, stream: LiveStream, **headers: str) -> None:
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.text = ""
        self.is_reading = asyncio.Event()
        self.is_reading.set()
        self._gone = asyncio.Event()
        named = {"host": "box.local:8081"} | {name.replace("_", "-"): text for name, text in headers.items()}
        method = named.pop("method", "GET")
        scope = {
            "type": "http",
            "method": method,
            "path": "/",
            "headers": [(name.encode(), text.encode()) for name, text in named.items()],
        }
        self.done = asyncio.ensure_future(stream(scope, self._receive, self._send))

    @property
    def events(self) -> list[str]:
        return [line[6:] for line in self.text.splitlines() if line.startswith("data: ")]

    def leave(self) -> None:
        self._gone.set()

    async def _receive(self) -> dict[str, Any]:
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        await self.is_reading.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = dict(message["headers"])
        else:
            self.text += message["body"].decode()


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 10))


async def settle(turns: int = 20) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


def test_twenty_viewers_all_see_everything_in_order() -> None:
    async def story() -> None:
        stream = LiveStream(8080)
        viewers = [Viewer(stream) for _ in range(20)]
        await settle()
        assert stream.viewers == 20
        for number in range(100):
            stream.publish("box-1", "live", b"%d" % number)
            await settle(3)
        await settle()
        for viewer in viewers:
            assert viewer.status == 200
            assert viewer.headers[b"content-type"] == b"text/event-stream"
            assert viewer.events == [str(number) for number in range(100)]
            viewer.leave()
        await asyncio.gather(*(viewer.done for viewer in viewers))
        assert stream.viewers == 0

    run(story())


def test_a_viewer_that_reads_slowly_loses_the_oldest_and_holds_nobody_up() -> None:
    async def story() -> None:
        stream = LiveStream(8080)
        slow, quick = Viewer(stream), Viewer(stream)
        await settle()
        slow.is_reading.clear()
        for number in range(200):
            stream.publish("box-1", "live", b"%d" % number)
            await settle(3)
        assert quick.events == [str(number) for number in range(200)]
        slow.is_reading.set()
        await settle()
        assert slow.events[-1] == "199"
        assert len(slow.events) <= _WAITING + 1
        stream.close()
        await asyncio.gather(slow.done, quick.done)

    run(story())


def test_who_comes_late_sees_at_once_how_things_stand() -> None:
    async def story() -> None:
        stream = LiveStream(8080)
        stream.publish("box-1", "status", b'{"is_online":true}')
        stream.publish("box-1", "live", b'{"time_s":1}')
        stream.publish("box-1", "live", b'{"time_s":2}')
        late = Viewer(stream)
        await settle()
        assert late.events == ['{"is_online":true}', '{"time_s":2}']
        assert "event: status" in late.text
        stream.close()
        await late.done

    run(story())


def test_who_comes_back_gets_what_was_missed() -> None:
    async def story() -> None:
        stream = LiveStream(8080)
        for number in range(1, 11):
            stream.publish("box-1", "live", b"%d" % number)
        back = Viewer(stream, last_event_id="7")
        odd = Viewer(stream, last_event_id="x" * 50)
        await settle()
        assert back.events == ["8", "9", "10"]
        assert odd.events == ["10"]
        stream.close()
        await asyncio.gather(back.done, odd.done)

    run(story())


def test_a_line_end_in_a_message_cannot_forge_an_event() -> None:
    async def story() -> None:
        stream = LiveStream(8080)
        viewer = Viewer(stream)
        await settle()
        stream.publish("box-1", "live", b'{"a":1}\r\n\r\nevent: status\ndata: {"is_online":false}')
        await settle()
        assert viewer.text.count("\nevent: ") == 1
        assert len(viewer.events) == 1
        stream.close()
        await viewer.done

    run(story())


def test_only_one_box_is_shown() -> None:
    async def story() -> None:
        stream = LiveStream(8080, "box-1")
        viewer = Viewer(stream)
        await settle()
        stream.publish("box-2", "live", b"2")
        stream.publish("box-1", "live", b"1")
        await settle()
        assert viewer.events == ["1"]
        stream.close()
        await viewer.done

    run(story())


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "http://box.local:8080"}, 200),
        ({}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "http://box.local:9999"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://box.local:port"}, 403),
        ({"origin": "http://[bad"}, 403),
        ({"host": "evil.example:8081"}, 403),
        ({"method": "POST"}, 405),
    ],
)
def test_only_the_boxs_own_panel_may_watch(headers: dict[str, str], status: int) -> None:
    async def story() -> None:
        stream = LiveStream(8080)
        viewer = Viewer(stream, **headers)
        await settle()
        assert viewer.status == status
        if "origin" in headers and status == 200:
            assert viewer.headers[b"access-control-allow-origin"] == headers["origin"].encode()
        stream.close()
        await viewer.done

    run(story())
