"""Which names are this box's own; kept apart so that the small live process need not load Flask."""

from __future__ import annotations

import ipaddress
import socket
from functools import cache
from urllib.parse import urlsplit

_LOCAL_ENDINGS = (".local", ".lan", ".home.arpa", ".internal", ".localhost")


def is_ours(host: str) -> bool:
    """Whether a `Host` header names this box: an address, a name without a dot, a local name, its own."""
    name = host_name(host).lower().rstrip(".")
    if not name:
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return "." not in name or name.endswith(_LOCAL_ENDINGS) or name in _own_names()
    return True


def host_name(host: str) -> str:
    """The name in a `Host` header or an origin's place, without its port; empty when it is malformed."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def place_of(origin: str) -> tuple[str, int]:
    """The host and the port a page came from; an empty host when the origin is malformed or hidden."""
    try:
        parts = urlsplit(origin)
        return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return "", 0


def in_url(name: str) -> str:
    """A host as it stands in a URL: IPv6 addresses wear brackets."""
    return f"[{name}]" if ":" in name else name


@cache
def _own_names() -> frozenset[str]:
    return frozenset({socket.gethostname().lower()})
