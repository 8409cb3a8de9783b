"""The verbs of the API: `echoel api serve`, `worker`, `live`, `migrate` and `openapi`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from appliance.contracts.settings import Settings

Verb = TypeVar("Verb", bound=Callable[..., Any])

_DATA = click.option("--data", type=click.Path(path_type=Path), help="Folder of everything the box keeps.")
_HOST = click.option("--host", help="Address to listen on; 0.0.0.0 lets the network in.")
_BROKER = click.option("--broker-port", type=int, help="Port of the MQTT broker.")


@click.group()
def command() -> None:
    """Run the companion API: panel, reports, live stream."""


@command.command()
@click.option("--port", type=int, help="Port of the panel and the API.")
@_HOST
@_DATA
@_BROKER
def serve(**flags: Any) -> None:
    """Serve the panel and the API."""
    from api.serving import serve as run

    sys.exit(run(_settings(flags)))


@command.command()
@_DATA
@_BROKER
def worker(**flags: Any) -> None:
    """Take the boxes' reports into the database."""
    from api import modules
    from api.edge.ingest import Ingest
    from api.edge.worker import Worker, run_until_told
    from api.kernel.database import Database, url_of
    from api.kernel.migrate import migrate
    from appliance.bus import make

    settings = _settings(flags)
    migrate(settings)
    database = Database(url_of(settings))
    bus = make(settings, f"echoel-worker-{settings.data.resolve().name}")
    greeting = f"echoel: taking reports from {settings.broker_host}:{settings.broker_port}"
    try:
        run_until_told(Worker(bus, Ingest(database, modules.streams(settings.role))), greeting)
    finally:
        database.close()


@command.command()
@click.option("--port", "live_port", type=int, help="Port of the stream; 0 takes a free one.")
@click.option("--panel-port", "port", type=int, help="Port of the panel, whose pages may watch.")
@_HOST
@_DATA
@_BROKER
def live(**flags: Any) -> None:
    """Pass the live values on to everyone who watches."""
    from api.edge.live_server import run
    from appliance.bus import make

    settings = _settings(flags)
    run(settings, make(settings, f"echoel-live-{settings.data.resolve().name}"))


@command.command()
@_DATA
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def migrate(as_json: bool, **flags: Any) -> None:
    """Bring the database to the shape this version needs."""
    import json

    from api.kernel.migrate import migrate as run
    from api.kernel.migrate import newest

    was_changed = run(_settings(flags))
    done = {"step": newest(), "was_changed": was_changed}
    said = f"the database stands at step {newest()}" + ("" if was_changed else ", nothing to do")
    click.echo(json.dumps(done) if as_json else said)


@command.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File to write; default: print.")
@click.option("--role", help="edge or cloud.")
def openapi(out: Path | None, role: str | None) -> None:
    """Print the OpenAPI description of every route."""
    import json
    import tempfile

    from api.app import create_app

    with tempfile.TemporaryDirectory() as folder:
        document = create_app(_settings({"data": Path(folder), "role": role})).api_doc
    text = json.dumps(document, indent=2, sort_keys=True) + "\n"
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")


def _settings(flags: dict[str, Any]) -> Settings:
    from appliance.contracts.settings import load

    settings = load(flags)
    logging.basicConfig(
        stream=sys.stderr, level=settings.log_level.upper(), format="%(levelname)s %(name)s: %(message)s"
    )
    for chatty in ("alembic", "granian"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    return settings
