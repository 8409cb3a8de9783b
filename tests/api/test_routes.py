from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from api.edge.ingest import Ingest
from tests.api.reports import arrival, device, head, intervals, states

Ask = Callable[..., tuple[int, dict[str, Any]]]


def test_health_says_that_the_api_answers(ask: Ask) -> None:
    status, body = ask("/health")
    assert status == 200
    assert body["data"]["status"] == "alive"


def test_full_health_names_what_is_missing_and_what_to_do(ask: Ask) -> None:
    status, body = ask("/api/health")
    assert status == 200
    assert body["data"]["is_ready"] is True
    checks = {check["name"]: check for check in body["data"]["checks"]}
    assert checks["database"]["is_ok"] is True
    for name in ("bus", "box", "live"):
        assert checks[name]["is_ok"] is False
        assert checks[name]["remedy"]


def test_lists_are_empty_before_anything_happened(ask: Ask) -> None:
    for path in ("/api/body-sessions", "/api/devices"):
        assert ask(path) == (200, {"ok": True, "data": [], "next": None})


def test_body_sessions_come_newest_first_and_page_without_gaps_or_repeats(ask: Ask, ingest: Ingest) -> None:
    # Two start in the same microsecond: the order must still be one order.
    days = [3, 0, 4, 1, 1, 5, 2]
    ingest.take([arrival("sessions", n + 1, head(f"s-{n}", day=day)) for n, day in enumerate(days)])
    seen: list[str] = []
    after = ""
    while True:
        status, body = ask(f"/api/body-sessions?limit=2{after}")
        assert status == 200
        seen += [row["body_session_id"] for row in body["data"]]
        if body["next"] is None:
            break
        after = f"&after={body['next']}"
    assert seen == ["s-5", "s-2", "s-0", "s-6", "s-4", "s-3", "s-1"]


def test_devices_page_by_name(ask: Ask, ingest: Ingest) -> None:
    ingest.take([arrival("devices", n + 1, device(f"d{n}")) for n in range(5)])
    status, first = ask("/api/devices?limit=3")
    assert status == 200
    _, second = ask(f"/api/devices?limit=3&after={first['next']}")
    assert [row["device_id"] for row in first["data"] + second["data"]] == ["d0", "d1", "d2", "d3", "d4"]
    assert second["next"] is None


def test_a_session_without_its_head_is_not_shown_yet(ask: Ask, ingest: Ingest) -> None:
    ingest.take([arrival("intervals", 1, intervals(0))])
    assert ask("/api/body-sessions")[1]["data"] == []
    assert ask("/api/body-sessions/s-1")[0] == 404


def test_one_session_has_its_figures_and_none_is_not_zero(ask: Ask, ingest: Ingest) -> None:
    ingest.take([arrival("sessions", 1, head(state="finished", beats=9, mean_hr_bpm=61.5))])
    status, body = ask("/api/body-sessions/s-1")
    assert status == 200
    assert body["data"]["is_simulated"] is True
    assert body["data"]["started_at"] == "2026-05-01T08:00:00Z"
    assert body["data"]["summary"]["mean_hr_bpm"] == 61.5
    assert body["data"]["summary"]["rmssd_ms"] is None


def test_a_series_is_thinned_but_keeps_its_extremes(ask: Ask, ingest: Ingest) -> None:
    wide = intervals(0, 2000)
    wide["rows"][777]["rr_ms"] = 1900.0
    wide["rows"][1234]["rr_ms"] = 350.0
    ingest.take(
        [
            arrival("sessions", 1, head()),
            arrival("intervals", 1, wide),
            arrival("states", 1, states(0, 500)),
        ]
    )
    status, body = ask("/api/body-sessions/s-1/series?points=100")
    data = body["data"]
    assert status == 200
    assert len(data["rr_ms"]) == len(data["interval_time_s"]) == len(data["kind"]) <= 100
    assert max(data["rr_ms"]) == 1900.0
    assert min(data["rr_ms"]) == 350.0
    assert data["interval_time_s"] == sorted(data["interval_time_s"])
    assert data["intervals"] == 2000
    assert 50 < len(data["state_time_s"]) == len(data["coherence"]) <= 100


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/nowhere", 404, "not_found"),
        ("/api/body-sessions/none", 404, "not_found"),
        ("/api/body-sessions/none/series", 404, "not_found"),
        ("/api/body-sessions?limit=0", 422, "invalid"),
        ("/api/body-sessions?limit=1e9", 422, "invalid"),
        ("/api/body-sessions?limit=many", 422, "invalid"),
        ("/api/body-sessions?colour=red", 422, "invalid"),
        ("/api/body-sessions?after=%00", 422, "bad_cursor"),
        ("/api/body-sessions?after=WzEsMl0", 422, "bad_cursor"),
        ("/api/body-sessions?after=WyJ0b2RheSIsMV0", 422, "bad_cursor"),
        ("/api/body-sessions?after=WyIyMDI2LTAxLTAxIiw5OTk5OTk5OTk5OTk5OTk5OTk5OTk5XQ", 422, "bad_cursor"),
        ("/api/devices?after=WzEsMl0", 422, "bad_cursor"),
        ("/api/body-sessions/" + "x" * 65, 422, "invalid"),
        ("/api/live", 503, "not_running"),
    ],
)
def test_what_cannot_be_answered_is_said_with_a_remedy(ask: Ask, path: str, status: int, error: str) -> None:
    found, body = ask(path)
    assert (found, body["error"]) == (status, error)
    assert all(body[name] for name in ("title", "detail", "remedy"))


