"""How every reply looks: `{ok: true, data}`, and lists with the cursor of the next page."""

from __future__ import annotations

from typing import Any, Literal

from flask import Response
from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """The habits of everything that crosses HTTP: unknown keys are refused, NaN never leaves."""

    model_config = ConfigDict(extra="forbid", ser_json_inf_nan="null", from_attributes=True)


class Reply(BaseModel):
    """A request that was answered; subclasses say what `data` is."""

    ok: Literal[True] = True


class ProblemShape(BaseModel):
    """A request that could not be answered, why, and what to do next."""

    ok: Literal[False] = False
    error: str = Field(description="A word for programs, such as `not_found`")
    title: str = Field(description="What happened, in a few words for people")
    detail: str = Field(description="What happened in this case")
    remedy: str = Field(description="What to do next")
    feature: str | None = Field(None, description="What an upgrade would open, for `upgrade_required`")


PROBLEMS: dict[str | int | Any, type[BaseModel] | dict[Any, Any] | None] = {
    400: ProblemShape,
    422: ProblemShape,
    503: ProblemShape,
}


def reply(
    data: BaseModel | None = None, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Answer with one thing."""
    inside = b"null" if data is None else data.model_dump_json().encode()
    return Response(b'{"ok":true,"data":' + inside + b"}", status, headers, content_type="application/json")


def reply_page(rows: list[Any], next_cursor: str | None) -> Response:
    """Answer with a page of things and the cursor that asks for the next page, null on the last."""
    inside = b",".join(row.model_dump_json().encode() for row in rows)
    cursor = b"null" if next_cursor is None else b'"' + next_cursor.encode() + b'"'
    return Response(
        b'{"ok":true,"data":[' + inside + b'],"next":' + cursor + b"}", content_type="application/json"
    )
