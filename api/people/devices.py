"""Devices: every sensor a box has seen, and what it said when last heard."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag
from pydantic import Field

from api.kernel.columns import Flag, Moment, Text, table
from api.kernel.database import incoming, upsert
from api.kernel.kernel import kernel
from api.kernel.paging import PageQuery, cursor_of, keys_of, word
from api.kernel.shapes import PROBLEMS, Reply, Shape, reply_page
from appliance.contracts.messages import Body, Device

# ---- Tables ----------------------------------------------------------------------------------------

DEVICES = table(
    "devices",
    sa.Column("box_id", Text, primary_key=True),
    sa.Column("device_id", Text, primary_key=True),
    sa.Column("kind", Text, nullable=False),
    sa.Column("name", Text, nullable=False),
    sa.Column("is_simulated", Flag, nullable=False),
    sa.Column("state", Text, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    has_rowid=False,
)

# ---- Shapes ----------------------------------------------------------------------------------------


class DeviceShape(Shape):
    """A sensor, or the box itself, as last seen."""

    box_id: str
    device_id: str
    kind: str
    name: str
    is_simulated: bool
    state: str
    seen_at: datetime


class DevicePage(Reply):
    """Devices, by box and name of the device."""

    data: list[DeviceShape]
    next: str | None = Field(description="Give it as `after` to get the next page; null on the last")


# ---- Rules -----------------------------------------------------------------------------------------


def page(connection: sa.Connection, query: PageQuery) -> tuple[list[DeviceShape], str | None]:
    """Give one page of devices and the cursor of the next."""
    place = sa.tuple_(DEVICES.c.box_id, DEVICES.c.device_id)
    choose = sa.select(DEVICES)
    if query.after is not None:
        box_id, device_id = keys_of(query.after, word, word)
        choose = choose.where(place > sa.tuple_(box_id, device_id))
    ordered = choose.order_by(DEVICES.c.box_id, DEVICES.c.device_id).limit(query.limit + 1)
    rows = connection.execute(ordered).mappings().all()
    shown = [DeviceShape(**row) for row in rows[: query.limit]]
    is_last = len(rows) <= query.limit
    return shown, None if is_last else cursor_of(shown[-1].box_id, shown[-1].device_id)


def accept_device(connection: sa.Connection, box_id: str, body: Body) -> None:
    """Store what a box says of a device, unless something newer is known."""
    assert isinstance(body, Device)
    upsert(
        connection,
        DEVICES,
        body.model_dump() | {"box_id": box_id},
        where=DEVICES.c.seen_at <= incoming("seen_at"),
    )


STREAMS = {"devices": accept_device}

# ---- Routes ----------------------------------------------------------------------------------------

routes = APIBlueprint(
    "devices",
    __name__,
    url_prefix="/api/devices",
    abp_tags=[Tag(name="Devices", description="The sensors the boxes have seen")],
    abp_responses=PROBLEMS,
)


@routes.get("", operation_id="listDevices", summary="List devices", responses={200: DevicePage})
def list_devices(query: PageQuery) -> Response:
    """Every sensor as it was last seen; ask for the next page with `after`."""
    with kernel().database.read() as connection:
        return reply_page(*page(connection, query))
