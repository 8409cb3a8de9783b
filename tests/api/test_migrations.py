from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from api import modules
from api.kernel.columns import METADATA
from api.kernel.database import Database
from api.kernel.migrate import migrate, newest, standing
from appliance.contracts.settings import Settings
from appliance.errors import StorageBroken


def test_the_first_time_makes_the_tables_and_the_second_has_nothing_to_do(settings: Settings) -> None:
    assert migrate(settings) is True
    assert migrate(settings) is False
    assert standing(f"sqlite:///{settings.data}/api.db") == newest()


def test_the_steps_and_the_modules_agree_on_every_table(database: Database) -> None:
    for module in modules.MODULES:
        module.load()
    with database.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_every_table_is_strict_and_its_keys_hold(database: Database) -> None:
    with database.read() as connection:
        for row in connection.exec_driver_sql("PRAGMA table_list").mappings():
            is_ours = row["type"] == "table" and not row["name"].startswith(("sqlite_", "alembic_"))
            assert not is_ours or row["strict"] == 1, row["name"]
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_every_step_can_be_taken_back_and_again(settings: Settings) -> None:
    from alembic import command
    from alembic.config import Config

    from api.kernel.migrate import STEPS

    migrate(settings)
    database = Database(f"sqlite:///{settings.data}/api.db")
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    for direction, target in ((command.downgrade, "base"), (command.upgrade, "head")):
        with database.write() as connection:
            config.attributes["connection"] = connection
            direction(config, target)
    database.close()
    assert standing(f"sqlite:///{settings.data}/api.db") == newest()


@pytest.mark.slow
def test_two_processes_that_start_at_once_migrate_once(tmp_path: Path) -> None:
    program = (
        "from pathlib import Path; from appliance.contracts.settings import Settings;"
        "from api.kernel.migrate import migrate; import sys;"
        "print(migrate(Settings(data=Path(sys.argv[1]))))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = sorted(process.communicate(timeout=60)[0].strip() for process in running)
    assert said == ["False", "True"]


def test_a_database_of_a_newer_version_is_left_alone(settings: Settings) -> None:
    migrate(settings)
    with closing(sqlite3.connect(settings.data / "api.db")) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StorageBroken, match="newer version") as caught:
        migrate(settings)
    assert "update" in caught.value.remedy


def test_a_file_that_is_no_database_is_said_so(settings: Settings) -> None:
    (settings.data / "api.db").write_bytes(b"these are my holiday pictures" * 100)
    with pytest.raises(StorageBroken, match="not ours"):
        migrate(settings)


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageBroken, match="cannot be written"):
        migrate(Settings(data=tmp_path / "file" / "data"))
