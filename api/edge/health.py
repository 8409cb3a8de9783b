"""Health: is everything the API leans on there, and what to do about what is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version

import sqlalchemy as sa
from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import Field

from api.edge.live_address import port_of
from api.edge.switchboard import switchboard
from api.kernel.kernel import kernel
from api.kernel.migrate import newest
from api.kernel.shapes import ProblemShape, Reply, Shape, reply
from appliance.errors import EchoelError, NotRunning, StorageBroken

# ---- Tables ----------------------------------------------------------------------------------------
# None.

# ---- Shapes ----------------------------------------------------------------------------------------


class Alive(Shape):
    """The API answers."""

    status: str = "alive"
    version: str
    role: str


class AliveReply(Reply):
    """The API answers."""

    data: Alive


class Check(Shape):
    """One thing the API leans on."""

    name: str
    is_ok: bool
    detail: str
    remedy: str | None = None


class Health(Shape):
    """Everything the API leans on; ready means that requests can be served and stored."""

    is_ready: bool
    version: str
    role: str
    box_id: str | None = Field(description="The box that commands go to, null when none is known")
    checks: list[Check]


class HealthReply(Reply):
    """Everything the API leans on."""

    data: Health


# ---- Rules -----------------------------------------------------------------------------------------


def check_database() -> Check:
    """Whether the tables can be read and have the shape this version needs."""
    with kernel().database.read() as connection:
        step = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    if step != newest():
        raise StorageBroken(f"the database stands at step {step}, not {newest()}", "run `echoel api migrate`")
    return Check(name="database", is_ok=True, detail=f"step {step}")


def check_bus() -> Check:
    """Whether messages to the box would leave."""
    bus = switchboard().bus
    if bus is None or not bus.is_connected:
        raise NotRunning("the broker cannot be reached", "start the whole box with `echoel up`")
    return Check(name="bus", is_ok=True, detail="connected")


def check_box() -> Check:
    """Whether the box has said that it is there."""
    box_id = switchboard().boxes.ours()
    status = switchboard().boxes.status(box_id)
    if status is None or not status.is_online:
        raise NotRunning(f"the box {box_id} is not there", "start it with `echoel up`")
    return Check(name="box", is_ok=True, detail=f"{box_id} is {status.runner or 'there'}")


def check_live() -> Check:
    """Whether the live stream has an address."""
    port = port_of(kernel().settings.data)
    return Check(name="live", is_ok=True, detail=f"port {port}")


_CHECKS: Mapping[str, Callable[[], Check]] = {
    "database": check_database,
    "bus": check_bus,
    "box": check_box,
    "live": check_live,
}


def look() -> Health:
    """Check everything; what fails becomes a line with its remedy."""
    checks = []
    for name, check in _CHECKS.items():
        try:
            checks.append(check())
        except EchoelError as error:
            checks.append(Check(name=name, is_ok=False, detail=str(error), remedy=error.remedy))
    try:
        box_id = switchboard().boxes.ours()
    except NotRunning:
        box_id = None
    return Health(
        is_ready=checks[0].is_ok,
        version=version("echoel"),
        role=kernel().settings.role,
        box_id=box_id,
        checks=checks,
    )


# ---- Routes ----------------------------------------------------------------------------------------

routes = APIBlueprint("health", __name__, abp_tags=[Tag(name="Health", description="Is everything there")])


@routes.get("/health", operation_id="getAlive", summary="Does the API answer", responses={200: AliveReply})
def alive() -> Response:
    """Cheap enough for every second; looks at nothing else."""
    return reply(Alive(version=version("echoel"), role=kernel().settings.role))


@routes.get(
    "/api/health",
    operation_id="getHealth",
    summary="Is everything there",
    responses={200: HealthReply, 503: ProblemShape},
)
def health() -> Response:
    """Each thing the API leans on, with what to do when it is missing; 503 when the database is."""
    found = look()
    if not found.is_ready:
        broken = found.checks[0]
        raise StorageBroken(broken.detail, broken.remedy or "run `echoel api migrate`")
    return reply(found)