def test_a_wrong_method_is_answered_in_the_same_shape_and_names_the_right_ones(client: FlaskClient) -> None:
    reply = client.delete("/api/devices")
    assert reply.status_code == 405
    assert reply.get_json()["error"] == "method_not_allowed"
    assert "GET" in reply.headers["Allow"]


@pytest.mark.parametrize("host", ["evil.example", "box.evil.example:8080", "", "[::1", "1.2.3.4.example"])
def test_a_name_that_is_not_the_boxs_is_refused(client: FlaskClient, host: str) -> None:
    reply = client.get("/api/body-sessions", headers={"Host": host})
    assert reply.status_code in (400, 421)
    assert reply.get_json()["ok"] is False


@pytest.mark.parametrize(
    "host", ["localhost:8080", "192.168.1.20", "[fe80::1]:8080", "echoel.local", "echoel", "box.lan"]
)
def test_the_boxs_own_names_are_answered(client: FlaskClient, host: str) -> None:
    assert client.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[bad"},
        {"Origin": "http://localhost:port"},
        {"Origin": "http://localhost:9999"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_page_from_elsewhere_cannot_command_the_box(client: FlaskClient, headers: dict[str, str]) -> None:
    reply = client.post("/api/commands", json={"kind": "start"}, headers=headers)
    assert (reply.status_code, reply.get_json()["error"]) == (403, "wrong_origin")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_a_form_can_send_is_no_command(client: FlaskClient, kind: str) -> None:
    reply = client.post("/api/commands", data='{"kind": "start"}', content_type=kind)
    assert (reply.status_code, reply.get_json()["error"]) == (415, "wrong_media_type")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"null", 422),
        (b"[]", 422),
        (b'{"kind": "explode"}', 422),
        (b'{"kind": "start", "more": 1}', 422),
        (b'{"kind": "start", "parameters": {"x": NaN}}', 422),
        (b'{"kind": "start", "command_id": "a b"}', 422),
        (b"\xff\xfe", 422),
        (b"[" * 50_000, 422),
        (b"x" * 1_000_001, 413),
        (b'{"kind": "start"}', 503),
    ],
)
def test_a_command_that_is_none_is_refused_and_one_that_nobody_hears_is_said_so(
    client: FlaskClient, data: bytes, status: int
) -> None:
    kind = "application/json" if data else None
    reply = client.post("/api/commands", data=data, content_type=kind)
    body = reply.get_json()
    assert (reply.status_code, body["ok"]) == (status, False), body
    assert body["remedy"]


def test_every_reply_forbids_foreign_scripts_frames_and_guessing(client: FlaskClient) -> None:
    for path in ("/", "/health", "/nowhere", "/panel/home.js"):
        with client.get(path) as reply:
            headers = reply.headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Request-Id"]


def test_a_request_id_is_kept_when_sane_and_replaced_when_not(client: FlaskClient) -> None:
    assert client.get("/health", headers={"X-Request-Id": "abc-1"}).headers["X-Request-Id"] == "abc-1"
    for bad in ("a b", "a;b", "ä", "{}"):
        assert client.get("/health", headers={"X-Request-Id": bad}).headers["X-Request-Id"] != bad


def test_the_panels_pages_need_nothing_from_the_internet(client: FlaskClient) -> None:
    for path in ("/", "/sessions", "/sessions/s-1", '/sessions/"><script>alert(1)<x>'):
        page = client.get(path)
        assert page.status_code == 200
        assert "<script>" not in page.text
        assert "https://" not in page.text
        assert "style=" not in page.text


def test_a_broken_database_is_said_and_never_shown_as_ready(client: FlaskClient, settings: Any) -> None:
    client.get("/api/devices")
    for file in settings.data.glob("api.db*"):
        file.write_bytes(b"garbage" * 5000)
    status = client.get("/api/health")
    assert (status.status_code, status.get_json()["error"]) == (503, "storage_broken")
