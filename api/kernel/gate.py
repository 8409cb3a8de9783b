"""Who may ask at all: the first and the last thing every request meets.

A web page from elsewhere must neither read a heartbeat nor start a session. A browser sends its page's
origin, so a foreign `Origin` is refused; a foreign page whose name was pointed at the box (DNS rebinding)
is known by its `Host`; and a form or an image cannot send JSON.
"""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

from api.kernel.hosts import host_name, in_url, is_ours, place_of
from api.kernel.problems import Problem

LARGEST_BODY = 1_000_000
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def register(app: Flask) -> None:
    """Put the gate before and behind every route of this app."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.before_request(_arrive)
    app.after_request(_leave)


def _arrive() -> None:
    g.request_id = request.headers.get("X-Request-Id", "")[:64] or secrets.token_hex(8)
    if not g.request_id.isascii() or not g.request_id.replace("-", "").isalnum():
        g.request_id = secrets.token_hex(8)
    if not is_ours(request.host):
        raise Problem(
            "wrong_host",
            "This is not the box's name",
            f"the box does not answer to {request.host[:80]!r}",
            "use the box's address, or its name ending in .local",
            421,
        )
    if request.method in _SAFE:
        return
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    here = place_of(f"{request.scheme}://{request.host}")
    if (origin is not None and place_of(origin) != here) or site not in {"same-origin", "none"}:
        raise Problem(
            "wrong_origin",
            "Another web page asked",
            f"a page of {(origin or site)[:80]!r} may not command this box",
            "use the box's own panel, or a program that sends no Origin",
            403,
        )
    if request.content_length and request.mimetype != "application/json":
        raise Problem(
            "wrong_media_type",
            "JSON is needed",
            f"the body came as {request.mimetype[:80] or 'nothing known'!r}",
            "send JSON, with the header Content-Type: application/json",
            415,
        )


def _leave(reply: Response) -> Response:
    headers = reply.headers
    headers["X-Request-Id"] = g.get("request_id", "")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["X-Frame-Options"] = "DENY"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Content-Security-Policy"] = _policy()
    headers.setdefault("Cache-Control", "no-store")
    return reply


def _policy() -> str:
    # The live stream has a port of its own on the same host; nothing else may be reached.
    stream = f"http://{in_url(host_name(request.host))}:*"
    # The offline documentation page starts itself with an inline script; it is no page of ours.
    inline = " 'unsafe-inline'" if request.path.startswith("/openapi") else ""
    return (
        f"default-src 'self'; script-src 'self'{inline}; style-src 'self'{inline}; img-src 'self' data:; "
        f"connect-src 'self' {stream}; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )
