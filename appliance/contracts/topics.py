"""MQTT topics: one table, so that nobody builds a topic by hand.

| topic | from -> to | body | QoS, retained |
|---|---|---|---|
| `echoel/{box}/report/{stream}` | outbox -> ingest | `messages.Report` | 1, no |
| `echoel/{box}/receipt` | ingest -> outbox | `messages.Receipt` | 1, no |
| `echoel/{box}/command` | API -> sessions | `messages.CommandBody` | 1, no |
| `echoel/{box}/ack` | sessions -> API | `messages.Ack` | 1, no |
| `echoel/{box}/live` | appliance -> live stream | `messages.Live` | 0, no |
| `echoel/{box}/status` | appliance (and its last will) | `messages.Status` | 1, yes |
"""

from __future__ import annotations

ROOT = "echoel"


def report(box_id: str, stream: str) -> str:
    """Where one stream of the outbox is published."""
    return f"{ROOT}/{box_id}/report/{stream}"


def receipt(box_id: str) -> str:
    """Where the API says what it has committed."""
    return f"{ROOT}/{box_id}/receipt"


def command(box_id: str) -> str:
    """Where the box listens for commands."""
    return f"{ROOT}/{box_id}/command"


def ack(box_id: str) -> str:
    """Where the box answers commands."""
    return f"{ROOT}/{box_id}/ack"


def live(box_id: str) -> str:
    """Where the wave and the state go ten times a second."""
    return f"{ROOT}/{box_id}/live"


def status(box_id: str) -> str:
    """Where the box says that it is there, and its last will says that it is not."""
    return f"{ROOT}/{box_id}/status"


ALL_REPORTS = f"{ROOT}/+/report/+"
ALL_ACKS = f"{ROOT}/+/ack"
ALL_LIVE = f"{ROOT}/+/live"
ALL_STATUS = f"{ROOT}/+/status"


def box_of(topic: str) -> str:
    """Return the box id inside one of our topics."""
    return topic.split("/")[1]


def stream_of(topic: str) -> str:
    """Return the stream inside a report topic."""
    return topic.split("/")[3]
