"""Bring the database to the shape this version needs; Alembic owns that shape and nobody else.

The newest step is the highest number among the file names, so that a start with nothing to do never
loads Alembic (a second of a Raspberry Pi's time).
"""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from api.kernel.database import Database, url_of
from appliance.contracts.settings import Settings
from appliance.errors import StorageBroken

STEPS = Path(__file__).with_name("migrations")


def newest() -> str:
    """The name of the last step there is."""
    return max(file.stem[:4] for file in (STEPS / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))


def standing(url: str) -> str | None:
    """The step a SQLite file stands at, None when it has none or is not there yet."""
    file = Path(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite") or not file.exists():
        return None
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as raw:
        try:
            row = raw.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.DatabaseError:
            return None
    return str(row[0]) if row else None


def migrate(settings: Settings) -> bool:
    """Take every step that is missing; safe to call from several processes at once.

    Returns whether there was anything to do. Raises StorageBroken when the file is not ours or was
    made by a newer version.
    """
    url = url_of(settings)
    found, target = standing(url), newest()
    if found == target:
        return False
    if found is not None and found > target:
        raise StorageBroken(
            f"the database {url} was made by a newer version (step {found}, this one knows {target})",
            "update this installation, or name another folder with --data",
        )
    with _one_at_a_time(settings.data):
        if standing(url) == target:
            return False
        _run(url)
    return True


def _run(url: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    database = Database(url)
    try:
        with database.write() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        database.close()


@contextmanager
def _one_at_a_time(data: Path) -> Iterator[None]:
    run = data / "run"
    try:
        run.mkdir(parents=True, exist_ok=True)
        lock = (run / "migrate.lock").open("w")
    except OSError as error:
        raise StorageBroken(
            f"the data folder {data} cannot be written: {error.strerror}",
            "name a folder you may write to with --data",
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
