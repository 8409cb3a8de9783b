"""The table of modules: the only place where a module of the API is named.

A row is a module's name, where it is at home, and where its file lies. The file shows, as far as it has
them, `routes` (a blueprint), `STREAMS` (what it takes from the boxes' reports) and `mount(app, kernel)`
(what it needs once at the start). To add a module: write its file, add its row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from appliance.contracts.messages import Body

    # Stores one reported body of a box; raises Refused for one that can never be stored.
    Accept = Callable[[Connection, str, Body], None]

EDGE = frozenset({"edge"})
EVERYWHERE = frozenset({"edge", "cloud"})


@dataclass(frozen=True, slots=True)
class Module:
    """One row: a module, the roles in which it owns its routes and tables, and its file."""

    name: str
    home: frozenset[str]
    where: str

    def load(self) -> ModuleType:
        """Import the module's file."""
        return import_module(self.where)


MODULES = (
    Module("health", EVERYWHERE, "api.edge.health"),
    Module("body_sessions", EVERYWHERE, "api.practice.body_sessions"),
    Module("devices", EVERYWHERE, "api.people.devices"),
    Module("commands", EDGE, "api.edge.commands"),
    Module("live", EDGE, "api.edge.live_address"),
    Module("panel", EDGE, "api.panel.pages"),
)


def at_home(role: str) -> Iterator[Module]:
    """The modules that own their routes and tables in this role."""
    return (module for module in MODULES if role in module.home)


def streams(role: str) -> Mapping[str, Accept]:
    """Which module takes which stream of the boxes' reports."""
    found: dict[str, Accept] = {}
    for module in at_home(role):
        found.update(getattr(module.load(), "STREAMS", {}))
    return found
