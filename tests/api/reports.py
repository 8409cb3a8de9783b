"""Reports as a box would send them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from api.edge.ingest import Arrival, read

START = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)


def report(stream: str, sequence: int, body: dict[str, Any]) -> bytes:
    return json.dumps({"stream": stream, "sequence": sequence, "body": body}).encode()


def arrival(stream: str, sequence: int, body: dict[str, Any], box: str = "box-1") -> Arrival:
    found = read(box, stream, report(stream, sequence, body))
    assert found is not None
    return found


def head(name: str = "s-1", state: str = "running", day: int = 0, **summary: Any) -> dict[str, Any]:
    return {
        "body_session_id": name,
        "protocol": "resonance_breathing",
        "sensor_id": "virtual",
        "is_simulated": True,
        "state": state,
        "started_at": (START + timedelta(days=day)).isoformat(),
        "ended_at": None,
        "summary": summary,
    }


def intervals(first: int, count: int = 3, name: str = "s-1") -> dict[str, Any]:
    numbers = range(first, first + count)
    return {
        "body_session_id": name,
        "rows": [
            {
                "number": n,
                "time_s": n * 0.9,
                "raw_ms": 900.0 + n % 40,
                "rr_ms": 900.0 + n % 40,
                "kind": "normal",
            }
            for n in numbers
        ],
    }


def states(first: int, count: int = 3, name: str = "s-1") -> dict[str, Any]:
    numbers = range(first, first + count)
    return {
        "body_session_id": name,
        "rows": [
            {"number": n, "time_s": float(n), "heart_rate_bpm": 66.0, "coherence": 0.5, "quality": 0.9}
            for n in numbers
        ],
    }


def device(name: str = "virtual", minute: int = 0, state: str = "connected") -> dict[str, Any]:
    return {
        "device_id": name,
        "kind": "virtual",
        "name": "Virtual wearer",
        "is_simulated": True,
        "state": state,
        "seen_at": (START + timedelta(minutes=minute)).isoformat(),
    }
