"""What a request may use: settings, database and bus, handed to the app once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from api.kernel.database import Database
    from appliance.bus import Bus
    from appliance.contracts.settings import Settings

NAME = "echoel"


@dataclass(frozen=True)
class Kernel:
    """The parts every module may stand on; bus is None where nothing carries messages."""

    settings: Settings
    database: Database
    bus: Bus | None = None


def kernel() -> Kernel:
    """The parts of the app that answers this request."""
    return cast("Kernel", current_app.extensions[NAME])
