"""What goes wrong, said in one shape: `{ok: false, error, title, detail, remedy}` with a correct status.

A rule raises `Problem`, or any `EchoelError`; nothing else is meant to leave a rule. Whatever does is a
fault of ours: it is logged with the request's id, and the asker gets that id and no inner detail.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from flask import Flask, Response, g
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from api.kernel.shapes import ProblemShape
from appliance.errors import BusUnreachable, EchoelError, Misused, NotRunning, StorageBroken, StorageFull

_log = logging.getLogger(__name__)


class Problem(EchoelError):
    """A request that cannot be answered: a word for programs, and words for people."""

    def __init__(
        self, error: str, title: str, detail: str, remedy: str, status: int, feature: str | None = None
    ) -> None:
        super().__init__(detail, remedy)
        self.error = error
        self.title = title
        self.status = status
        self.feature = feature


class Refused(EchoelError, ValueError):
    """A reported row that can never be stored; its stream goes on without it."""

    def __init__(self, what: str) -> None:
        super().__init__(what, "the box keeps the row among its dead letters; look at it there")


def not_found(kind: str, name: str) -> Problem:
    """There is no such thing, or it is not yours to see; the two look alike on purpose."""
    return Problem("not_found", "Not found", f"there is no {kind} {name!r}", "look it up in the list", 404)


_STATUS: Mapping[type[EchoelError], tuple[int, str, str]] = {
    NotRunning: (503, "not_running", "The box does not answer"),
    BusUnreachable: (503, "not_running", "The box does not answer"),
    StorageFull: (507, "storage_full", "The disk is full"),
    StorageBroken: (503, "storage_broken", "The database cannot be used"),
    Misused: (422, "misused", "That cannot be done"),
}
_WORDS: Mapping[int, tuple[str, str]] = {
    400: ("bad_request", "check what was sent against /openapi"),
    404: ("not_found", "see /openapi for the paths there are"),
    405: ("method_not_allowed", "see /openapi for the methods of this path"),
    413: ("too_large", "send less at once"),
    415: ("wrong_media_type", "send JSON, with the header Content-Type: application/json"),
}


def answer(problem: Problem) -> Response:
    """Turn a problem into the reply everybody gets."""
    shape = ProblemShape(
        error=problem.error,
        title=problem.title,
        detail=str(problem),
        remedy=problem.remedy,
        feature=problem.feature,
    )
    body = shape.model_dump_json(exclude={"feature"} if problem.feature is None else None)
    return Response(body, problem.status, content_type="application/json")


def invalid(error: ValidationError) -> Response:
    """Say which field was wrong and why; the first three are enough to go on."""
    parts = [
        f"{'.'.join(str(step) for step in one['loc']) or 'the body'}: {one['msg']}"
        for one in error.errors(include_url=False, include_context=False, include_input=False)[:3]
    ]
    return answer(
        Problem(
            "invalid", "Something sent is not valid", "; ".join(parts), "correct it and send it again", 422
        )
    )


def register(app: Flask) -> None:
    """Let every failure of this app leave as a problem."""
    app.register_error_handler(Problem, answer)
    app.register_error_handler(EchoelError, _from_tree)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(RecursionError, _from_depth)
    app.register_error_handler(Exception, _from_fault)


def _from_tree(error: EchoelError) -> Response:
    for kind in type(error).__mro__:
        if kind in _STATUS:
            status, word, title = _STATUS[kind]
            return answer(Problem(word, title, str(error), error.remedy, status))
    return answer(Problem("failed", "That did not work", str(error), error.remedy, 500))


def _from_http(error: HTTPException) -> Response:
    status = error.code or 500
    word, remedy = _WORDS.get(status, ("failed", "see /openapi for what can be asked"))
    problem = Problem(word, error.name, error.description or error.name, remedy, status)
    reply = answer(problem)
    if status == 405 and (allowed := getattr(error, "valid_methods", None)):
        reply.headers["Allow"] = ", ".join(sorted(allowed))
    return reply


def _from_depth(_error: RecursionError) -> Response:
    title = "That is nested too deeply"
    return answer(
        Problem("invalid", title, "the body has more levels than any reply needs", "send it flat", 422)
    )


def _from_fault(error: Exception) -> Response:
    request_id = g.get("request_id", "")
    _log.error("request %s failed", request_id, exc_info=error)
    return answer(
        Problem(
            "fault",
            "A fault of ours",
            f"the request {request_id} met an unexpected {type(error).__name__}",
            "try again; if it stays, send the log with this number",
            500,
        )
    )
