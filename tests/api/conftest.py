from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api import modules
from api.app import create_app
from api.edge.ingest import Ingest
from api.kernel.database import Database, url_of
from api.kernel.kernel import NAME
from api.kernel.migrate import migrate
from appliance.contracts.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    migrate(settings)
    opened = Database(url_of(settings))
    yield opened
    opened.close()


@pytest.fixture
def ingest(database: Database) -> Ingest:
    return Ingest(database, modules.streams("edge"))


@pytest.fixture
def client(settings: Settings) -> Iterator[FlaskClient]:
    """A client of an app that no box answers."""
    app = create_app(settings)
    yield app.test_client()
    app.extensions[NAME].database.close()


@pytest.fixture
def ask(client: FlaskClient) -> Callable[..., tuple[int, dict[str, object]]]:
    """Send a request; gives the status and the reply."""

    def send(path: str, **more: object) -> tuple[int, dict[str, object]]:
        reply = client.open(path, **more)  # type: ignore[arg-type]
        body = reply.get_json()
        assert isinstance(body, dict)
        assert body["ok"] is (reply.status_code < 400)
        return reply.status_code, body

    return send
