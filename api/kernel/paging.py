"""Pages by cursor: the cost of a page does not grow with what lies before it.

A cursor is the sort key of the last row seen, so rows that arrive meanwhile neither repeat nor hide one.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

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


def keys_of(cursor: str, *kinds: Callable[[Any], Any]) -> tuple[Any, ...]:
    """Read a cursor back, each key through its own reader; raises Problem when it is not one of ours."""
    try:
        keys = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return tuple(kind(key) for kind, key in zip(kinds, keys, strict=True))
    except (ValueError, TypeError, RecursionError) as error:
        raise Problem(
            "bad_cursor",
            "That page does not exist",
            f"{cursor!r} is not a cursor of this list",
            "start at the first page, without `after`",
            422,
        ) from error


def word(key: object) -> str:
    """Read a key that is a text."""
    if not isinstance(key, str):
        raise TypeError
    return key


def whole(key: object) -> int:
    """Read a key that is a whole number of the size a database holds."""
    if type(key) is not int or not -(2**63) <= key < 2**63:
        raise TypeError
    return key


def moment(key: object) -> datetime:
    """Read a key that is a date and time."""
    return datetime.fromisoformat(word(key))
