"""Commands: Start, Pause, Stop and Stop-everything, with the box's own answer."""

from __future__ import annotations

import uuid

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import Field

from api.edge.switchboard import mount, switchboard
from api.kernel.problems import Problem
from api.kernel.shapes import PROBLEMS, ProblemShape, Reply, Shape, reply
from appliance.contracts.messages import Ack, CommandBody, Finite, Identifier
from appliance.contracts.shapes import CommandKind

__all__ = ["mount", "routes"]

# ---- Tables ----------------------------------------------------------------------------------------
# None: the box's journal remembers commands, and one that was not answered did not happen.

# ---- Shapes ----------------------------------------------------------------------------------------


class CommandRequest(Shape):
    """What the box should do."""

    kind: CommandKind
    parameters: dict[str, str | Finite] = Field(
        default_factory=dict, max_length=20, description="`protocol` for start; name and value for set"
    )
    command_id: Identifier | None = Field(
        None, description="Choose one to ask again without doing it twice; made up when absent"
    )


class CommandReply(Reply):
    """What became of the command."""

    data: Ack


# ---- Rules -----------------------------------------------------------------------------------------


def command_from(asked: CommandRequest, asked_by: str) -> CommandBody:
    """Fill in what the asker left open."""
    return CommandBody.model_validate(
        {
            "command_id": asked.command_id or uuid.uuid4().hex,
            "kind": asked.kind.value,
            "asked_by": asked_by[:120],
            "parameters": asked.parameters,
        }
    )


def settled(ack: Ack) -> Ack:
    """Give the answer back when the command was done; raises Problem when the box declined."""
    if ack.is_done:
        return ack
    raise Problem(
        "declined",
        "The box did not do that",
        ack.reason or f"it does not do that while it is {ack.state}",
        "see on the panel what it can do now",
        409,
    )


# ---- Routes ----------------------------------------------------------------------------------------

routes = APIBlueprint(
    "commands",
    __name__,
    url_prefix="/api/commands",
    abp_tags=[Tag(name="Commands", description="Start, pause and stop the box")],
    abp_responses={**PROBLEMS, 403: ProblemShape, 409: ProblemShape, 415: ProblemShape},
)


@routes.post("", operation_id="sendCommand", summary="Command the box", responses={200: CommandReply})
def send_command(body: CommandRequest) -> Response:
    """Waits up to two seconds for the box's answer; 409 when it declines, 503 when it does not answer."""
    asked_by = f"panel at {request.remote_addr or 'unknown'}"
    return reply(settled(switchboard().ask(command_from(body, asked_by))))
