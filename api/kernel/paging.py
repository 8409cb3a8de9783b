"""Pages by cursor: the cost of a page does not grow with what lies before it.

A cursor is the sort key of the last row seen, so rows that arrive meanwhile neither repeat nor hide one.
"""

from __future__ import annotations

import base64
import binascii
import json

from pydantic import Field

from api.kernel.problems import Problem
from api.kernel.shapes import Shape

MOST = 100


class PageQuery(Shape):
    """Which page of a list."""

    limit: int = Field(20, ge=1, le=MOST, description="How many rows, 100 at most")
    after: str | None = Field(None, max_length=200, description="`next` of the page before")


def cursor_of(*keys: str | int) -> str:
    """Hide the sort key of the last row in a word that is safe in a URL."""
    return base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")


def keys_of(cursor: str, kinds: tuple[type, ...]) -> tuple[str | int, ...]:
    """Read a cursor back; raises Problem when it is not one of ours."""
    try:
        keys = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, UnicodeError):
        keys = None
    if not isinstance(keys, list) or [type(key) for key in keys] != list(kinds):
        raise Problem(
            "bad_cursor",
            "That page does not exist",
            f"{cursor!r} is not a cursor of this list",
            "start at the first page, without `after`",
            422,
        )
    return tuple(keys)
