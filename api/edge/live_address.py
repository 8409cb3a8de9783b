"""Where the live stream is: one address for clients, whatever port its process took."""

from __future__ import annotations

from pathlib import Path

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from api.kernel.hosts import host_name, in_url
from api.kernel.kernel import kernel
from api.kernel.shapes import ProblemShape
from appliance.errors import NotRunning

# ---- Tables ----------------------------------------------------------------------------------------
# None: what is live is not kept.

# ---- Shapes ----------------------------------------------------------------------------------------
# Events carry `appliance.contracts.messages.Live` and `Status` as they came from the box.

# ---- Rules -----------------------------------------------------------------------------------------


def port_of(data: Path) -> int:
    """The port the live process wrote down; raises NotRunning when there is none."""
    try:
        return int((data / "run" / "live.port").read_text(encoding="ascii"))
    except (OSError, ValueError):
        raise NotRunning(
            "the live stream does not run", "start the whole box with `echoel up`, or `echoel api live`"
        ) from None


# ---- Routes ----------------------------------------------------------------------------------------

routes = APIBlueprint(
    "live",
    __name__,
    url_prefix="/api/live",
    abp_tags=[Tag(name="Live", description="The heart trace and the body state, ten times a second")],
)


@routes.get(
    "",
    operation_id="followLive",
    summary="Follow the box live",
    responses={
        307: {"description": "The server-sent events are at `Location`: events `live` and `status`"},
        503: ProblemShape,
    },
)
def follow() -> Response:
    """Server-sent events; each `live` event is one JSON object, ten a second."""
    host = in_url(host_name(request.host))
    target = f"http://{host}:{port_of(kernel().settings.data)}/"
    return Response(status=307, headers={"Location": target})
